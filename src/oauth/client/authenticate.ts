// Client authentication (RFC 6749 §2.3): exactly one method, and it must be the registered one (security-requirements O-19).
import type { CanonicalRequest } from '../../http/request.ts'
import { basicReadings, readCredentials } from '../credentials.ts'
import { OAuthError } from '../errors.ts'
import type { Provider } from '../provider.ts'
import { verifyClientSecret } from '../secret.ts'
import { type OAuthParameters, required } from '../token/parameters.ts'
import type { Client } from '../types/client.ts'
import { JWT_BEARER, readAssertion, verifyAssertion } from './assertion.ts'
import type { ClientMethod } from './methods.ts'

/** What the request presented: who it claims to be, and how that is proved. */
interface Presented {
  readonly method: ClientMethod
  readonly id: string
  prove(client: Client, provider: Provider): Promise<boolean>
}
interface Attempt {
  readonly request: CanonicalRequest
  readonly parameters: OAuthParameters
}

/** Says nothing of what was wrong, nor which client there is. An unsupported scheme is this error too (RFC 6749 §5.2). */
const refused = (): OAuthError =>
  new OAuthError('invalid_client', 'client authentication failed', { headers: { 'www-authenticate': 'Basic realm="token"' } })

const secretMatches = (client: Client, candidates: readonly string[]): boolean =>
  candidates.map((secret) => verifyClientSecret(secret, client.secret)).includes(true)

const basic = ({ request, parameters }: Attempt): Presented | undefined => {
  const credentials = readCredentials(request.headers.get('authorization'))
  if (!credentials) return undefined
  if (credentials.scheme !== 'basic') throw refused()
  const ids = basicReadings(credentials.id)
  const id = parameters.get('client_id') ?? ids.at(-1) ?? ''
  if (!ids.includes(id)) throw new OAuthError('invalid_request', 'client_id is not the client of the Authorization header')
  return { method: 'client_secret', id, prove: async (client) => secretMatches(client, basicReadings(credentials.secret)) }
}

const post = ({ parameters }: Attempt): Presented | undefined => {
  const secret = parameters.get('client_secret')
  if (secret === undefined) return undefined
  return { method: 'client_secret', id: required(parameters, 'client_id'), prove: async (client) => secretMatches(client, [secret]) }
}

const assertion = ({ request, parameters }: Attempt): Presented | undefined => {
  if (!parameters.has('client_assertion') && !parameters.has('client_assertion_type')) return undefined
  if (required(parameters, 'client_assertion_type') !== JWT_BEARER) {
    throw new OAuthError('invalid_request', `client_assertion_type must be ${JWT_BEARER}`)
  }
  const jwt = required(parameters, 'client_assertion')
  const { sub } = readAssertion(jwt).claims
  const id = parameters.get('client_id') ?? (typeof sub === 'string' ? sub : '')
  const prove = async (client: Client, provider: Provider) => {
    await verifyAssertion(jwt, client, request.path, provider)
    return true
  }
  return { method: 'private_key_jwt', id, prove }
}

/** The methods in which a client may present itself, in the order in which they are looked for. */
const METHODS: ReadonlyArray<readonly [name: string, find: (attempt: Attempt) => Presented | undefined]> = [
  ['client_secret_basic', basic],
  ['client_secret_post', post],
  ['private_key_jwt', assertion],
]

const presentedBy = (attempt: Attempt, unnamed: () => string): Presented => {
  const found = METHODS.flatMap(([, find]) => find(attempt) ?? [])
  if (found.length > 1) throw new OAuthError('invalid_request', 'more than one method of client authentication')
  return found[0] ?? { method: 'none', id: attempt.parameters.get('client_id') ?? unnamed(), prove: async () => true }
}

/** A registered public client that nevertheless proves its secret did more than it must; a wrong secret is still an error. */
const acceptable = (presented: ClientMethod, registered: ClientMethod, client: Client): boolean =>
  presented === registered || (registered === 'none' && presented === 'client_secret' && client.secret !== undefined)

/**
 * The authenticated client. `registered` says which method it must use here; undefined: this client may not come here. `unnamed` is the
 * client of a request that names none: RFC 6749 §6 lets a public client leave its client_id out where its refresh token tells it.
 */
export const authenticateClient = async (
  request: CanonicalRequest,
  parameters: OAuthParameters,
  provider: Provider,
  registered: (client: Client) => ClientMethod | undefined,
  unnamed = () => required(parameters, 'client_id'),
): Promise<Client> => {
  const presented = presentedBy({ request, parameters }, unnamed)
  const client = provider.clients.get(presented.id)
  if (!client || client.active === false) throw refused()
  const method = registered(client)
  if (method === undefined || !acceptable(presented.method, method, client)) throw refused()
  if (!(await presented.prove(client, provider))) throw refused()
  return client
}
