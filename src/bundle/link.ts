// References of the configuration must lead somewhere (design, "A bundle": link-check; aidbox-behaviour §0.6: a link that does not
// resolve is an error, never a global policy). The three forms of a link become `{reference}`.
import type { JsonValue } from '../http/json.ts'
import type { Entry } from './entries.ts'
import { PEOPLE } from './index-configuration.ts'
import { didYouMean } from './suggest.ts'
import type { Path } from './values.ts'

const FHIR_OPERATIONS = [
  ...['Read', 'VRead', 'Search', 'Create', 'Update', 'Patch', 'Delete', 'History', 'CompartmentSearch', 'Transaction', 'Metadata'],
  ...['ConditionalCreate', 'ConditionalUpdate', 'ConditionalPatch', 'ConditionalDelete'],
]

/** Ids of the Operations that exist without being declared. */
export const BUILT_IN_OPERATIONS: ReadonlySet<string> = new Set([
  ...FHIR_OPERATIONS.flatMap((name) => [`Fhir${name}`, name]),
  ...['rpc', 'auth-token', 'decision', 'matcho', 'test-policy'],
])

/** Where a configuration resource refers to others, and to which types. */
export const TARGETS: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map([
  ['AccessPolicy', new Map([['link', ['Client', 'User', 'Operation']]])],
  ['Role', new Map([['user', ['User']]])],
  ['User', new Map([['fhirUser', PEOPLE]])],
  [
    'Grant',
    new Map([
      ['client', ['Client']],
      ['user', ['User']],
      ['patient', ['Patient']],
    ]),
  ],
])

export interface LinkProblem {
  /** A warning where FHIR data is referred to: that may come later, over REST. */
  readonly severity: 'error' | 'warning'
  readonly path: Path
  readonly message: string
}

/** What there is to be referred to. */
export interface Known {
  has(type: string, id: string): boolean
  /** `Type/id` of an entry by its fullUrl. */
  byFullUrl(url: string): string | undefined
  idsOf(type: string): Iterable<string>
}

/** What the entries declare, with what the store has already. */
export const knownOf = (entries: readonly Entry[], existing: (type: string, id: string) => boolean): Known => {
  const byType = new Map<string, Set<string>>([['Operation', new Set(BUILT_IN_OPERATIONS)]])
  const urls = new Map<string, string>()
  for (const { type, id, method, fullUrl } of entries) {
    if (id === undefined || method === 'DELETE') continue
    const ids = byType.get(type) ?? new Set()
    byType.set(type, ids.add(id))
    if (fullUrl !== undefined) urls.set(fullUrl, `${type}/${id}`)
  }
  return {
    has: (type, id) => byType.get(type)?.has(id) === true || existing(type, id),
    byFullUrl: (url) => urls.get(url),
    idsOf: (type) => byType.get(type) ?? [],
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, JsonValue>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One reference as `{reference}`, or why it leads nowhere; anything that is no reference at all is the schema's to refuse. */
const resolve = (
  link: JsonValue,
  types: readonly string[],
  known: Known,
): { link: JsonValue; absent?: string } | { link?: undefined; message: string } => {
  if (!isFields(link)) return { link }
  const { resourceType, id, ...rest } = link
  const text = link.reference ?? (typeof resourceType === 'string' && typeof id === 'string' ? `${resourceType}/${id}` : undefined)
  const expected = `a reference to ${types.join(' or ')}`
  if (typeof text !== 'string') return { message: `${expected} is expected, as in {reference: "${types[0]}/my-id"}` }
  const target = known.byFullUrl(text) ?? text
  const [, type, name] = /^\/?([A-Za-z]+)\/([^/\s]+)$/.exec(target) ?? []
  if (type === undefined || name === undefined || !types.includes(type)) {
    return { message: `${expected} is expected, not "${text}"${didYouMean(type ?? text, types)}` }
  }
  const normal = { ...rest, reference: `${type}/${name}` }
  if (known.has(type, name)) return { link: normal }
  return { link: normal, absent: `there is no ${type}/${name}${didYouMean(name, known.idsOf(type))}` }
}

/** The entry with its references normalised, and those that lead nowhere. */
export const linkEntry = (entry: Entry, known: Known): { readonly entry: Entry; readonly problems: readonly LinkProblem[] } => {
  const problems: LinkProblem[] = []
  const resource = { ...entry.resource }
  for (const [field, types] of TARGETS.get(entry.type) ?? []) {
    const value = resource[field]
    if (value === undefined) continue
    const at = (link: JsonValue, path: Path): JsonValue => {
      const found = resolve(link, types, known)
      const message = found.link === undefined ? found.message : found.absent
      const severity = found.link !== undefined && (types === PEOPLE || field === 'patient') ? 'warning' : 'error'
      const on = isFields(link) && link.reference !== undefined ? [...path, 'reference'] : path
      if (message !== undefined) problems.push({ severity, path: on, message })
      return found.link ?? link
    }
    resource[field] = Array.isArray(value) ? value.map((link, index) => at(link, [field, index])) : at(value, [field])
  }
  return { entry: { ...entry, resource }, problems }
}
