// A code system that is at hand: its codes, what is below and above them, and what its filters find (R4 codesystem.html).
import type { CodeSystem, CodeSystemConcept, ConceptProperty, ValueSetFilter } from './resources.ts'

export interface Concept {
  readonly code: string
  readonly display: string | undefined
  readonly property: readonly ConceptProperty[]
  readonly parents: readonly Concept[]
  readonly children: readonly Concept[]
  /** Only a heading: never a code of an instance (property notSelectable). */
  readonly abstract: boolean
}

interface Growing extends Concept {
  readonly parents: Concept[]
  readonly children: Concept[]
}

export interface Codes {
  readonly url: string
  readonly version: string | undefined
  readonly name: string | undefined
  /** What it does not list is no code of it. */
  readonly complete: boolean
  readonly concepts: readonly Concept[]
  find(code: string): Concept | undefined
  /** Is `code` the other or below it? Undefined where one of them is not known. */
  subsumes(ancestor: string, code: string): boolean | undefined
  /** The concept and all below it. */
  below(concept: Concept): readonly Concept[]
  /** Those that a filter finds; undefined for a filter that is not understood. */
  filtered(filter: ValueSetFilter): readonly Concept[] | undefined
}

/** Everything reachable, the start included, each once. */
const reach = (start: Concept, next: (concept: Concept) => readonly Concept[]): readonly Concept[] => {
  const found = new Set([start])
  for (const concept of found) for (const other of next(concept)) found.add(other)
  return [...found]
}

const PARENT_PROPERTIES: ReadonlySet<string> = new Set(['parent', 'subsumedBy'])

const link = (parent: Growing | undefined, child: Growing | undefined): void => {
  if (!parent || !child || parent === child || parent.children.includes(child)) return
  parent.children.push(child)
  child.parents.push(parent)
}

const grow = (system: CodeSystem, keyOf: (code: string) => string): ReadonlyMap<string, Growing> => {
  const known = new Map<string, Growing>()
  const add = (concepts: readonly CodeSystemConcept[], parent: Growing | undefined): void => {
    for (const { code, display, property = [], concept = [] } of concepts) {
      const abstract = property.some((one) => one.code === 'notSelectable' && (one.value === true || one.value === 'true'))
      const own = known.get(keyOf(code)) ?? { code, display, property, parents: [], children: [], abstract }
      known.set(keyOf(code), own)
      link(parent, own)
      add(concept, own)
    }
  }
  add(system.concept ?? [], undefined)
  for (const concept of known.values()) {
    for (const { code, value } of concept.property) {
      if (PARENT_PROPERTIES.has(code)) link(known.get(keyOf(String(value))), concept)
      if (code === 'child') link(concept, known.get(keyOf(String(value))))
    }
  }
  return known
}

const valuesOf = (concept: Concept, property: string): readonly string[] => {
  if (property === 'code' || property === 'concept') return [concept.code]
  if (property === 'display') return concept.display === undefined ? [] : [concept.display]
  if (property === 'parent') return concept.parents.map(({ code }) => code)
  if (property === 'child') return concept.children.map(({ code }) => code)
  return concept.property.filter(({ code }) => code === property).map(({ value }) => String(value))
}

const MAX_PATTERN = 1000

const patternOf = (source: string): RegExp | undefined => {
  if (source.length > MAX_PATTERN) return undefined
  try {
    return new RegExp(`^(?:${source})$`, 'u')
  } catch {
    return undefined
  }
}

type Filter = (codes: Codes, filter: ValueSetFilter) => readonly Concept[] | undefined

const below: Filter = (codes, { value }) => {
  const root = codes.find(value)
  return root ? codes.below(root) : []
}

const without = (all: readonly Concept[], some: readonly Concept[] = []): readonly Concept[] => {
  const left = new Set(some)
  return all.filter((concept) => !left.has(concept))
}

/** R4's filter operators (valueset-filter-operator). */
const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['is-a', below],
  ['descendent-of', (codes, filter) => below(codes, filter)?.slice(1)],
  ['is-not-a', (codes, filter) => without(codes.concepts, below(codes, filter))],
  [
    'generalizes',
    (codes, { value }) => {
      const concept = codes.find(value)
      return concept ? reach(concept, ({ parents }) => parents) : []
    },
  ],
  ['=', (codes, { property, value }) => codes.concepts.filter((concept) => valuesOf(concept, property).includes(value))],
  [
    'in',
    (codes, { property, value }) => {
      const wanted = new Set(value.split(',').map((one) => one.trim()))
      return codes.concepts.filter((concept) => valuesOf(concept, property).some((one) => wanted.has(one)))
    },
  ],
  [
    'not-in',
    (codes, { property, value }) => {
      const unwanted = new Set(value.split(',').map((one) => one.trim()))
      return codes.concepts.filter((concept) => !valuesOf(concept, property).some((one) => unwanted.has(one)))
    },
  ],
  [
    'exists',
    (codes, { property, value }) => codes.concepts.filter((concept) => valuesOf(concept, property).length > 0 === (value === 'true')),
  ],
  [
    'regex',
    (codes, { property, value }) => {
      const pattern = patternOf(value)
      return pattern && codes.concepts.filter((concept) => valuesOf(concept, property).some((one) => pattern.test(one)))
    },
  ],
])

/** A code system, ready to be asked. */
export const codesOf = (system: CodeSystem): Codes => {
  const keyOf = system.caseSensitive === false ? (code: string) => code.toLowerCase() : (code: string) => code
  const known = grow(system, keyOf)
  const codes: Codes = {
    url: system.url,
    version: system.version,
    name: system.name,
    complete: system.content === 'complete',
    concepts: [...known.values()],
    find: (code) => known.get(keyOf(code)),
    subsumes: (ancestor, code) => {
      const [root, concept] = [codes.find(ancestor), codes.find(code)]
      return root && concept ? reach(concept, ({ parents }) => parents).includes(root) : undefined
    },
    below: (concept) => reach(concept, ({ children }) => children),
    filtered: (filter) => FILTERS.get(filter.op)?.(codes, filter),
  }
  return codes
}
