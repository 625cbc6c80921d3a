// The system's randomness: some thousand bytes are asked for at a time, since each asking costs more than the 32 bytes of a token.
import { randomBytes } from 'node:crypto'
import type { Random } from './http/runtime.ts'

const POOL_BYTES = 4_096

/** Cryptographically strong bytes, each given once and then wiped. */
export const systemRandom = (): Random => {
  let pool = Buffer.alloc(0)
  return {
    bytes(length) {
      if (length > POOL_BYTES) return randomBytes(length)
      if (length > pool.length) pool = randomBytes(POOL_BYTES)
      const bytes = Uint8Array.from(pool.subarray(0, length))
      pool.fill(0, 0, length)
      pool = pool.subarray(length)
      return bytes
    },
  }
}
