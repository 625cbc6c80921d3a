// OperationOutcome (R4 operationoutcome.html) in Aidbox's envelope (aidbox-behaviour §3.8), and the one table from issue to status.

const STATUS = {
  invalid: 400,
  structure: 400,
  value: 400,
  login: 401,
  forbidden: 403,
  'not-found': 404,
  'not-supported': 405,
  conflict: 409,
  duplicate: 409,
  deleted: 410,
  'multiple-matches': 412,
  'too-long': 413,
  processing: 422,
} as const

/** http://hl7.org/fhir/R4/valueset-issue-type.html, those that this server says. */
export type IssueCode = keyof typeof STATUS

export interface FhirErrorOptions {
  /** Where the table's status is not the right one (412 for `conflict`, 406 for `not-supported`). */
  readonly status?: number
  readonly expression?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal in FHIR's terms; the message is the issue's diagnostics and fit for the outside. */
export class FhirError extends Error {
  readonly code: IssueCode
  readonly status: number
  readonly expression: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: IssueCode, diagnostics: string, options: FhirErrorOptions = {}) {
    super(diagnostics)
    this.code = code
    this.status = options.status ?? STATUS[code]
    this.expression = options.expression
    this.headers = options.headers ?? {}
  }
}

/** OperationOutcome text: id and narrative as Aidbox writes them, severity fatal. */
export const outcome = (code: IssueCode, diagnostics: string, expression?: string): string => {
  const div = code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ')
  const issue = { severity: 'fatal', code, diagnostics, ...(expression === undefined ? {} : { expression: [expression] }) }
  return JSON.stringify({ resourceType: 'OperationOutcome', id: code, text: { status: 'generated', div }, issue: [issue] })
}
