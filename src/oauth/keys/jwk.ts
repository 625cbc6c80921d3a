// Key pairs of the algorithms that this server signs with, as JWKs.
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import type { SigningAlgorithm } from '../keys.ts'

export const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'ES384']

const CURVES = { ES256: 'P-256', ES384: 'P-384' } as const
const PUBLIC_MEMBERS = ['kty', 'n', 'e', 'crv', 'x', 'y'] as const
const generate = promisify(generateKeyPair)

/** A fresh private key. */
export const generateJwk = async (alg: SigningAlgorithm): Promise<JWK> => {
  const pair = alg === 'RS256' ? await generate('rsa', { modulusLength: 2048 }) : await generate('ec', { namedCurve: CURVES[alg] })
  return pair.privateKey.export({ format: 'jwk' }) as JWK
}

/** What everybody may know of a key. */
export const publicPart = (jwk: JWK): JWK =>
  Object.fromEntries(PUBLIC_MEMBERS.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])))
