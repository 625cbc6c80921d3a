// What can be wrong with a search (R4 search.html#errors): a 400, or 503 while it cannot be answered yet; the message is fit for the outside.

export type SearchErrorCode = 'invalid' | 'not-supported' | 'too-costly' | 'transient'

/** The search cannot be done as asked. */
export class FhirSearchError extends Error {
  readonly code: SearchErrorCode

  constructor(code: SearchErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
