// OperationOutcome (R4 operationoutcome.html) in Aidbox's envelope (aidbox-behaviour §3.8), and the one table from issue to status.

const STATUS = {
  invalid: 400,
  structure: 400,
  value: 400,
  'too-costly': 400,
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
  exception: 500,
  transient: 503,
} as const

/** http://hl7.org/fhir/R4/valueset-issue-type.html, those that this server's refusals are named by. */
export type IssueCode = keyof typeof STATUS

export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information'
  readonly code: string
  readonly diagnostics: string
  /** FHIRPath of the element, e.g. `Patient.name[0].use`. */
  readonly expression?: string
}

export interface FhirErrorOptions {
  /** Where the table's status is not the right one (412 for `conflict`, 406 for `not-supported`). */
  readonly status?: number
  readonly expression?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Where there is more than one thing to say; they replace the one issue made of code and diagnostics. */
  readonly issues?: readonly Issue[]
}

/** A refusal in FHIR's terms; the message is the issue's diagnostics and fit for the outside. */
export class FhirError extends Error {
  readonly code: IssueCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly issues: readonly Issue[]

  constructor(code: IssueCode, diagnostics: string, options: FhirErrorOptions = {}) {
    super(diagnostics)
    this.code = code
    this.status = options.status ?? STATUS[code]
    this.headers = options.headers ?? {}
    const expression = options.expression === undefined ? {} : { expression: options.expression }
    this.issues = options.issues ?? [{ severity: 'fatal', code, diagnostics, ...expression }]
  }
}

/** OperationOutcome text of several issues; `id` names the first reason, as Aidbox does. */
export const outcomeOf = (id: string, issues: readonly Issue[]): string => {
  const div = id.charAt(0).toUpperCase() + id.slice(1).replaceAll('-', ' ')
  // Issues know more of themselves than an OperationOutcome may say.
  const issue = issues.map(({ severity, code, diagnostics, expression }) => ({
    severity,
    code,
    diagnostics,
    ...(expression === undefined ? {} : { expression: [expression] }),
  }))
  return JSON.stringify({ resourceType: 'OperationOutcome', id, text: { status: 'generated', div }, issue })
}

/** OperationOutcome text of one refusal, severity fatal. */
export const outcome = (code: IssueCode, diagnostics: string): string => outcomeOf(code, [{ severity: 'fatal', code, diagnostics }])
