// Failures of HTTP itself, before any protocol has its say; each protocol renders them in its own form.

/** `status` and a message that is fit for the outside. `cause` is logged, never sent. */
export class HttpError extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, options: { cause?: unknown; headers?: Record<string, string> } = {}) {
    super(message, { cause: options.cause })
    this.status = status
    this.headers = options.headers ?? {}
  }
}
