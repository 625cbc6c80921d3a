// GET and POST /auth/userinfo (OpenID Connect Core §5.3), in Aidbox's form: the User without its secrets, with `sub`.
import type { Reply } from '../http/reply.ts'
import type { CanonicalRequest } from '../http/request.ts'
import { answer } from '../oauth/answer.ts'
import { readForm } from '../oauth/authorize/browser.ts'
import { authenticate } from '../oauth/bearer.ts'
import { OAuthError } from '../oauth/errors.ts'
import type { Provider } from '../oauth/provider.ts'
import { userinfo } from '../oauth/userinfo.ts'

/** A token with scopes needs `openid` among them; Aidbox's tokens without any are a person's own (password grant). */
const scopeAllows = (scope: readonly string[] | undefined): boolean => scope === undefined || scope.length === 0 || scope.includes('openid')

/** RFC 6750 §2: one way to send a token, and a form is not one that we take (security-requirements B-02, B-03). */
const refuseTokenInForm = async (request: CanonicalRequest): Promise<void> => {
  if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return
  if ((await readForm(request)).has('access_token')) throw new OAuthError('invalid_request', 'an access token in the body is not accepted')
}

/** The userinfo endpoint. */
export const userinfoEndpoint = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  await refuseTokenInForm(request)
  const { user, scope } = await authenticate(request, provider)
  if (!user) throw new OAuthError('invalid_token', "a person's access token is needed", { headers: { 'www-authenticate': 'Bearer' } })
  if (!scopeAllows(scope)) {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="openid"' }
    throw new OAuthError('insufficient_scope', 'the scope openid is needed', { headers })
  }
  return answer(200, userinfo(user))
}
