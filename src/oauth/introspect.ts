// POST /auth/introspect (RFC 7662): a client sees its own tokens, a resource server (`Client.resource_server`) all of them.
import type { Reply } from '../http/reply.ts'
import type { CanonicalRequest } from '../http/request.ts'
import { answer } from './answer.ts'
import { authenticateClient } from './client/authenticate.ts'
import { type ClientMethod, strongestMethod } from './client/methods.ts'
import { verifyOwn } from './keys/verify.ts'
import type { Provider } from './provider.ts'
import { type LiveToken, liveToken } from './session.ts'
import { readParameters, required } from './token/parameters.ts'
import type { Client } from './types/client.ts'

/** Never none: a client without a stronger method may still prove a registered secret. */
const method = (client: Client): ClientMethod | undefined => {
  const strongest = strongestMethod(client)
  return strongest !== 'none' ? strongest : client.secret === undefined ? undefined : 'client_secret'
}

const maySee = (client: Client, live: LiveToken): boolean => live.client.id === client.id || client.resource_server === true

const active = async (text: string, live: LiveToken, provider: Provider) => {
  const { token, authorization, client, user } = live
  const { profile, issuer, keys, fhirBases } = provider
  const scope = profile.spell(authorization.scope)
  const jwt = token.kind === 'access' ? await verifyOwn(text, keys, 'at+jwt') : undefined
  const fhirUser = user && authorization.scope.includes('fhirUser') ? profile.fhirUser(user) : undefined
  return {
    ...profile.tokenParameters(authorization),
    active: true,
    iss: issuer,
    sub: authorization.user_id ?? client.id,
    aud: authorization.aud ?? fhirBases[0] ?? issuer,
    client_id: client.id,
    iat: Math.floor(token.issued / 1_000),
    exp: Math.floor(token.expires / 1_000),
    ...(scope !== '' && { scope }),
    ...(token.kind === 'access' && { token_type: 'Bearer' }),
    ...(jwt && { jti: jwt.jti }),
    ...(user?.userName !== undefined && { username: user.userName }),
    ...(fhirUser !== undefined && { fhirUser }),
  }
}

/** RFC 7662 §2 */
export const introspect = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  const parameters = await readParameters(request)
  const client = await authenticateClient(request, parameters, provider, method)
  const text = required(parameters, 'token')
  const live = await liveToken(text, provider)
  const seen = live && !live.used && maySee(client, live)
  return answer(200, seen ? await active(text, live, provider) : { active: false })
}
