// What is read to checked entries (design, "A bundle"): substitute, schema-check, link-check, compile; every problem, all at once.
import { checkLines } from './check-lines.ts'
import { checkSchema } from './check-schema.ts'
import { TABLE_TYPES } from './compile.ts'
import { CONFIGURATION_TYPES } from './configuration-types.ts'
import { type Diagnostic, type Position, sortDiagnostics } from './diagnostic.ts'
import { withoutDuplicates } from './duplicates.ts'
import { type Entry, entriesOf } from './entries.ts'
import { createLineNames } from './line-names.ts'
import { knownOf, linkEntry } from './link.ts'
import type { Loaded, LoadOptions, Step } from './load.ts'
import { createPackages, type Packages } from './package/entries.ts'
import type { PackageReference } from './package/locate.ts'
import { type ArchiveSource, isRemote, type Reading, type Source } from './read.ts'
import { createReferences, type References } from './references.ts'
import { type Validity, validityOf } from './validity.ts'
import type { Reporter } from './values.ts'

/** Collects diagnostics about entries; what fails in a batch is skipped with a warning. */
interface Findings {
  readonly failed: Set<Entry>
  readonly diagnostics: Diagnostic[]
}

/** Where it is wrong the others are applied all the same. */
const isSkipped = ({ mode, optional }: Entry): boolean => mode === 'batch' || optional === true

const add = (findings: Findings, entry: Entry, found: Position & Omit<Diagnostic, keyof Position>): void => {
  const error = found.severity === 'error'
  if (error) findings.failed.add(entry)
  findings.diagnostics.push(error && isSkipped(entry) ? { ...found, severity: 'warning', message: `${found.message} (skipped)` } : found)
}

/** Types that a StructureDefinition of the bundle declares are not served yet. */
const declaredTypes = (entries: readonly Entry[], knownTypes: ReadonlySet<string>): ((type: string) => boolean) => {
  const declared = new Set(
    entries.flatMap(({ type, resource }) =>
      type === 'StructureDefinition' && resource.kind === 'resource' && typeof resource.type === 'string' ? [resource.type] : [],
    ),
  )
  return (type) => declared.has(type) && !knownTypes.has(type) && !CONFIGURATION_TYPES.has(type)
}

/** Resources of types that are not served are skipped, one warning each. */
const withoutUnserved = (entries: readonly Entry[], unserved: (type: string) => boolean, findings: Findings): readonly Entry[] =>
  entries.filter((entry) => {
    if (!unserved(entry.type)) return true
    const message = `${entry.type} is a type of the bundle's own and not served yet; this resource is skipped`
    findings.diagnostics.push({ ...entry.position, severity: 'warning', code: 'not-served', message })
    return false
  })

const checkEntry = (entry: Entry, knownTypes: ReadonlySet<string>): readonly Diagnostic[] =>
  checkSchema(entry, knownTypes).map(({ path, of, code, message }) => ({ ...entry.locate(path, of), severity: 'error', code, message }))

const checkSchemas = (entries: readonly Entry[], knownTypes: ReadonlySet<string>, findings: Findings): void => {
  for (const entry of entries) for (const problem of checkEntry(entry, knownTypes)) add(findings, entry, problem)
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

/** An entry of a batch that is left out for a reference takes from others what they refer to: asked again until nothing changes. */
const checkReferences = async (entries: readonly Entry[], references: References, findings: Findings): Promise<void> => {
  for (;;) {
    const applied = entries.filter((entry) => !findings.failed.has(entry) || !isSkipped(entry))
    const found = await references.dangling(applied)
    const left = found.filter(({ entry, diagnostic }) => entry && diagnostic.severity === 'error' && isSkipped(entry))
    for (const { entry, diagnostic } of left) if (entry) add(findings, entry, diagnostic)
    if (left.length > 0) continue
    for (const { entry, diagnostic } of found) {
      if (entry) add(findings, entry, diagnostic)
      else findings.diagnostics.push(diagnostic)
    }
    return
  }
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
    const { severity, message, code = 'compile' } = problem
    add(findings, entry, { ...entry.locate(problem.path), severity, code, message: `${problem.type}: ${message}` })
  }
}

/** No message repeats what came from outside the bundle (security-requirements C-02). */
const redacted = (diagnostics: readonly Diagnostic[], secrets: ReadonlySet<string>): readonly Diagnostic[] => {
  const longest = [...secrets].sort((one, other) => other.length - one.length)
  return diagnostics.map((one) => ({ ...one, message: longest.reduce((text, secret) => text.replaceAll(secret, '***'), one.message) }))
}

