// private_key_jwt (RFC 7523 §3, SMART App Launch 2.2 client-confidential-asymmetric; security-requirements O-20, O-21).
import { type CryptoKey, compactVerify, importJWK, type JWK } from 'jose'
import { parseJson } from '../../http/json.ts'
import { OAuthError } from '../errors.ts'
import type { Provider } from '../provider.ts'
import { sha256 } from '../secret.ts'
import type { Client } from '../types/client.ts'
import { clientKeys } from './jwks.ts'

export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The one other endpoint that an assertion may be made for (RFC 9126 §2). */
export const PAR_PATH = '/auth/par'

type Json = Readonly<Record<string, unknown>>
interface Assertion {
  readonly header: Json
  readonly claims: Json
}

const MAX_ASSERTION = 16_384
const LEEWAY_S = 60
const MAX_LIFE_S = 300
const KEY_OF = new Map([
  ['RS384', { kty: 'RSA', crv: undefined, unregistered: true }],
  ['ES384', { kty: 'EC', crv: 'P-384', unregistered: true }],
  ['RS256', { kty: 'RSA', crv: undefined, unregistered: false }],
  ['ES256', { kty: 'EC', crv: 'P-256', unregistered: false }],
])

/** token_endpoint_auth_signing_alg_values_supported */
export const ASSERTION_ALGORITHMS: readonly string[] = [...KEY_OF.keys()]

const refuse = (why: string): never => {
  throw new OAuthError('invalid_client', `the client assertion is not acceptable: ${why}`)
}

const part = (text: string | undefined): Json => {
  try {
    const value = parseJson(Buffer.from(text ?? '', 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch {
    // refused below, in our words
  }
  return refuse('it is not a JWT')
}

/** Header and claims, not yet verified: only to find out which client speaks. */
export const readAssertion = (jwt: string): Assertion => {
  if (jwt.length > MAX_ASSERTION || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) return refuse('it is not a JWT')
  const [header, claims] = jwt.split('.')
  return { header: part(header), claims: part(claims) }
}

const checkHeader = ({ alg, typ, kid, jku, ...rest }: Json, client: Client): string => {
  if (typeof alg !== 'string' || !KEY_OF.has(alg)) return refuse('its alg is not supported')
  if (typ !== undefined && typ !== 'JWT' && typ !== 'client-authentication+jwt') refuse('its typ is not JWT')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 256)) refuse('its kid is not acceptable')
  if (['jwk', 'x5c', 'x5u', 'crit', 'b64'].some((name) => name in rest)) refuse('it carries its own key or a critical header')
  if (client.jwks_uri !== undefined && jku !== undefined && jku !== client.jwks_uri) refuse('its jku is not the registered one')
  return alg
}

const suits = (key: JWK, alg: string): boolean => {
  const wanted = KEY_OF.get(alg)
  return (
    wanted !== undefined &&
    key.kty === wanted.kty &&
    (wanted.crv === undefined || key.crv === wanted.crv) &&
    (key.alg === undefined ? wanted.unregistered : key.alg === alg) &&
    (key.use === undefined || key.use === 'sig') &&
    key.d === undefined
  )
}

const imported = new WeakMap<JWK, Promise<CryptoKey | Uint8Array>>()

const verifySignature = async (jwt: string, alg: string, kid: unknown, client: Client, provider: Provider): Promise<void> => {
  const keys = await clientKeys(client, typeof kid === 'string' ? kid : undefined, provider)
  const candidates = keys.filter((key) => (kid === undefined || key.kid === kid) && suits(key, alg))
  const [jwk] = candidates
  if (!jwk || candidates.length > 1) return refuse('no single registered key has its kid and alg')
  const key = imported.get(jwk) ?? importJWK(jwk, alg)
  imported.set(jwk, key)
  try {
    await compactVerify(jwt, await key, { algorithms: [alg] })
  } catch {
    refuse('its signature does not verify')
  }
}

const seconds = (claims: Json, name: string): number | undefined => {
  const value = claims[name]
  if (value === undefined) return undefined
  return typeof value === 'number' && value >= 0 && value < 1e11 ? value : refuse(`${name} is not a time`)
}

const checkClaims = (
  claims: Json,
  client: Client,
  path: string,
  { issuer, clock }: Provider,
): { readonly jti: string; readonly exp: number } => {
  if (claims.iss !== client.id || claims.sub !== client.id) refuse('iss and sub must both be the client_id')
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const accepted = [issuer, `${issuer}/auth/token`, ...(path === PAR_PATH ? [`${issuer}${PAR_PATH}`] : [])]
  if (audience.length === 0 || !audience.every((aud) => accepted.includes(aud))) refuse('aud is not this server')
  const now = clock.now() / 1_000
  const exp = seconds(claims, 'exp') ?? refuse('exp is missing')
  if (exp <= now - LEEWAY_S) refuse('it has expired')
  if (exp > now + MAX_LIFE_S + LEEWAY_S) refuse('it lives longer than 5 minutes')
  if (Math.max(seconds(claims, 'nbf') ?? 0, seconds(claims, 'iat') ?? 0) > now + LEEWAY_S) refuse('it is not valid yet')
  const { jti } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > 1_024) return refuse('jti is missing')
  return { jti, exp }
}

/** Passes for a valid assertion of this client, once, at the endpoint of this path. Throws invalid_client otherwise. */
export const verifyAssertion = async (jwt: string, client: Client, path: string, provider: Provider): Promise<void> => {
  const { header, claims } = readAssertion(jwt)
  const alg = checkHeader(header, client)
  await verifySignature(jwt, alg, header.kid, client, provider)
  const { jti, exp } = checkClaims(claims, client, path, provider)
  const fresh = await provider.records.claimOnce('jti', sha256(`${client.id}\n${jti}`), (Math.ceil(exp) + LEEWAY_S) * 1_000)
  if (!fresh) refuse('its jti was used before')
}
