// The id of a session: a UUID of version 7 (RFC 9562 §5.7). Those of one time lie together in every index that holds them, so that
// sessions that are opened together write to few pages. An id is no secret.
import type { Clock, Random } from '../http/runtime.ts'

const TIME_BYTES = 6

/** 48 bits of time, in milliseconds, and 74 random ones. */
export const newSessionId = ({ random, clock }: { readonly random: Random; readonly clock: Clock }): string => {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(clock.now(), 0, TIME_BYTES)
  bytes.set(random.bytes(16 - TIME_BYTES), TIME_BYTES)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
