// Client metadata (RFC 7591 §2, OpenID Connect Registration §2, RFC 9126 §6): read, checked in order, defaults filled in. What this server
// does not understand is left out, and so not in the answer.
import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import { ASSERTION_ALGORITHMS } from '../client/assertion.ts'
import { OAuthError, type OAuthErrorCode } from '../errors.ts'
import type { Provider } from '../provider.ts'
import { isKeySetAddress, isRedirectTarget } from './addresses.ts'
import { type RegistrationSettings, settingsOf } from './settings.ts'

type Fields = Readonly<Record<string, unknown>>

/** In the names of the wire. */
export interface ClientMetadata {
  readonly client_name?: string
  readonly redirect_uris: readonly string[]
  readonly post_logout_redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly response_types: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly scope?: readonly string[]
  readonly jwks_uri?: string
  readonly jwks?: { readonly keys: readonly JWK[] }
  readonly require_pushed_authorization_requests: boolean
}

const MAX_ITEMS = 20
const MAX_TEXT = 200
/** token_endpoint_auth_methods that can be registered. */
const METHODS: readonly string[] = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const
const MIN_RSA_BITS = 2_048

const refuse = (why: string, error: OAuthErrorCode = 'invalid_client_metadata'): never => {
  throw new OAuthError(error, why)
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const textIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  if (value === undefined || value === '') return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (typeof value !== 'string' || /[\u0000-\u001f\u007f]/.test(value)) return refuse(`${name} must be a text`)
  return value
}

const shortTextIn = (fields: Fields, name: string): string | undefined => {
  const text = textIn(fields, name)
  return text !== undefined && text.length > MAX_TEXT ? refuse(`${name} is longer than ${MAX_TEXT} characters`) : text
}

const listIn = (fields: Fields, name: string): readonly string[] | undefined => {
  const value = fields[name]
  if (value === undefined) return undefined
  const isList = Array.isArray(value) && value.length <= MAX_ITEMS && value.every((one): one is string => typeof one === 'string')
  return isList ? [...new Set(value)] : refuse(`${name} must be a list of at most ${MAX_ITEMS} texts`)
}

const flagIn = (fields: Fields, name: string): boolean => {
  const value = fields[name] ?? false
  return typeof value === 'boolean' ? value : refuse(`${name} must be true or false`)
}

const grantTypes = (fields: Fields, { grant_types: allowed }: RegistrationSettings): readonly string[] => {
  const asked = listIn(fields, 'grant_types') ?? ['authorization_code']
  const foreign = asked.find((one) => !allowed.includes(one))
  if (foreign !== undefined || asked.length === 0) refuse(`grant_types may hold ${allowed.join(', ')}`)
  if (asked.includes('refresh_token') && !asked.includes('authorization_code')) refuse('refresh_token goes with authorization_code')
  return asked
}

/** RFC 7591 §2.1: the two lists say the same. */
const responseTypes = (fields: Fields, grants: readonly string[]): readonly string[] => {
  const expected = grants.includes('authorization_code') ? ['code'] : []
  const asked = listIn(fields, 'response_types') ?? expected
  return asked.join() === expected.join() ? asked : refuse(`response_types must be [${expected}] with these grant_types`)
}

const authMethod = (fields: Fields, grants: readonly string[]): string => {
  const method = textIn(fields, 'token_endpoint_auth_method') ?? 'client_secret_basic'
  if (!METHODS.includes(method)) refuse(`token_endpoint_auth_method is one of ${METHODS.join(', ')}`)
  if (method === 'none' && grants.includes('client_credentials')) refuse('client_credentials needs a client that can prove itself')
  return method
}

const redirectUris = (fields: Fields, grants: readonly string[]): readonly string[] => {
  if (!grants.includes('authorization_code')) return []
  const uris = listIn(fields, 'redirect_uris') ?? []
  if (uris.length === 0) refuse('redirect_uris is missing', 'invalid_redirect_uri')
  const bad = uris.find((uri) => !isRedirectTarget(uri))
  if (bad !== undefined) refuse('redirect_uris take https, http on loopback, or a scheme like com.example.app:', 'invalid_redirect_uri')
  return uris
}

