// Dynamic client registration (RFC 7591) and its management (RFC 7592): there only where AuthConfig.registration lets somebody in.
import { MalformedBody, parseJson } from '../../http/json.ts'
import type { Reply } from '../../http/reply.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { answer, answering } from '../answer.ts'
import { countAttempt } from '../authorize/throttle.ts'
import { readCredentials } from '../credentials.ts'
import { OAuthError } from '../errors.ts'
import type { Endpoint, Provider } from '../provider.ts'
import { randomToken, verifyClientSecret } from '../secret.ts'
import type { Client } from '../types/client.ts'
import { clientOf, metadataOf, usesSecret } from './client.ts'
import { readMetadata } from './metadata.ts'
import { settingsOf } from './settings.ts'

const PATH = '/auth/register'
const MAX_BODY = 65_536

type Fields = Readonly<Record<string, unknown>>

const refused = (): OAuthError =>
  new OAuthError('invalid_token', 'a token that allows this is needed', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })

const bearerOf = (request: CanonicalRequest): string | undefined => {
  const credentials = readCredentials(request.headers.get('authorization'))
  if (credentials && credentials.scheme !== 'bearer') throw refused()
  return credentials?.token
}

/** RFC 7591 §3: with an initial access token, or by anybody where the setting says so; a few a minute from one address. */
const admit = (request: CanonicalRequest, provider: Provider): void => {
  const { open, tokens } = settingsOf(provider)
  const attempt = countAttempt(provider, 'client registration', request.remoteAddr)
  if ('wait' in attempt) {
    const headers = { 'retry-after': String(attempt.wait) }
    throw new OAuthError('temporarily_unavailable', 'too many registrations', { status: 429, headers })
  }
  const token = bearerOf(request)
  if (token === undefined && open) return
  if (token === undefined || !tokens.map((one) => verifyClientSecret(token, one)).includes(true)) throw refused()
  attempt.forgive()
}

const readBody = async (request: CanonicalRequest): Promise<Fields> => {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new OAuthError('invalid_client_metadata', 'the body must be JSON', { status: 415 })
  const bytes = await request.body()
  if (bytes.byteLength > MAX_BODY) throw new OAuthError('invalid_client_metadata', `the metadata is longer than ${MAX_BODY} bytes`)
  try {
    const body = parseJson(bytes)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields
  } catch (error) {
    if (!(error instanceof MalformedBody)) throw error
    throw new OAuthError('invalid_client_metadata', error.message, { cause: error })
  }
  throw new OAuthError('invalid_client_metadata', 'the metadata must be an object')
}

interface Secrets {
  readonly access_token: string
  /** Present when it is new: it is told once. */
  readonly secret?: string | undefined
}

/** RFC 7591 §3.2.1, RFC 7592 §3. */
const told = ({ issuer }: Provider, client: Client, { access_token, secret }: Secrets): Fields => ({
  ...metadataOf(client),
  ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
  registration_access_token: access_token,
  registration_client_uri: `${issuer}${PATH}/${client.id}`,
})

const keep = async (provider: Provider, client: Client): Promise<void> => {
  const problem = await provider.registrations.put(client)
  if (problem !== undefined) throw new OAuthError('invalid_client_metadata', problem)
}

const register = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  admit(request, provider)
  const metadata = readMetadata(await readBody(request), provider)
  const id = randomToken(provider.random).replaceAll('_', '.')
  const access_token = randomToken(provider.random)
  const secret = usesSecret(metadata.token_endpoint_auth_method) ? randomToken(provider.random) : undefined
  const client = clientOf(id, metadata, { client_id_issued_at: Math.floor(provider.clock.now() / 1_000), access_token }, secret)
  await keep(provider, client)
  provider.log.info({ client: id }, 'a client registered itself')
  return answer(201, told(provider, client, { access_token, secret }))
}

/** The client that the path names, for the bearer of its own token; any other answer is the same (RFC 7592 §2.1). */
const managed = (request: CanonicalRequest, provider: Provider): { readonly client: Client; readonly access_token: string } => {
  const access_token = bearerOf(request)
  const client = provider.clients.get(request.segments.at(-1) ?? '')
  const matches = verifyClientSecret(access_token ?? '', client?.registration?.access_token)
  if (access_token === undefined || !matches || !client || client.active === false) throw refused()
  return { client, access_token }
}

const read = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  const { client, access_token } = managed(request, provider)
  return answer(200, told(provider, client, { access_token }))
}

/** RFC 7592 §2.2: it replaces; who the client is and what proves it must not be somebody else's. */
const checkUnchanged = (fields: Fields, client: Client): void => {
  if (fields.client_id !== client.id) throw new OAuthError('invalid_client_metadata', 'client_id must be the one registered')
  const { client_secret } = fields
  if (client_secret === undefined || (typeof client_secret === 'string' && verifyClientSecret(client_secret, client.secret))) return
  throw new OAuthError('invalid_client_metadata', 'client_secret must be the one registered')
}

const update = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  const { client, access_token } = managed(request, provider)
  const fields = await readBody(request)
  checkUnchanged(fields, client)
  const metadata = readMetadata(fields, provider)
  const needed = usesSecret(metadata.token_endpoint_auth_method)
  const fresh = needed && client.secret === undefined ? randomToken(provider.random) : undefined
  const next = clientOf(client.id, metadata, client.registration ?? {}, needed ? (fresh ?? client.secret) : undefined)
  await keep(provider, next)
  return answer(200, told(provider, next, { access_token, secret: fresh }))
}

/** RFC 7592 §2.3: everything that it bought ends with it. */
const remove = async (request: CanonicalRequest, provider: Provider): Promise<Response> => {
  const { client } = managed(request, provider)
  await provider.registrations.remove(client)
  await provider.records.endSessionsOf({ client: client.id })
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
}

/** Mounted by box.ts where registration is on. */
export const registrationEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: PATH, cors: true, handle: answering(register) },
  { method: 'GET', path: `${PATH}/:id`, cors: true, handle: answering(read) },
  { method: 'PUT', path: `${PATH}/:id`, cors: true, handle: answering(update) },
  { method: 'DELETE', path: `${PATH}/:id`, cors: true, handle: answering(remove) },
]
