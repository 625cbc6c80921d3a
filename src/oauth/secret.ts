// Secrets at rest. Tokens, codes and session ids: SHA-256 in base64url. Client secrets: `$sha256$<the same>`, told apart from clear text
// by its prefix. Both are random and long, so a slow hash would buy nothing; passwords are another matter (password.ts).
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../http/runtime.ts'

/** SHA-256 in base64url: how codes and tokens are stored, and RFC 7636's S256. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** 256 fresh random bits in base64url. */
export const randomToken = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url')

/** Constant-time comparison of two texts of any length. */
export const equalSecrets = (one: string, other: string): boolean =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())

const PREFIX = '$sha256$'

/** Is this the stored form of a client secret? */
export const isClientSecretHash = (value: string): boolean => /^\$sha256\$[\w-]{43}$/.test(value)

/** The stored form of a client secret; a value that is in it already stays. */
export const hashClientSecret = (secret: string): string => (isClientSecretHash(secret) ? secret : `${PREFIX}${sha256(secret)}`)

const NO_HASH = Buffer.alloc(32)

/** False also where nothing is stored, or something that is not a hash; it takes as long then. */
export const verifyClientSecret = (secret: string, stored: string | undefined): boolean => {
  const usable = stored !== undefined && isClientSecretHash(stored)
  const expected = usable ? Buffer.from(stored.slice(PREFIX.length), 'base64url') : NO_HASH
  return timingSafeEqual(createHash('sha256').update(secret).digest(), expected) && usable
}
