// What R4 says of a Bundle in prose and no StructureDefinition does (bundle.html#bundle-unique, references.html#bundle), by ids of our own.
import { type Check, type Fields, isFields, type Run } from './run.ts'

type Entries = ReadonlyArray<readonly [entry: Fields, at: number]>
type Rule = (entries: Entries, bundle: Fields, run: Run) => void

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i
const REST = /^https?:\/\/.*\/([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9.-]{1,64})$/

const entriesOf = ({ entry }: Fields): Entries =>
  (Array.isArray(entry) ? entry : []).flatMap((one: unknown, at): Entries => (isFields(one) ? [[one, at]] : []))

/** Says it at a member of an entry. */
const say = (run: Run, at: number, member: string, diagnostics: string, severity: 'error' | 'warning' = 'error'): void => {
  run.path[run.depth++] = 'entry'
  run.path[run.depth++] = at
  run.report(severity, 'business-rule', diagnostics, member)
  run.depth -= 2
}

/** A fullUrl is absolute: a URL of its own, or a urn. */
const absolute: Rule = (entries, _, run) => {
  for (const [{ fullUrl }, at] of entries) {
    if (typeof fullUrl === 'string' && !ABSOLUTE.test(fullUrl)) say(run, at, 'fullUrl', 'bundle-absolute: a fullUrl is an absolute URL')
  }
}

/** A RESTful fullUrl ends in the type and id of what is there. HL7's own examples break this, so it is said, not held. */
const sameId: Rule = (entries, _, run) => {
  for (const [{ fullUrl, resource }, at] of entries) {
    const [, type, id] = typeof fullUrl === 'string' ? (REST.exec(fullUrl) ?? []) : []
    if (type === undefined || !isFields(resource)) continue
    if (resource.resourceType !== type || (resource.id !== undefined && resource.id !== id)) {
      const [own, said] = [`${String(resource.resourceType)}/${String(resource.id)}`, `${type}/${id}`]
      say(run, at, 'fullUrl', `bundle-id: the resource is ${own}, its fullUrl says ${said}`, 'warning')
    }
  }
}

const NAMED: ReadonlySet<unknown> = new Set(['document', 'message'])

/** What refers to each other within a document or message is found by its fullUrl. */
const named: Rule = (entries, { type }, run) => {
  if (!NAMED.has(type)) return
  for (const [{ fullUrl }, at] of entries) {
    if (fullUrl === undefined) say(run, at, 'fullUrl', `bundle-named: an entry of a ${String(type)} has a fullUrl`)
  }
}

/** The mode of a searchset's entry says what it is (R4 bundle.html#search). */
const found: Rule = (entries, { type }, run) => {
  if (type !== 'searchset') return
  for (const [{ resource, search }, at] of entries) {
    const mode = isFields(search) ? search.mode : undefined
    const isOutcome = isFields(resource) && resource.resourceType === 'OperationOutcome'
    if (isOutcome && mode !== undefined && mode !== 'outcome') {
      say(run, at, 'search', 'bundle-search: an OperationOutcome in a searchset is of mode outcome')
    } else if (mode === 'outcome' && !isOutcome) say(run, at, 'search', 'bundle-search: what is of mode outcome is an OperationOutcome')
  }
}

const RULES: readonly Rule[] = [absolute, sameId, named, found]

/** Types of the entries by their fullUrl, so that references among them tell theirs. */
export const entryTypes = (bundle: Fields): ReadonlyMap<string, string> =>
  new Map(
    entriesOf(bundle).flatMap(([{ fullUrl, resource }]): [string, string][] =>
      typeof fullUrl === 'string' && isFields(resource) && typeof resource.resourceType === 'string'
        ? [[fullUrl, resource.resourceType]]
        : [],
    ),
  )

/** Every rule, over one Bundle. */
export const bundleRules: Check = (bundle, run) => {
  if (!isFields(bundle)) return
  const entries = entriesOf(bundle)
  for (const rule of RULES) rule(entries, bundle, run)
}
