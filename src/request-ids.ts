// What a request is called in logs, in `x-request-id` and in the decision log.
import type { Random } from './http/runtime.ts'

/** Ids of requests: a random start, so that two processes do not share them, and a count. */
export const requestIds = (random: Random): (() => string) => {
  const start = Buffer.from(random.bytes(9)).toString('base64url')
  let count = 0
  return () => `${start}-${(count++).toString(36)}`
}
