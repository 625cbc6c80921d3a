// One way to sign a JWT of our own: the header is exactly `alg`, `typ`, `kid`, which is what verify.ts accepts.
import { KeyObject, sign } from 'node:crypto'
import type { Keys, SigningAlgorithm, SigningKey } from '../keys.ts'

/** RFC 7518 §3.3, §3.4: the hash, and for ECDSA a signature of two integers and not of DER. */
const ALGORITHMS: Readonly<Record<SigningAlgorithm, { readonly hash: string; readonly dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: { hash: 'sha256' },
  ES256: { hash: 'sha256', dsaEncoding: 'ieee-p1363' },
  ES384: { hash: 'sha384', dsaEncoding: 'ieee-p1363' },
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * A compact JWS over the claims (RFC 7515 §3.1). Signed where it is asked, on this thread: the signature is most of a token's price
 * either way, and the tokens of one turn are then recorded by one commit.
 */
export const signOwn = (
  claims: Readonly<Record<string, unknown>>,
  keys: Keys,
  typ: 'at+jwt' | 'JWT',
  alg: SigningAlgorithm = 'RS256',
): string => {
  const { kid, privateKey }: SigningKey = keys.signing(alg)
  const { hash, ...encoding } = ALGORITHMS[alg]
  const input = `${base64url({ alg, typ, kid })}.${base64url(claims)}`
  const signature = sign(hash, Buffer.from(input), { key: KeyObject.from(privateKey), ...encoding })
  return `${input}.${signature.toString('base64url')}`
}
