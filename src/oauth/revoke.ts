// POST /auth/revoke (RFC 7009), and DELETE /Session (aidbox-behaviour §4.2): a token, or all that one grant bought, is dead from now on.
import type { Reply } from '../http/reply.ts'
import type { CanonicalRequest } from '../http/request.ts'
import { answer } from './answer.ts'
import { authenticate } from './bearer.ts'
import { authenticateClient } from './client/authenticate.ts'
import { strongestMethod } from './client/methods.ts'
import { OAuthError } from './errors.ts'
import type { Provider } from './provider.ts'
import { readParameters, required } from './token/parameters.ts'
import { tokenKey } from './token-key.ts'

/** RFC 7009 §2.1: a refresh token takes its access tokens with it; a token that is not known is as good as revoked. */
export const revoke = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  const parameters = await readParameters(request)
  const client = await authenticateClient(request, parameters, provider, strongestMethod)
  const hash = tokenKey(required(parameters, 'token'))
  const found = await provider.records.token(hash)
  if (found && found.session.client !== client.id) throw new OAuthError('invalid_grant', 'the token was issued to another client')
  if (found?.token.kind === 'refresh') await provider.records.endSession(found.session.id)
  else if (found) await provider.records.revokeToken(hash)
  return answer(200, {})
}

/** Ends the session whose access token the request carries. */
export const endCurrentSession = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  const { session } = await authenticate(request, provider)
  if (!session) throw new OAuthError('invalid_token', 'a bearer token is needed', { headers: { 'www-authenticate': 'Bearer' } })
  await provider.records.endSession(session.id)
  return answer(200, {})
}
