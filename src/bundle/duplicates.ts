// An id declared twice (design, "Bundles"): in an Aidbox Bundle the last wins, with a warning; in a list it is an error.
import type { Diagnostic } from './diagnostic.ts'
import type { Entry } from './entries.ts'

/** The entries without those that a later one replaces, and what to say about it. */
export const withoutDuplicates = (entries: readonly Entry[]): { entries: readonly Entry[]; diagnostics: readonly Diagnostic[] } => {
  const seen = new Map<string, Entry>()
  const replaced = new Set<Entry>()
  const diagnostics: Diagnostic[] = []
  for (const entry of entries) {
    const { type, id, method, ifNoneExist, mode } = entry
    if (id === undefined || ifNoneExist !== undefined || method === 'PATCH' || method === 'DELETE') continue
    const key = `${type}/${id}`
    const earlier = seen.get(key)
    seen.set(key, entry)
    if (!earlier) continue
    replaced.add(earlier)
    const { file, line, col } = earlier.position
    const where = `${file}:${line}:${col}`
    const [severity, then] = mode === 'list' ? (['error', ''] as const) : (['warning', '; this one counts'] as const)
    const message = `${key} is declared at ${where} already${then}`
    diagnostics.push({ ...entry.locate(['id']), severity, code: 'duplicate-id', message })
  }
  return { entries: entries.filter((entry) => !replaced.has(entry)), diagnostics }
}
