// `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` inside parsed strings (design, "A bundle"). `$one-of` and other `$words` stay.

export interface Sources {
  readonly env: ReadonlyMap<string, string>
  /** Throws where the file cannot be read. */
  readFile(path: string): string
}

export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly code: 'undefined-variable' | 'unreadable-file' | 'unsubstituted'
  readonly message: string
}

export interface Substituted {
  readonly text: string
  /** What was put in from outside: no output may repeat it (security-requirements C-02). */
  readonly secrets: readonly string[]
  readonly problems: readonly Problem[]
}

const PLACEHOLDER = /\$\{(?:env:([A-Za-z_]\w*)(?::-([^}]*))?|file:([^}]+)|([A-Za-z_]\w*))\}/g

/** Substitutes in one string. What is put in is not searched again. */
export const substitute = (text: string, sources: Sources): Substituted => {
  const secrets: string[] = []
  const problems: Problem[] = []
  const put = (value: string): string => {
    if (value !== '') secrets.push(value)
    return value
  }
  const replaced = text.replace(PLACEHOLDER, (whole: string, name?: string, fallback?: string, path?: string, bare?: string) => {
    if (bare !== undefined) {
      problems.push({ severity: 'warning', code: 'unsubstituted', message: `${whole} is left as it is; did you mean \${env:${bare}}?` })
      return whole
    }
    if (path !== undefined) {
      try {
        return put(sources.readFile(path).replace(/\r?\n$/, ''))
      } catch {
        problems.push({ severity: 'error', code: 'unreadable-file', message: `the file of ${whole} cannot be read` })
        return whole
      }
    }
    const value = sources.env.get(name ?? '')
    if (value !== undefined) return put(value)
    if (fallback !== undefined) return fallback
    problems.push({ severity: 'error', code: 'undefined-variable', message: `the environment has no ${name}` })
    return whole
  })
  return { text: replaced, secrets, problems }
}
