// Fills the index of a resource: every search parameter of its type, its compartments and its clinical date.

import type { IndexEntry, Indexed } from '../../store/entries.ts'
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import { CLINICAL_DATES } from './clinical-date.ts'
import { type CompartmentsOf, compartmentsOf } from './compartments.ts'
import { componentsOf } from './components.ts'
import { FAR_PAST } from './date.ts'
import { parseExpression, pathsOf } from './expression.ts'
import { indexName } from './index-name.ts'
import { dateVisitor, numberVisitor, timeReader } from './ordered-values.ts'
import { compilePaths, type Leaf, type Visitor } from './path.ts'
import { type ReferenceContext, referenceVisitor, stringVisitor, uriVisitor } from './text-values.ts'
import { tokenVisitor } from './token-values.ts'

/** Counts up when something else is indexed of a resource than before, the configuration's too: the index of every store is then made anew. */
export const EXTRACTION = 4

type Fields = Readonly<Record<string, unknown>>
type Visit = Visitor<IndexEntry[]>

/** What a parameter of this search type indexes of an element. */
const leafOf =
  (searchType: SearchParameter['type'], param: string, context: ReferenceContext): Leaf<IndexEntry[]> =>
  (type, target) => {
    if (searchType === 'token') return tokenVisitor(param, type)
    if (searchType === 'reference') return referenceVisitor(param, type, target, context)
    if (searchType === 'date') return dateVisitor(param, type)
    if (searchType === 'string') return stringVisitor(param, type)
    if (searchType === 'uri') return uriVisitor(param)
    return searchType === 'number' || searchType === 'quantity' ? numberVisitor(param, type) : undefined
  }

/** One entry for each occurrence in which every component has a value. `whole` holds the resource that is being visited. */
const compositeLeaf =
  (
    definitions: Definitions,
    parameter: SearchParameter,
    owner: string,
    context: ReferenceContext,
    whole: { resource: unknown },
  ): Leaf<IndexEntry[]> =>
  (type) => {
    const param = indexName(owner, parameter)
    const parts = componentsOf(definitions, parameter, param).map(({ name, searchType, expression, ofResource }) => ({
      ofResource,
      visit: compilePaths(definitions, parseExpression(expression), ofResource ? owner : type, leafOf(searchType, name, context)),
    }))
    return (value, out) => {
      const found: IndexEntry[] = []
      for (const { ofResource, visit } of parts) {
        const before = found.length
        visit?.(ofResource ? whole.resource : value, found)
        if (found.length === before) return
      }
      out.push({ kind: 'composite', param, parts: found })
    }
  }

/** What finds a parameter's entries in a resource of `type`; undefined: nothing can. Throws where the expression is not understood. */
export const visitorOf = (
  definitions: Definitions,
  type: string,
  parameter: SearchParameter,
  context: ReferenceContext,
): Visit | undefined => {
  const paths = pathsOf(parameter.expression, type)
  if (parameter.type !== 'composite') {
    return compilePaths(definitions, paths, type, leafOf(parameter.type, indexName(type, parameter), context))
  }
  const whole: { resource: unknown } = { resource: undefined }
  const visit = compilePaths(definitions, paths, type, compositeLeaf(definitions, parameter, type, context, whole))
  return (
    visit &&
    ((resource, out) => {
      whole.resource = resource
      visit(resource, out)
    })
  )
}

/** The visitors of every parameter of a type; `_id` and `_lastUpdated` are the store's own columns. */
const visitorsOf = (definitions: Definitions, type: string, context: ReferenceContext): readonly Visit[] =>
  [...definitions.searchParameters(type).values()]
    .filter(({ code, expression }) => expression !== '' && code !== '_id' && code !== '_lastUpdated')
    .flatMap((parameter) => visitorOf(definitions, type, parameter, context) ?? [])

const clinicalDate = (definitions: Definitions, type: string): ((resource: Fields) => number) => {
  const visitors = (CLINICAL_DATES.get(type) ?? []).flatMap((name) => {
    const leaf: Leaf<number[]> = (code) => {
      const read = timeReader(code)
      return read && ((value, out) => out.push((({ from, to }) => (from === FAR_PAST ? to - 1 : from))(read(value) ?? { from: 0, to: 0 })))
    }
    return compilePaths(definitions, [[{ kind: 'element', name }]], type, leaf) ?? []
  })
  return (resource) => {
    const found: number[] = []
    for (const visit of visitors) {
      visit(resource, found)
      if (found[0]) return found[0]
    }
    return 0
  }
}

/** Of one parameter, so mostly of one kind: composites are compared as texts, everything else member by member. */
const same = (a: IndexEntry, b: IndexEntry): boolean => {
  if (a.kind !== b.kind) return false
  if (a.kind === 'composite') return JSON.stringify(a) === JSON.stringify(b)
  const [one, other]: readonly Readonly<Record<string, unknown>>[] = [a, b]
  for (const name in one) if (one[name] !== other?.[name]) return false
  return true
}

/** From here on keys are quicker than comparing each with each: a CodeSystem has thousands of codes. */
const MANY = 64

/** Entries without repetitions, which only a parameter's own neighbours can make. */
const distinct = (entries: readonly IndexEntry[]): readonly IndexEntry[] => {
  if (entries.length > MANY) return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()]
  return entries.filter((entry, at) => {
    for (let before = at - 1; before >= 0 && entries[before]?.param === entry.param; before--) {
      const other = entries[before]
      if (other && same(other, entry)) return false
    }
    return true
  })
}

/**
 * The function that indexes resources; `base` is our own absolute FHIR base. A type's expressions are compiled at its first resource.
 * `targets` answers the compartments of a stored resource, for Provenance; without it only targets that are Patients count.
 */
export const createExtractor = (
  definitions: Definitions,
  { base }: { readonly base: string },
): ((resource: Fields, targets?: CompartmentsOf) => Indexed) => {
  const context: ReferenceContext = { base, types: definitions.types }
  const compile = (type: string): ((resource: Fields, targets?: CompartmentsOf) => Indexed) => {
    const visitors = visitorsOf(definitions, type, context)
    const dateOf = clinicalDate(definitions, type)
    const memberOf = compartmentsOf(definitions, type, context)
    return (resource, targets) => {
      const entries: IndexEntry[] = []
      for (const visit of visitors) visit(resource, entries)
      return { entries: distinct(entries), compartments: memberOf(resource, targets), date: dateOf(resource) }
    }
  }
  const compiled = new Map<string, ReturnType<typeof compile>>()
  return (resource, targets) => {
    const type = String(resource.resourceType)
    const known = compiled.get(type) ?? compile(type)
    if (definitions.types.has(type)) compiled.set(type, known)
    return known(resource, targets)
  }
}