const postLogoutUris = (fields: Fields): readonly string[] => {
  const uris = listIn(fields, 'post_logout_redirect_uris') ?? []
  return uris.every(isRedirectTarget) ? uris : refuse('post_logout_redirect_uris are of the same kind as redirect_uris')
}

const publicKey = (value: unknown): JWK => {
  if (!isObject(value) || PRIVATE_MEMBERS.some((name) => name in value)) return refuse('jwks holds public keys only')
  try {
    const key = createPublicKey({ key: value, format: 'jwk' })
    const strong = key.asymmetricKeyType === 'ec' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS
    if (strong && (key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa')) return value as JWK
  } catch {
    // refused below, in our words
  }
  return refuse(`jwks takes EC keys, and RSA keys of at least ${MIN_RSA_BITS} bits`)
}

const keysIn = (fields: Fields, method: string): Pick<ClientMetadata, 'jwks' | 'jwks_uri'> => {
  const jwks_uri = textIn(fields, 'jwks_uri')
  const { jwks } = fields
  if (jwks_uri !== undefined && jwks !== undefined) refuse('jwks and jwks_uri exclude each other')
  if (jwks_uri !== undefined && !isKeySetAddress(jwks_uri)) refuse('jwks_uri must be a public https address')
  if (jwks !== undefined && !(isObject(jwks) && Array.isArray(jwks.keys) && jwks.keys.length <= MAX_ITEMS)) refuse('jwks must be a JWK Set')
  const keys = isObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys.map(publicKey) : []
  if (method !== 'private_key_jwt') return {}
  if (jwks_uri !== undefined) return { jwks_uri }
  return keys.length > 0 ? { jwks: { keys } } : refuse('private_key_jwt needs jwks or jwks_uri')
}

/** Of what is asked, what any client may be granted here, within the setting's bound. */
const scopeIn = (fields: Fields, { scope: bound }: RegistrationSettings, { profile }: Provider): readonly string[] | undefined => {
  const text = textIn(fields, 'scope')
  if (text !== undefined && text.length > 4_096) refuse('scope is too long')
  const asked = text === undefined ? bound : text.split(' ').filter((one) => one !== '')
  if (asked === undefined) return undefined
  const { scope, refused } = profile.grantable({ resourceType: 'Client', id: 'registering', ...(bound && { scope: [...bound] }) }, asked)
  return refused.length > 0 || scope.length === 0 ? refuse('none of this scope may be granted here') : scope
}

/** What must have the one value that there is here, where it is given. */
const FIXED: ReadonlyArray<readonly [name: string, values: readonly string[]]> = [
  ['subject_type', ['public']],
  ['id_token_signed_response_alg', ['RS256']],
  ['token_endpoint_auth_signing_alg', ASSERTION_ALGORITHMS],
]

const checkFixed = (fields: Fields): void => {
  for (const [name, values] of FIXED) {
    const value = textIn(fields, name)
    if (value !== undefined && !values.includes(value)) refuse(`${name} can be ${values.join(', ')}`)
  }
}

/** The metadata of a registration or an update. Throws invalid_redirect_uri or invalid_client_metadata (RFC 7591 §3.2.2). */
export const readMetadata = (fields: Fields, provider: Provider): ClientMetadata => {
  const settings = settingsOf(provider)
  checkFixed(fields)
  const grant_types = grantTypes(fields, settings)
  const token_endpoint_auth_method = authMethod(fields, grant_types)
  const client_name = shortTextIn(fields, 'client_name')
  const scope = scopeIn(fields, settings, provider)
  return {
    ...(client_name !== undefined && { client_name }),
    redirect_uris: redirectUris(fields, grant_types),
    post_logout_redirect_uris: postLogoutUris(fields),
    grant_types,
    response_types: responseTypes(fields, grant_types),
    token_endpoint_auth_method,
    ...(scope && { scope }),
    ...keysIn(fields, token_endpoint_auth_method),
    require_pushed_authorization_requests: flagIn(fields, 'require_pushed_authorization_requests'),
  }
}
