// The one place from a failure to FHIR's wire: status, headers and OperationOutcome. What is not listed here is a bug, and a 500.
import { HttpError } from '../http/errors.ts'
import { MalformedBody } from '../http/json.ts'
import { MalformedParameters } from '../http/parameters.ts'
import { MalformedCursor, TooCostly } from '../store/errors.ts'
import { FhirError, type IssueCode, outcomeOf } from './outcome.ts'
import { FhirSearchError } from './search/errors.ts'

export interface Failure {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** OperationOutcome as JSON text. */
  readonly body: string
}

const HTTP_CODES: ReadonlyMap<number, IssueCode> = new Map<number, IssueCode>([
  [401, 'login'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'not-supported'],
  [406, 'not-supported'],
  [409, 'conflict'],
  [413, 'too-long'],
  [415, 'not-supported'],
])

const fhirErrorOf = (error: unknown): FhirError | undefined => {
  if (error instanceof FhirError) return error
  if (error instanceof HttpError) {
    const { status, headers } = error
    return new FhirError(HTTP_CODES.get(status) ?? (status < 500 ? 'invalid' : 'exception'), error.message, { status, headers })
  }
  if (error instanceof FhirSearchError) {
    if (error.code === 'transient') return new FhirError(error.code, error.message, { headers: { 'retry-after': '5' } })
    return new FhirError(error.code, error.message, { status: 400 })
  }
  if (error instanceof TooCostly) return new FhirError('too-costly', error.message)
  if (error instanceof MalformedBody) return new FhirError('structure', error.message)
  return error instanceof MalformedCursor || error instanceof MalformedParameters ? new FhirError('invalid', error.message) : undefined
}

/** A refusal in FHIR's terms; undefined for an error that nobody foresaw, whose message is not fit for the outside. */
export const failureOf = (error: unknown): Failure | undefined => {
  const known = fhirErrorOf(error)
  return known && { status: known.status, headers: known.headers, body: outcomeOf(known.code, known.issues) }
}

/** What the outside learns of an unforeseen error. */
export const UNFORESEEN: Failure = {
  status: 500,
  headers: {},
  body: outcomeOf('exception', [{ severity: 'fatal', code: 'exception', diagnostics: 'the server could not answer' }]),
}
