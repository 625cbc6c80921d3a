// One problem of a bundle, with the place it is at (design, "A bundle": every problem, all of them at once).

export interface Position {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly col: number
}

export interface Diagnostic extends Position {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
}

/** `file:line:col severity code message`. */
export const formatDiagnostic = ({ file, line, col, severity, code, message }: Diagnostic): string =>
  `${file}:${line}:${col} ${severity} ${code} ${message}`

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** In order of file, line, column, then code. */
export const sortDiagnostics = (found: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...found].sort(
    (one, other) => byText(one.file, other.file) || one.line - other.line || one.col - other.col || byText(one.code, other.code),
  )
