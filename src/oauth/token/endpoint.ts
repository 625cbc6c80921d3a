// POST /auth/token (RFC 6749 §3.2), in five phases: read → authenticate the client → grant → mint (within the grant, whose gate
// records what was minted) → answer.
import type { Reply } from '../../http/reply.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { answer } from '../answer.ts'
import { authenticateClient } from '../client/authenticate.ts'
import { type ClientMethod, type GrantName, methodFor, strongestMethod } from '../client/methods.ts'
import { OAuthError } from '../errors.ts'
import { authorizationCode } from '../grants/authorization-code.ts'
import { clientCredentials } from '../grants/client-credentials.ts'
import type { Grant, Issued } from '../grants/grant.ts'
import { password } from '../grants/password.ts'
import { invalidRefreshToken, refreshToken } from '../grants/refresh-token.ts'
import { accessLifetime } from '../mint.ts'
import type { Provider } from '../provider.ts'
import { grantOf } from '../session.ts'
import { tokenKey } from '../token-key.ts'
import type { Client } from '../types/client.ts'
import { userinfo } from '../userinfo.ts'
import { type OAuthParameters, readParameters, required } from './parameters.ts'

/** How the client must authenticate, and who it is where it need not say so. */
interface Expected {
  method(client: Client): ClientMethod
  readonly unnamed?: () => string
}
type Expect = (parameters: OAuthParameters, provider: Provider) => Promise<Expected>

const expectedOf =
  (grant: GrantName): Expect =>
  async () => ({ method: (client) => methodFor(client, grant) })

/** A refresh is authenticated as the grant that issued the token was. */
const expectedOfRefresh: Expect = async (parameters, { records }) => {
  const found = await records.token(tokenKey(parameters.get('refresh_token') ?? ''))
  const unnamed = () => {
    if (!found) throw invalidRefreshToken()
    return found.session.client
  }
  return { method: found ? (client) => methodFor(client, grantOf(found.session)) : strongestMethod, unnamed }
}

/** Every grant of the token endpoint, with how its client must authenticate. */
const GRANTS: ReadonlyMap<string, { readonly grant: Grant; readonly expect: Expect }> = new Map([
  ['authorization_code', { grant: authorizationCode, expect: expectedOf('authorization_code') }],
  ['client_credentials', { grant: clientCredentials, expect: expectedOf('client_credentials') }],
  ['password', { grant: password, expect: expectedOf('password') }],
  ['refresh_token', { grant: refreshToken, expect: expectedOfRefresh }],
])

/** grant_types_supported */
export const GRANT_TYPES: readonly string[] = [...GRANTS.keys()]

const tokenResponse = async ({ access, refresh, client, grant, authorization, user }: Issued, provider: Provider) => {
  const scope = provider.profile.spell(authorization.scope)
  const withIdToken = user && authorization.scope.includes('openid') && provider.idToken
  return Object.assign({}, provider.profile.tokenParameters(authorization), {
    access_token: access,
    token_type: 'Bearer',
    expires_in: accessLifetime(client, grant),
    scope: scope === '' ? undefined : scope,
    refresh_token: refresh,
    id_token: withIdToken ? await withIdToken(authorization, provider) : undefined,
    userinfo: user && userinfo(user),
  })
}

/** The token endpoint. */
export const token = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  // 1. Read.
  const parameters = await readParameters(request)
  const kind = GRANTS.get(required(parameters, 'grant_type'))
  if (!kind) throw new OAuthError('unsupported_grant_type', 'the grant_type is not supported')
  // 2. Authenticate the client.
  const expected = await kind.expect(parameters, provider)
  const client = await authenticateClient(request, parameters, provider, expected.method, expected.unnamed)
  // 3. and 4. The grant checks, mints, and passes its single-use gate.
  const issued = await kind.grant({ client, parameters, provider, remoteAddr: request.remoteAddr })
  // 5. Answer.
  return answer(200, await tokenResponse(issued, provider))
}
