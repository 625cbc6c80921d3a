// Who a request comes from: Basic for clients with `basic` in grant_types, Bearer for our tokens (RFC 6750, aidbox-behaviour §4.1).
// The token's record is read on every request, so revocation, logout and a disabled user act at once. Cookies are never looked at.
import type { CanonicalRequest } from '../http/request.ts'
import { isForUs } from './client/audience.ts'
import { mayUse } from './client/methods.ts'
import { basicReadings, readCredentials } from './credentials.ts'
import { OAuthError } from './errors.ts'
import { verifyOwn } from './keys/verify.ts'
import type { Principal } from './principal.ts'
import type { Authenticate, Provider } from './provider.ts'
import { verifyClientSecret } from './secret.ts'
import { liveToken } from './session.ts'

const LEEWAY_S = 60

const invalidToken = (why = 'the access token is invalid, expired or revoked'): OAuthError =>
  new OAuthError('invalid_token', why, { headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${why}"` } })

const byBasic = (id: string, secret: string, provider: Provider): Principal => {
  const client = basicReadings(id).flatMap((one) => provider.clients.get(one) ?? [])[0]
  const matches = basicReadings(secret)
    .map((one) => verifyClientSecret(one, client?.secret))
    .includes(true)
  if (!client || !matches || client.active === false || !mayUse(client, 'basic')) {
    throw new OAuthError('invalid_token', 'the credentials are not valid', { headers: { 'www-authenticate': 'Basic realm="fhir"' } })
  }
  return { method: 'basic', client, roles: [] }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 1e11

/** RFC 9068 §4: issuer, audience and times of a JWT of ours; the signature and `typ` are checked before. */
const claimsHold = (claims: Readonly<Record<string, unknown>>, provider: Provider): boolean => {
  const { issuer, clock } = provider
  const now = clock.now() / 1_000
  const { iss, aud, exp, iat, nbf } = claims
  if (iss !== issuer || typeof aud !== 'string' || !isForUs(aud, provider)) return false
  return isTime(exp) && exp > now && isTime(iat) && iat <= now + LEEWAY_S && (nbf === undefined || (isTime(nbf) && nbf <= now + LEEWAY_S))
}

const byToken = async (text: string, provider: Provider): Promise<Principal> => {
  const jwt = text.includes('.') ? await verifyOwn(text, provider.keys, 'at+jwt') : undefined
  if (text.includes('.') && !(jwt && claimsHold(jwt, provider))) throw invalidToken()
  const live = await liveToken(text, provider)
  if (live?.token.kind !== 'access' || !isForUs(live.authorization.aud, provider)) throw invalidToken()
  const { client, user, session, authorization } = live
  return {
    method: 'bearer',
    client,
    ...(user && { user }),
    roles: user?.id === undefined ? [] : await provider.users.rolesOf(user.id),
    session: { id: session.id, authorization },
    ...(jwt && { jwt }),
    scope: authorization.scope,
  }
}

/** Resolves a request's credentials; no credentials at all is the anonymous principal. */
export const authenticate: Authenticate = async (request: CanonicalRequest, provider: Provider): Promise<Principal> => {
  if (request.query.has('access_token')) throw new OAuthError('invalid_request', 'an access token in the query is not accepted')
  const credentials = readCredentials(request.headers.get('authorization'))
  if (!credentials) return { method: 'anonymous', roles: [] }
  if (credentials.scheme === 'basic') return byBasic(credentials.id, credentials.secret, provider)
  if (credentials.scheme === 'bearer') return byToken(credentials.token, provider)
  throw new OAuthError('invalid_token', 'the Authorization header must be Basic or Bearer', { headers: { 'www-authenticate': 'Bearer' } })
}
