// Parts of resources: `_elements` and `_summary` (R4 search.html#elements, #summary), marked SUBSETTED so that nobody writes them back.
import type { Parameters } from '../http/parameters.ts'
import type { Definitions } from './definitions/definitions.ts'
import { FhirError } from './outcome.ts'
import type { Resource } from './resource.ts'

type Subset = (resource: Resource) => Resource

const TAG = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
const ALWAYS: readonly string[] = ['resourceType', 'id', 'meta']

const marked = (resource: Resource): Resource => {
  const meta = typeof resource.meta === 'object' && resource.meta !== null ? resource.meta : {}
  const tags: readonly unknown[] = 'tag' in meta && Array.isArray(meta.tag) ? meta.tag : []
  const { resourceType, id, meta: _meta, ...rest } = resource
  return { resourceType, id, meta: { ...meta, tag: [...tags, TAG] }, ...rest }
}

/** The members with these names, a primitive's extensions (`_name`) with it. */
const pick = (resource: Resource, wanted: (name: string) => boolean): Resource =>
  marked(
    Object.fromEntries(
      Object.entries(resource).filter(([name]) => ALWAYS.includes(name) || wanted(name.startsWith('_') ? name.slice(1) : name)),
    ),
  )

const namesOf = (definitions: Definitions, resource: Resource, names: readonly string[]): ReadonlySet<string> =>
  new Set([...definitions.mandatory(String(resource.resourceType)), ...names])

/** `value[x]` may be asked for as `value`. */
const covers = (names: ReadonlySet<string>, name: string): boolean => names.has(name) || names.has(name.replace(/[A-Z].*$/, ''))

const SUMMARIES: ReadonlyMap<string, (definitions: Definitions) => Subset | undefined> = new Map<
  string,
  (definitions: Definitions) => Subset | undefined
>([
  ['false', () => undefined],
  // The search knows that only the count is wanted; a read has none.
  ['count', () => undefined],
  ['data', () => (resource) => pick(resource, (name) => name !== 'text')],
  [
    'text',
    (definitions) => (resource) => {
      const names = namesOf(definitions, resource, ['text'])
      return pick(resource, (name) => covers(names, name))
    },
  ],
  [
    'true',
    (definitions) => (resource) => {
      const names = new Set(definitions.summary(String(resource.resourceType)))
      return pick(resource, (name) => covers(names, name))
    },
  ],
])

/** What is kept of each resource; undefined: all of it. Throws FhirError 400. */
export const subsetOf = (query: Parameters, definitions: Definitions): Subset | undefined => {
  if (query.entries.length === 0) return undefined
  const summary = query.get('_summary') ?? ''
  const elements = (query.get('_elements') ?? '').split(',').filter((name) => name !== '')
  if (summary !== '' && summary !== 'false' && elements.length > 0) {
    throw new FhirError('invalid', '_summary and _elements exclude each other')
  }
  if (elements.length > 0) {
    return (resource) => {
      const own = elements.map((name) => name.replace(`${resource.resourceType}.`, ''))
      const names = namesOf(definitions, resource, own)
      return pick(resource, (name) => covers(names, name))
    }
  }
  if (summary === '') return undefined
  const known = SUMMARIES.get(summary)
  if (!known) throw new FhirError('invalid', `_summary is one of ${[...SUMMARIES.keys()].join(', ')}`)
  return known(definitions)
}
