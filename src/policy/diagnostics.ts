// What is wrong with a policy, and where: collected for all policies at once, positions are the bundle's to add.

export interface PolicyDiagnostic {
  readonly policy: string
  /** Keys from the policy's root to what is wrong. */
  readonly path: readonly string[]
  readonly message: string
  readonly severity: 'error' | 'warning'
  /** Names the kind of a warning, for whoever wants to look it up or leave it. */
  readonly code?: string
}

/** Where a compiler stands, and where it says what it found. */
export interface Site {
  readonly path: readonly string[]
  error(message: string): void
  warning(message: string, code?: string): void
  in(...keys: readonly string[]): Site
}

/** The root site of one policy. */
export const siteOf = (policy: string, found: PolicyDiagnostic[], path: readonly string[] = []): Site => ({
  path,
  error: (message) => void found.push({ policy, path, message, severity: 'error' }),
  warning: (message, code) => void found.push({ policy, path, message, severity: 'warning', ...(code !== undefined && { code }) }),
  in: (...keys) => siteOf(policy, found, [...path, ...keys]),
})

/** Why a value does not match, in Aidbox's words (`POST /$matcho`). */
export interface Mismatch {
  readonly expected: unknown
  readonly but: unknown
  readonly path: readonly string[]
}
