// An answer as plain values. A Response is made of it once, with every header at hand: to set one later costs the adapter's short cut
// from text to socket.

export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
