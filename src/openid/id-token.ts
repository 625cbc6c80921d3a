// The ID token (OpenID Connect Core §2), RS256, `typ: JWT`; fhirUser as SMART App Launch 2.2 wants it.
import type { Authorization } from '../oauth/authorization.ts'
import { signOwn } from '../oauth/keys/sign.ts'
import type { Provider } from '../oauth/provider.ts'
import { randomToken } from '../oauth/secret.ts'

const LIFETIME_S = 3_600

/** Mints the ID token of a person's authorization: the `idToken` hook of the Provider. */
export const mintIdToken = async (authorization: Authorization, provider: Provider): Promise<string> => {
  const { issuer, users, keys, clock, random, profile } = provider
  const { user_id, client_id, auth_time, nonce, acr, scope } = authorization
  const user = user_id === undefined ? undefined : await users.byId(user_id)
  const fhirUser = user && scope.includes('fhirUser') ? profile.fhirUser(user) : undefined
  const iat = Math.floor(clock.now() / 1_000)
  const claims = {
    iss: issuer,
    sub: user_id,
    aud: client_id,
    iat,
    exp: iat + LIFETIME_S,
    jti: randomToken(random),
    ...(auth_time !== undefined && { auth_time }),
    ...(nonce !== undefined && { nonce }),
    ...(acr !== undefined && { acr }),
    ...(user?.email !== undefined && { email: user.email }),
    ...(fhirUser !== undefined && { fhirUser }),
  }
  return signOwn(claims, keys, 'JWT')
}
