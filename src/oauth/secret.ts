// Secrets at rest. Tokens, codes and session ids: SHA-256 in base64url. Client secrets: `$sha256$<the same>`, told apart from clear text
// by its prefix. Both are random and long, so a slow hash would buy nothing; passwords are another matter (password.ts).
import crypto, { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../http/runtime.ts'

/** SHA-256; Node 20.12 has it as one call, which costs half. */
const digest: (text: string) => Buffer = crypto.hash
  ? (text) => crypto.hash('sha256', text, 'buffer')
  : (text) => createHash('sha256').update(text).digest()

/** SHA-256 in base64url: how codes and tokens are stored, and RFC 7636's S256. */
export const sha256 = (text: string): string => digest(text).toString('base64url')

/** 256 fresh random bits in base64url. */
export const randomToken = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url')

/** Constant-time comparison of two texts of any length. */
export const equalSecrets = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

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
  return timingSafeEqual(digest(secret), expected) && usable
}
