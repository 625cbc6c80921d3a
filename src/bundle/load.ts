// Bundles to checked entries (design, "A bundle"): read, substitute, schema-check, link-check, compile; every problem, all at once.
import { readFileSync } from 'node:fs'
import type { Fetch } from '../http/runtime.ts'
import { CONFIGURATION_TYPES, checkSchema } from './check-schema.ts'
import { TABLE_TYPES, type TableCompilation } from './compile.ts'
import { type Diagnostic, type Position, sortDiagnostics } from './diagnostic.ts'
import { withoutDuplicates } from './duplicates.ts'
import { type Entry, entriesOf } from './entries.ts'
import { knownOf, linkEntry } from './link.ts'
import { isRemote, readSources, type Source } from './read.ts'
import type { Reporter } from './values.ts'

export interface LoadOptions {
  /** Files, directories, file:// and https:// URLs, in their order. */
  readonly paths: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: Fetch
  /** The FHIR types that are served. */
  readonly knownTypes: ReadonlySet<string>
  readonly compile: (resources: Iterable<Record<string, unknown>>) => TableCompilation
  /** Is this resource in the store already? */
  existing(type: string, id: string): boolean
  /** Asked with the sources before anything is made of them: what it answers is the result (a load that changes nothing). */
  known?(sources: readonly Source[], outside: Reporter['sources']): readonly Diagnostic[] | undefined
}

export interface Loaded {
  /** What to apply, in order; to be used only where no diagnostic is an error. */
  readonly entries: readonly Entry[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Collects diagnostics about entries; what fails in a batch is skipped with a warning. */
interface Findings {
  readonly failed: Set<Entry>
  readonly diagnostics: Diagnostic[]
}

const add = (findings: Findings, entry: Entry, found: Position & Omit<Diagnostic, keyof Position>): void => {
  const error = found.severity === 'error'
  if (error) findings.failed.add(entry)
  const batch = error && entry.mode === 'batch'
  findings.diagnostics.push(batch ? { ...found, severity: 'warning', message: `${found.message} (skipped)` } : found)
}

/** Types that a StructureDefinition of the bundle declares are not served yet: their resources are skipped, one warning each. */
const withoutDeclaredTypes = (entries: readonly Entry[], knownTypes: ReadonlySet<string>, findings: Findings): readonly Entry[] => {
  const declared = new Set(
    entries.flatMap(({ type, resource }) =>
      type === 'StructureDefinition' && resource.kind === 'resource' && typeof resource.type === 'string' ? [resource.type] : [],
    ),
  )
  return entries.filter((entry) => {
    if (knownTypes.has(entry.type) || CONFIGURATION_TYPES.has(entry.type) || !declared.has(entry.type)) return true
    const message = `${entry.type} is a type of the bundle's own and not served yet; this resource is skipped`
    findings.diagnostics.push({ ...entry.position, severity: 'warning', code: 'not-served', message })
    return false
  })
}

const checkSchemas = (entries: readonly Entry[], knownTypes: ReadonlySet<string>, findings: Findings): void => {
  for (const entry of entries) {
    for (const { path, of, code, message } of checkSchema(entry, knownTypes)) {
      add(findings, entry, { ...entry.locate(path, of), severity: 'error', code, message })
    }
  }
}

const checkLinks = (entries: readonly Entry[], existing: LoadOptions['existing'], findings: Findings): readonly Entry[] => {
  const known = knownOf(entries, existing)
  return entries.map((entry) => {
    if (findings.failed.has(entry) || entry.method === 'DELETE') return entry
    const linked = linkEntry(entry, known)
    for (const { severity, path, message } of linked.problems) {
      add(findings, linked.entry, { ...entry.locate(path), severity, code: 'unresolved', message })
    }
    return linked.entry
  })
}

/** A policy whose link leads nowhere is compiled too, for what else is wrong with it; a malformed entry has been said enough of. */
const checkTables = (
  entries: readonly Entry[],
  malformed: ReadonlySet<Entry>,
  compile: LoadOptions['compile'],
  findings: Findings,
): void => {
  const configured = new Map<string, Entry>()
  for (const entry of entries) {
    const whole = entry.method === 'PUT' || entry.method === 'POST'
    if (!whole || !TABLE_TYPES.has(entry.type) || malformed.has(entry)) continue
    configured.set(`${entry.type}/${entry.id ?? `new-${configured.size}`}`, entry)
  }
  const resources = [...configured].map(([key, { type, resource }]) => ({ ...resource, id: key.slice(type.length + 1) }))
  const compilation = compile(resources)
  for (const problem of compilation.ok ? compilation.warnings : compilation.problems) {
    const entry = configured.get(`${problem.type}/${problem.id}`)
    if (!entry || (problem.path[0] === 'link' && findings.failed.has(entry))) continue
    const { severity, message } = problem
    add(findings, entry, { ...entry.locate(problem.path), severity, code: 'compile', message: `${problem.type}: ${message}` })
  }
}

/** No message repeats what came from outside the bundle (security-requirements C-02). */
const redacted = (diagnostics: readonly Diagnostic[], secrets: ReadonlySet<string>): readonly Diagnostic[] => {
  const longest = [...secrets].sort((one, other) => other.length - one.length)
  return diagnostics.map((one) => ({ ...one, message: longest.reduce((text, secret) => text.replaceAll(secret, '***'), one.message) }))
}

const refuseFile = (): never => {
  throw new Error('a remote bundle reads no files')
}

/** Reads and checks everything that the paths name. Rejects never for what a bundle says: that is a diagnostic. */
export const loadBundles = async ({ paths, env, fetch, knownTypes, compile, existing, known }: LoadOptions): Promise<Loaded> => {
  const read = await readSources(paths, fetch)
  const findings: Findings = { failed: new Set(), diagnostics: [...read.diagnostics] }
  const variables = Object.entries(env).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  const reporter: Reporter = {
    sources: { env: new Map(variables), readFile: (path) => readFileSync(path, 'utf8') },
    secrets: new Set(),
    report: (position, severity, code, message) => void findings.diagnostics.push({ ...position, severity, code, message }),
  }
  const settled = read.diagnostics.length === 0 ? known?.(read.sources, reporter.sources) : undefined
  if (settled) return { entries: [], diagnostics: settled }
  // What comes over the network may not name files of this machine.
  const remote: Reporter = { ...reporter, sources: { ...reporter.sources, readFile: refuseFile } }
  const found = read.sources.flatMap((source) => entriesOf(source, isRemote(source.file) ? remote : reporter))
  const unique = withoutDuplicates(found)
  findings.diagnostics.push(...unique.diagnostics)
  const served = withoutDeclaredTypes(unique.entries, knownTypes, findings)
  checkSchemas(served, knownTypes, findings)
  const malformed = new Set(findings.failed)
  const entries = checkLinks(served, existing, findings)
  checkTables(entries, malformed, compile, findings)
  const kept = entries.filter((entry) => !(entry.mode === 'batch' && findings.failed.has(entry)))
  return { entries: kept, diagnostics: sortDiagnostics(redacted(findings.diagnostics, reporter.secrets)) }
}
