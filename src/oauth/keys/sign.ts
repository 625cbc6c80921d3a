// One way to sign a JWT of our own: the header is exactly `alg`, `typ`, `kid`, which is what verify.ts accepts.
import { CompactSign } from 'jose'
import type { Keys, SigningAlgorithm } from '../keys.ts'

/** A compact JWS over the claims. */
export const signOwn = (claims: Readonly<Record<string, unknown>>, keys: Keys, typ: 'at+jwt' | 'JWT', alg: SigningAlgorithm = 'RS256') => {
  const key = keys.signing(alg)
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg, typ, kid: key.kid }).sign(key.privateKey)
}
