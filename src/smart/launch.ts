// EHR launches (SMART 2.2 §launch; aidbox-behaviour §5.3; O-15): signed, for one client, short-lived, taken once.
import { jwtVerify, SignJWT } from 'jose'
import { HttpError } from '../http/errors.ts'
import type { Clock, Random } from '../http/runtime.ts'
import type { LaunchContext } from '../oauth/authorization.ts'
import type { Keys } from '../oauth/keys.ts'
import type { Users } from '../oauth/provider.ts'
import type { Client } from '../oauth/types/client.ts'
import type { RecordStore } from '../store/records.ts'
import { contextFor, launchContext } from './launch-context.ts'

export interface LaunchDeps {
  readonly issuer: string
  readonly fhirBases: readonly string[]
  readonly clients: ReadonlyMap<string, Client>
  readonly users: Pick<Users, 'byId'>
  readonly records: Pick<RecordStore, 'putOnce' | 'peekOnce' | 'takeOnce'>
  readonly keys: Pick<Keys, 'secret'>
  readonly clock: Clock
  readonly random: Random
}

export interface Launch {
  readonly id: string
  readonly client: string
  readonly user: string
  readonly context: LaunchContext
}

const LIFETIME = 600
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const idOf = (value: unknown, type: string): string => {
  const id = isObject(value) ? (value.id ?? String(value.reference ?? '').replace(`${type}/`, '')) : value
  if (typeof id === 'string' && id !== '') return id
  throw new HttpError(400, `params.${type.toLowerCase()} must be an id or a reference`)
}

const decodeIss = (value: unknown, { fhirBases, issuer }: LaunchDeps): string => {
  const known = [...fhirBases, issuer].find((base) => value === base || value === encodeURIComponent(base))
  if (known === undefined) throw new HttpError(400, "params.iss must be this server's FHIR base")
  return known
}

const withParameters = (uri: string, query: string): string => `${uri}${uri.includes('?') ? '&' : '?'}${query}`

/** RPC `aidbox.smart/get-launch-uri`. Who may call it is policy's to say. Throws HttpError 400. */
export const getLaunchUri = async (
  params: unknown,
  deps: LaunchDeps,
): Promise<{ readonly uri: string; readonly launch: string; readonly iss: string; readonly 'launch-uri': string }> => {
  if (!isObject(params)) throw new HttpError(400, 'params must be an object')
  const client = deps.clients.get(idOf(params.client, 'Client'))
  const launchUri = client?.smart?.launch_uri
  if (!client || !launchUri) throw new HttpError(400, 'params.client must be a Client with smart.launch_uri')
  const user = await deps.users.byId(idOf(params.user, 'User'))
  if (!user) throw new HttpError(400, 'params.user is not a User')
  const ctx = launchContext(params.ctx ?? {})
  const iss = decodeIss(params.iss, deps)
  const now = deps.clock.now()
  const exp = Math.floor(now / 1000) + LIFETIME
  const jti = Buffer.from(deps.random.bytes(16)).toString('base64url')
  const launch = await new SignJWT({ client: client.id, user: user.id, exp, ctx, jti })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(deps.keys.secret('launch'))
  await deps.records.putOnce('launch', jti, client.id, exp * 1000)
  return { uri: withParameters(launchUri, `iss=${iss}&launch=${launch}`), launch, iss, 'launch-uri': launchUri }
}

/** The launch that the value names, if it is genuine, this client's, unexpired and not used yet. */
export const readLaunch = async (
  value: string,
  client: Client,
  { keys, clock, records }: Pick<LaunchDeps, 'keys' | 'clock' | 'records'>,
): Promise<Launch | undefined> => {
  const options = { algorithms: ['HS256'], currentDate: new Date(clock.now()), requiredClaims: ['exp', 'jti'] }
  const payload = await jwtVerify(value, keys.secret('launch'), options).then(
    (verified) => verified.payload,
    () => undefined,
  )
  if (payload?.jti === undefined || payload.client !== client.id || typeof payload.user !== 'string') return undefined
  const kept = await records.peekOnce('launch', payload.jti)
  if (!kept || kept.value !== client.id || kept.expires <= clock.now()) return undefined
  return { id: payload.jti, client: client.id, user: payload.user, context: contextFor(client, isObject(payload.ctx) ? payload.ctx : {}) }
}
