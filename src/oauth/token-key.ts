// How tokens are made and found. Each begins with the time of its making, so that the rows of those of one time lie together, and
// tokens that share a commit write to few pages of the index, not to one each. The rest of it is random, and is kept as a hash alone.
import type { Clock, Random } from '../http/runtime.ts'
import { sha256 } from './secret.ts'

const TIME_BYTES = 6
const RANDOM_BYTES = 26
/** Base64url of the time. */
const TIME_CHARACTERS = 8

/** 48 bits of time, in milliseconds, and 208 random ones, in base64url: an opaque token, or the `jti` of a JWT. */
export const newToken = ({ random, clock }: { readonly random: Random; readonly clock: Clock }): string => {
  const bytes = Buffer.alloc(TIME_BYTES + RANDOM_BYTES)
  bytes.writeUIntBE(clock.now(), 0, TIME_BYTES)
  bytes.set(random.bytes(RANDOM_BYTES), TIME_BYTES)
  return bytes.toString('base64url')
}

/** `{"jti":"` in base64url, and the characters that eight of the value make. */
const JTI_AT = 10
const JTI_CHARACTERS = 12

/** Of an access token that is a JWT: `jti` stands first in its claims. */
const nearOf = (token: string): string => {
  const dot = token.indexOf('.')
  return dot < 0 ? token.slice(0, TIME_CHARACTERS) : token.slice(dot + 1 + JTI_AT, dot + 1 + JTI_AT + JTI_CHARACTERS)
}

/** What a token is recorded under: its time as it spells it, whatever stands there, and its SHA-256, which decides. */
export const tokenKey = (token: string): string => `${nearOf(token)}.${sha256(token)}`
