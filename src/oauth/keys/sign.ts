// One way to sign a JWT of our own: the header is exactly `alg`, `typ`, `kid`, which is what verify.ts accepts.
import { KeyObject, sign } from 'node:crypto'
import type { Keys, SigningAlgorithm, SigningKey } from '../keys.ts'

/** RFC 7518 §3.3, §3.4: the hash, and for ECDSA a signature of two integers and not of DER. */
const ALGORITHMS: Readonly<Record<SigningAlgorithm, { readonly hash: string; readonly dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: { hash: 'sha256' },
  ES256: { hash: 'sha256', dsaEncoding: 'ieee-p1363' },
  ES384: { hash: 'sha384', dsaEncoding: 'ieee-p1363' },
}

/** What does not change from one token of a key to the next: the key as node:crypto has it, and the encoded header of each `typ`. */
const prepared = new WeakMap<SigningKey, { readonly key: KeyObject; readonly headers: ReadonlyMap<string, string> }>()

const prepare = (signing: SigningKey) => {
  const { kid, alg, privateKey } = signing
  const header = (typ: string) => [typ, base64url({ alg, typ, kid })] as const
  const made = { key: KeyObject.from(privateKey), headers: new Map([header('at+jwt'), header('JWT')]) }
  prepared.set(signing, made)
  return made
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
  const signing = keys.signing(alg)
  const { key, headers } = prepared.get(signing) ?? prepare(signing)
  const { hash, ...encoding } = ALGORITHMS[alg]
  const input = `${headers.get(typ)}.${base64url(claims)}`
  const signature = sign(hash, Buffer.from(input), Object.assign({ key }, encoding))
  return `${input}.${signature.toString('base64url')}`
}
