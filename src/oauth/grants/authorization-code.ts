// grant_type=authorization_code (RFC 6749 §4.1.3). Checks come before the code is taken: a request that fails them does not burn it.
import type { Authorization } from '../authorization.ts'
import { mayUse } from '../client/methods.ts'
import { OAuthError } from '../errors.ts'
import { sha256 } from '../secret.ts'
import { isActive } from '../session.ts'
import { required } from '../token/parameters.ts'
import type { User } from '../types/user.ts'
import { type Grant, open } from './grant.ts'
import { provesChallenge } from './pkce.ts'

const invalid = (why: string): OAuthError => new OAuthError('invalid_grant', why)
const USED = 'the code was used before; what it bought is revoked'

/** The user, who may have been disabled since the code was issued. */
const activeUser = (user: User | undefined): User => {
  if (!user) throw invalid('the user does not exist')
  if (!isActive(user)) throw invalid('User is inactive')
  return user
}

/** RFC 6749 §4.1.3 */
export const authorizationCode: Grant = async ({ client, parameters, provider }) => {
  const { records, clock, users } = provider
  const hash = sha256(required(parameters, 'code'))
  const code = await records.code(hash)
  if (!code) throw invalid('the code is not valid')
  const authorization: Authorization = JSON.parse(code.authorization)
  if (authorization.client_id !== client.id) throw invalid('the code is not valid')
  if (!mayUse(client, 'authorization_code')) throw new OAuthError('unauthorized_client', 'authorization_code is not a grant of this client')
  if (authorization.redirect_uri !== parameters.get('redirect_uri'))
    throw invalid('redirect_uri is not the one of the authorization request')
  if (!provesChallenge(authorization.code_challenge, parameters.get('code_verifier'))) throw invalid('code_verifier does not fit the code')
  if (code.used) {
    if (code.session !== undefined) await records.endSession(code.session)
    throw invalid(USED)
  }
  if (code.expires <= clock.now()) throw invalid('the code has expired')
  const user = activeUser(authorization.user_id === undefined ? undefined : await users.byId(authorization.user_id))
  const opening = await open(client, 'authorization_code', authorization, provider)
  if ((await records.redeemCode(hash, opening)) !== 'taken') throw invalid(USED)
  return { ...opening.issued, user }
}
