// An ID token that comes back as a hint of whom an app means (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2).
import { verifyOwn } from '../oauth/keys/verify.ts'
import type { Provider } from '../oauth/provider.ts'

/** Whom it names and which client it was made for; undefined where this server did not sign it. An expired one still names them. */
export const readIdTokenHint: NonNullable<Provider['idTokenHint']> = async (hint, { keys, issuer }) => {
  const claims = await verifyOwn(hint, keys, 'JWT')
  if (claims?.iss !== issuer || typeof claims.sub !== 'string' || typeof claims.aud !== 'string') return undefined
  return { user: claims.sub, client: claims.aud }
}