/** Entries of one source after another; each NDJSON source is a step of its own, what it says of configuration before it. */
const stepsOf = (sources: readonly Source[], entries: readonly Entry[], skips: (type: string) => boolean): readonly Step[] => {
  const bySource = new Map<string, Entry[]>()
  for (const entry of entries) {
    const own = bySource.get(entry.source)
    if (own) own.push(entry)
    else bySource.set(entry.source, [entry])
  }
  const steps: Step[] = []
  let together: Entry[] = []
  const flush = () => {
    if (together.length > 0) steps.push({ entries: together })
    together = []
  }
  for (const source of sources) {
    together.push(...(bySource.get(source.file) ?? []))
    bySource.delete(source.file)
    if (!source.lines) continue
    flush()
    steps.push({ lines: source, skips })
  }
  flush()
  return steps
}

/** The entries of texts and packages, and all sources in order: a package that a bundle names stands before it. */
const textEntries = async (
  read: readonly Source[],
  packages: Packages,
  reporterFor: (file: string) => Reporter,
): Promise<{ readonly sources: readonly Source[]; readonly entries: readonly Entry[] }> => {
  const sources: Source[] = []
  const entries: Entry[] = []
  const take = async (source: ArchiveSource, place?: Position, reference?: PackageReference): Promise<void> => {
    sources.push(source)
    entries.push(...(await packages.entries(source, place, reference)))
  }
  for (const source of read) {
    if (source.lines) sources.push(source)
    else if ('archive' in source) await take(source)
    else {
      const needed: (readonly [Position, PackageReference])[] = []
      const needs: Reporter['needs'] = (place, reference) => void needed.push([place, reference])
      const own = entriesOf(source, { ...reporterFor(source.file), needs })
      for (const [place, reference] of needed) {
        const archive = await packages.archive(place, reference)
        if (archive) await take(archive, place, reference)
      }
      sources.push(source)
      entries.push(...own)
    }
  }
  return { sources, entries }
}

const refuseFile = (): never => {
  throw new Error('a remote bundle reads no files')
}

/** The checked entries of what was read. Rejects never for what a bundle says: that is a diagnostic. */
export const checkSources = async (
  read: Reading,
  outside: Reporter['sources'],
  { fetch, knownTypes, compile, existing, validation }: LoadOptions,
): Promise<Loaded> => {
  const findings: Findings = { failed: new Set(), diagnostics: [...read.diagnostics] }
  const reporter: Reporter = {
    sources: outside,
    secrets: new Set(),
    report: (position, severity, code, message) => void findings.diagnostics.push({ ...position, severity, code, message }),
    needs: () => undefined,
  }
  // What comes over the network may not name files of this machine.
  const remote: Reporter = { ...reporter, sources: { ...reporter.sources, readFile: refuseFile } }
  const packages = createPackages(fetch, reporter)
  const { sources, entries: texts } = await textEntries(read.sources, packages, (file) => (isRemote(file) ? remote : reporter))
  const unserved = declaredTypes(texts, knownTypes)
  const names = createLineNames()
  const validity: Validity = validation ? await validityOf(validation, texts) : () => []
  const references = validation && createReferences({ ...validation, types: knownTypes, isLine: (name) => names.has(name) })
  const check = (entry: Entry): readonly Diagnostic[] => {
    const malformed = checkEntry(entry, knownTypes)
    if (malformed.length > 0) return malformed
    references?.seeLine(entry)
    return validity(entry)
  }
  const checks = { names, check, skips: unserved }
  const configured: Entry[] = []
  let lines = 0
  for (const source of read.sources) {
    if (!source.lines) continue
    const checked = await checkLines(source, checks, reporter)
    configured.push(...checked.configuration)
    lines += checked.count
  }
  const unique = withoutDuplicates([...texts, ...configured])
  findings.diagnostics.push(...unique.diagnostics)
  const served = withoutUnserved(unique.entries, unserved, findings)
  checkSchemas(served, knownTypes, findings)
  const malformed = new Set(findings.failed)
  for (const entry of served.filter((one) => !malformed.has(one))) for (const problem of validity(entry)) add(findings, entry, problem)
  if (references) await checkReferences(served, references, findings)
  const declares = (type: string, id: string): boolean => names.has(`${type}/${id}`)
  const entries = checkLinks(served, (type, id) => declares(type, id) || existing(type, id), findings)
  checkTables(entries, malformed, compile, findings)
  const kept = entries.filter((entry) => !(isSkipped(entry) && findings.failed.has(entry)))
  const diagnostics = sortDiagnostics(redacted(findings.diagnostics, reporter.secrets))
  return { entries: kept, steps: stepsOf(sources, kept, unserved), lines, declares, diagnostics, packages: packages.named }
}
