// grant_type=password (RFC 6749 §4.3): only for clients whose grant_types names it (security-requirements O-25).
import { countAttempt } from '../authorize/throttle.ts'
import { askedAudience } from '../client/audience.ts'
import { mayUse } from '../client/methods.ts'
import { OAuthError } from '../errors.ts'
import { verifyPassword } from '../password.ts'
import { grantableByPerson } from '../personal-scope.ts'
import { isActive } from '../session.ts'
import { askedScope, required } from '../token/parameters.ts'
import { type Grant, open } from './grant.ts'

/** RFC 6749 §4.3.2 */
export const password: Grant = async ({ client, parameters, provider, remoteAddr }) => {
  if (!mayUse(client, 'password')) throw new OAuthError('unauthorized_client', 'password is not a grant of this client')
  const username = required(parameters, 'username')
  // Shared with the sign-in page: guesses here count there, and the reverse (security-requirements L-06).
  const attempt = countAttempt(provider, username, remoteAddr)
  if ('wait' in attempt) {
    throw new OAuthError('invalid_grant', 'too many attempts', { status: 429, headers: { 'retry-after': String(attempt.wait) } })
  }
  const user = await provider.users.byLogin(username)
  const matches = await verifyPassword(required(parameters, 'password'), user?.password)
  if (!user || user.id === undefined || !matches) throw new OAuthError('invalid_grant', 'wrong username or password')
  if (!isActive(user)) throw new OAuthError('invalid_grant', 'User is inactive')
  attempt.forgive()
  const { scope, refused } = grantableByPerson(provider, client, askedScope(parameters) ?? [])
  if (refused.length > 0) throw new OAuthError('invalid_scope', 'the client may not ask for this scope')
  const aud = askedAudience(client, 'password', parameters, provider)
  const authorization = {
    client_id: client.id,
    user_id: user.id,
    scope,
    ...(aud !== undefined && { aud }),
    context: { need_patient_banner: true },
    auth_time: Math.floor(provider.clock.now() / 1_000),
  }
  const opening = await open(client, 'password', authorization, provider)
  await provider.records.openSession(opening.session, opening.tokens)
  return { ...opening.issued, user }
}
