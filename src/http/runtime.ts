// What the outside world gives to a box: time, randomness, outbound requests. Passed in at creation, never imported,
// so that a test can hold each of them still.

/** The only source of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** The only source of randomness: cryptographically strong bytes. */
export interface Random {
  /** `length` fresh bytes. */
  bytes(length: number): Uint8Array
}

/**
 * Outbound HTTP, already guarded against private addresses (security-requirements E-01): https only unless the origin was
 * allowed, no redirects, 5 s and 1 MB unless the caller says otherwise. Rejects with an Error whose message is safe to log.
 */
export type Fetch = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string; maxBytes?: number; timeoutMs?: number },
) => Promise<Response>

/** What leaves the process as log lines: never a secret, never a body. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}
