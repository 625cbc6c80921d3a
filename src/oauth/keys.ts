// The box's signing keys: created once, kept in a 0600 file beside the database or given by settings, several at a time while they rotate.
import type { CryptoKey, JWK } from 'jose'

export type SigningAlgorithm = 'RS256' | 'ES256' | 'ES384'

export interface SigningKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export interface Keys {
  /** The key that signs now for `alg` (default RS256, which every OpenID client reads). */
  signing(alg?: SigningAlgorithm): SigningKey
  /** All public keys that are known, those that sign later and the retired ones included, with kid, alg and use. */
  readonly jwks: { readonly keys: readonly JWK[] }
  /** Those of them that others have a use for: a retired key until the last token that it signed, which lived for `longest` milliseconds, has expired. */
  published(longest: number): readonly JWK[]
  /** Keys derived from the box's secret for a named purpose (cursors, CSRF, keyed digests): 32 bytes. */
  secret(purpose: string): Uint8Array
}
