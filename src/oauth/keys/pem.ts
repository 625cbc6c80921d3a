// Signing keys given by settings: PKCS#1, SEC1 or PKCS#8 private key with its public key (aidbox-behaviour §1.3).
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SigningAlgorithm } from '../keys.ts'

const algorithmOf = (key: KeyObject): SigningAlgorithm => {
  const details = key.asymmetricKeyDetails
  if (key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return 'RS256'
  if (key.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256'
  if (key.asymmetricKeyType === 'ec' && details?.namedCurve === 'secp384r1') return 'ES384'
  throw new Error('the signing key must be RSA of at least 2048 bits, or EC on P-256 or P-384')
}

const read = (what: string, make: () => KeyObject): KeyObject => {
  try {
    return make()
  } catch {
    // The parser's message may quote the key; ours does not.
    throw new Error(`the ${what} key is not readable PEM`)
  }
}

/** Reads a key pair; the two must belong together. Throws an Error that never quotes the key. */
export const readPem = (privatePem: string, publicPem: string): { readonly alg: SigningAlgorithm; readonly key: KeyObject } => {
  const key = read('private', () => createPrivateKey(privatePem))
  const own = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const given = read('public', () => createPublicKey(publicPem)).export({ type: 'spki', format: 'der' })
  if (!own.equals(given)) throw new Error('the private and the public key do not belong together')
  return { alg: algorithmOf(key), key }
}
