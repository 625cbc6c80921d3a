// grant_type=refresh_token (RFC 6749 §6): bound to its client; rotates for public clients, where reuse kills the family
// (RFC 9700 §4.14.2); a confidential client's is renewed in place. Scope can only shrink, claims are kept.
import { isLoginLive } from '../authorize/browser.ts'
import { methodFor } from '../client/methods.ts'
import { OAuthError } from '../errors.ts'
import { mintAccess, mintRefresh, refreshExpiry } from '../mint.ts'
import type { Provider } from '../provider.ts'
import { grantOf, type LiveToken, liveToken } from '../session.ts'
import { askedScope, required } from '../token/parameters.ts'
import { tokenKey } from '../token-key.ts'
import type { Grant, GrantRequest } from './grant.ts'

/** RFC 6749 §5.2 */
export const invalidRefreshToken = (why = 'the refresh token is invalid, expired or revoked'): OAuthError =>
  new OAuthError('invalid_grant', why)

/** A token bound to a browser session lives as long as that does (online_access). */
const loginLives = async ({ session }: LiveToken, { records, clock }: Provider): Promise<boolean> => {
  if (session.login === undefined) return true
  const login = await records.login(session.login)
  return login !== undefined && isLoginLive(login, clock.now())
}

/** The scopes asked, which must be among those granted, in either spelling; undefined where nothing changes. */
const narrowed = ({ parameters, provider: { profile } }: GrantRequest, granted: readonly string[]): readonly string[] | undefined => {
  const asked = askedScope(parameters)
  if (asked === undefined) return undefined
  const spelt = profile.spell(granted).split(' ')
  if (!asked.every((scope) => granted.includes(scope) || spelt.includes(scope))) {
    throw new OAuthError('invalid_scope', 'the scope is wider than what was granted')
  }
  const whole = granted.every((scope) => asked.includes(scope)) || spelt.every((scope) => asked.includes(scope))
  return whole ? undefined : asked
}

/** RFC 6749 §6 */
export const refreshToken: Grant = async (request) => {
  const { client, parameters, provider } = request
  const { records, clock } = provider
  const text = required(parameters, 'refresh_token')
  const hash = tokenKey(text)
  const live = await liveToken(text, provider)
  if (live?.token.kind !== 'refresh' || live.client.id !== client.id) throw invalidRefreshToken()
  if (live.used) {
    await records.endSession(live.session.id)
    throw invalidRefreshToken('the refresh token was used before; its family is revoked')
  }
  if (!(await loginLives(live, provider))) throw invalidRefreshToken()
  const scope = narrowed(request, live.authorization.scope)
  const authorization = scope ? { ...live.authorization, scope } : live.authorization
  const grant = grantOf(live.session)
  const minting = { client, grant, session: live.session.id, authorization }
  const access = await mintAccess(minting, provider, scope ? { scope } : {})
  if (methodFor(client, grant) !== 'none') {
    if (!(await records.renewToken(hash, refreshExpiry(client, grant, clock.now()), [access.record]))) throw invalidRefreshToken()
    return { access: access.token, client, grant, authorization }
  }
  const refresh = mintRefresh(minting, provider)
  if ((await records.rotateToken(hash, [access.record, refresh.record])) !== 'taken') throw invalidRefreshToken()
  return { access: access.token, refresh: refresh.token, client, grant, authorization }
}
