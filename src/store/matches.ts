// A Criterion evaluated over the entries of one state of one resource, without the database: submitted states, old versions.
// The same answers as the SQL of sqlite/filter.ts. What needs other resources (chains) is unknown, and unknown never matches.
import type { Criterion } from './criterion.ts'
import type { IndexEntry, Indexed } from './entries.ts'
import { dateBounds, instant, numberBounds, within } from './range.ts'

export interface Subject {
  readonly id: string
  readonly updated: number
  readonly indexed: Indexed
}

type Of<Kind extends Criterion['kind']> = Extract<Criterion, { kind: Kind }>

const slashed = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`)

const uriMatches = ({ match, value }: Of<'uri'>, actual: string): boolean => {
  if (match === 'contains') return actual.includes(value)
  if (actual === value) return true
  if (match === 'below') return actual.startsWith(slashed(value))
  return match === 'above' && value.startsWith(slashed(actual))
}

const stringMatches = ({ match, value }: Of<'string'>, actual: { value: string; folded: string }): boolean => {
  if (match === 'exact') return actual.value === value
  return match === 'starts' ? actual.folded.startsWith(value) : actual.folded.includes(value)
}

const tokenMatches = ({ system, code }: Of<'token'>, actual: { system: string; code: string }): boolean =>
  (system === undefined || actual.system === system) && (code === undefined || actual.code === code)

const coded = (entry: IndexEntry): { system: string; code: string } | undefined => {
  if (entry.kind === 'uri') return { system: '', code: entry.value }
  return entry.kind === 'token' || entry.kind === 'identifier' ? entry : undefined
}

type Entries = readonly IndexEntry[]

const some = (entries: Entries, param: string, test: (entry: IndexEntry) => boolean | undefined): boolean =>
  entries.some((entry) => entry.param === param && test(entry) === true)

type Valued = Of<'token' | 'tokens' | 'uri' | 'string' | 'date' | 'number' | 'reference' | 'reference-url'>

const entryMatches = (criterion: Valued, entry: IndexEntry): boolean | undefined => {
  switch (criterion.kind) {
    case 'token': {
      const value = coded(entry)
      return value !== undefined && tokenMatches(criterion, value)
    }
    case 'tokens': {
      const value = entry.kind === 'token' ? entry : undefined
      return value && criterion.codes.some(({ system, code }) => system === value.system && code === value.code)
    }
    case 'uri': {
      const value = entry.kind === 'identifier' ? undefined : coded(entry)
      return value !== undefined && uriMatches(criterion, value.code)
    }
    case 'string':
      return entry.kind === 'string' && stringMatches(criterion, entry)
    case 'date': {
      if (entry.kind !== 'date') return false
      const bounds = dateBounds(criterion.comparator, criterion.value.from, criterion.value.to)
      return within(bounds, instant(entry.from), instant(entry.to))
    }
    case 'number': {
      if (entry.kind !== 'number' || !tokenMatches({ ...criterion, kind: 'token' }, entry)) return false
      return within(numberBounds(criterion.comparator, criterion.value, criterion.from, criterion.to), entry.from, entry.to)
    }
    case 'reference':
      return entry.kind === 'reference' && entry.id === criterion.id && (criterion.type ?? entry.type) === entry.type
    case 'reference-url':
      return entry.kind === 'reference-url' && entry.url === criterion.url
  }
}

const negated = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value)

const all = (values: readonly (boolean | undefined)[]): boolean | undefined => {
  if (values.includes(false)) return false
  return values.includes(undefined) ? undefined : true
}

/** `undefined`: cannot be known from the entries alone. */
const evaluate = (criterion: Criterion, subject: Subject, entries: Entries): boolean | undefined => {
  switch (criterion.kind) {
    case 'and':
      return all(criterion.of.map((one) => evaluate(one, subject, entries)))
    case 'or':
      return negated(all(criterion.of.map((one) => negated(evaluate(one, subject, entries)))))
    case 'not':
      return negated(evaluate(criterion.of, subject, entries))
    case 'compartment':
      return criterion.patients.some((patient) => subject.indexed.compartments.includes(patient))
    case 'id':
      return criterion.ids.includes(subject.id)
    case 'lastUpdated':
      return within(dateBounds(criterion.comparator, criterion.value.from, criterion.value.to), subject.updated, subject.updated + 1)
    case 'missing':
      return some(entries, criterion.param, () => true) !== criterion.missing
    case 'composite':
      return some(
        entries,
        criterion.param,
        (entry) => entry.kind === 'composite' && all(criterion.parts.map((part) => evaluate(part, subject, entry.parts))),
      )
    case 'chain':
    case 'has':
      return undefined
    default:
      return some(entries, criterion.param, (entry) => entryMatches(criterion, entry))
  }
}

/** Does this state satisfy the criterion. Fails closed: a chain is unknown here, also under `not`. */
export const matches = (criterion: Criterion, subject: Subject): boolean => evaluate(criterion, subject, subject.indexed.entries) === true
