// The search engine (ours; design, "Policies"): FHIR searches with `{{path}}` parameters. A search of the requested type becomes a filter
// of the rows; one of another type must find something (bounded.ts).
import type { Definitions } from '../../fhir/definitions/definitions.ts'
import { FhirSearchError } from '../../fhir/search/errors.ts'
import { criterionOf } from '../../fhir/search/parse.ts'
import { formatParameters, MalformedParameters, parseParameters } from '../../http/parameters.ts'
import type { Criterion } from '../../store/criterion.ts'
import type { Mismatch, Site } from '../diagnostics.ts'
import type { BoundSearch, Grant } from '../grant.ts'
import { type Matcher, never } from '../matcho/matcher.ts'
import { at, isMap, isMissing, type Json } from '../matcho/value.ts'
import type { RequestObject } from '../request-object.ts'
import { bind, fill, type Template, templateOf } from './template.ts'

interface Parameter {
  readonly name: string
  readonly template: Template
  /** Dates and numbers: a value could bring a comparison of its own. */
  readonly ordered: boolean
}

interface Search {
  readonly type: string
  readonly parameters: readonly Parameter[]
}

const MOST_SEARCHES = 8
const COST = 8
const SAMPLES = ['x', '2000-01-01', '1']
const UNPREFIXED = /^[-+]?\d/

const isOrdered = (criterion: Criterion): boolean => {
  if (criterion.kind === 'and' || criterion.kind === 'or') return criterion.of.some(isOrdered)
  if (criterion.kind === 'not') return isOrdered(criterion.of)
  if (criterion.kind === 'chain' || criterion.kind === 'has') return isOrdered(criterion.where)
  return criterion.kind === 'date' || criterion.kind === 'number' || criterion.kind === 'lastUpdated'
}

type Tried = { readonly ordered: boolean } | { readonly refused: string }

/** Does the parameter compile, whatever will be bound. */
const tryOut = (definitions: Definitions, type: string, name: string, template: Template): Tried => {
  let refused = 'it cannot be searched for'
  for (const sample of template.paths.length === 0 ? [''] : SAMPLES) {
    try {
      const query = formatParameters([[name, fill(template, sample)]])
      return { ordered: isOrdered(criterionOf(definitions, type, query, '')) }
    } catch (error) {
      if (!(error instanceof FhirSearchError)) throw error
      // A parameter that is being indexed is known: until then its searches fail, and so does the policy.
      if (error.code === 'transient') return { ordered: true }
      refused = error.message
    }
  }
  return { refused }
}

const compileParameter = (definitions: Definitions, type: string, name: string, value: string, site: Site): readonly Parameter[] => {
  const template = templateOf(value)
  if (typeof template === 'string' || name.includes('{{')) {
    site.error(typeof template === 'string' ? template : 'a parameter stands in a value, not in a name')
    return []
  }
  const tried = tryOut(definitions, type, name, template)
  if ('refused' in tried) {
    site.error(`${name}: ${tried.refused}`)
    return []
  }
  return [{ name, template, ordered: tried.ordered }]
}

const entriesOf = (query: string, site: Site): ReadonlyArray<readonly [string, string]> => {
  try {
    return parseParameters(query).entries
  } catch (error) {
    if (!(error instanceof MalformedParameters)) throw error
    site.error(error.message)
    return []
  }
}

const compileSearch = (given: unknown, definitions: Definitions, site: Site): readonly Search[] => {
  const { resourceType: type, query = '' }: Json = isMap(given) ? given : {}
  if (typeof type !== 'string' || !definitions.types.has(type)) {
    site.in('resourceType').error('a search names the type that it searches, as in resourceType: Patient')
    return []
  }
  if (typeof query !== 'string') {
    site.in('query').error('the query of a search is text, as in "patient={{params.patient}}"')
    return []
  }
  const entries = entriesOf(query.replace(/^\?/, ''), site.in('query'))
  return [{ type, parameters: entries.flatMap(([name, value]) => compileParameter(definitions, type, name, value, site.in('query'))) }]
}

/** `resource/id` is an id of `resource/type`: no other type's search may take it for its own. */
const isForeignId = (path: readonly string[], type: string, request: RequestObject): boolean =>
  path[0] === 'params' && (path[1] === 'resource/id' || path[1] === 'id') && at(request, ['params', 'resource/type']) !== type

/** `Patient/p1` is `p1` where the id of a Patient is searched. */
const asId = (value: string, type: string): string => (value.startsWith(`${type}/`) ? value.slice(type.length + 1) : value)

const bindParameter = ({ name, template, ordered }: Parameter, type: string, request: RequestObject): string | undefined => {
  if (template.paths.some((path) => isForeignId(path, type, request))) return undefined
  const values = bind(template, request)
  const [first = ''] = template.texts
  if (!values || (ordered && first === '' && !values.every((value) => UNPREFIXED.test(value)))) return undefined
  return values.map((value) => (name === '_id' ? asId(value, type) : value)).join(',')
}

const bindSearch = ({ type, parameters }: Search, request: RequestObject): BoundSearch | undefined => {
  const entries: (readonly [string, string])[] = []
  for (const parameter of parameters) {
    const value = bindParameter(parameter, type, request)
    if (value === undefined) return undefined
    entries.push([parameter.name, value])
  }
  return { type, entries }
}

const missingOf = (searches: readonly Search[], request: RequestObject, path: readonly string[]): Mismatch | undefined => {
  for (const { type, parameters } of searches) {
    for (const parameter of parameters) {
      if (bindParameter(parameter, type, request) !== undefined) continue
      const wrong =
        parameter.template.paths.find((one) => isForeignId(one, type, request) || !bind({ texts: ['', ''], paths: [one] }, request)) ?? []
      const but = at(request, wrong)
      return { expected: isMissing(but) ? 'present?' : `a value of ${type}.${parameter.name}`, but, path: [...path, ...wrong] }
    }
  }
  return undefined
}

/** Compiles the searches of a policy. */
export const compileSearches = (given: unknown, definitions: Definitions | undefined, site: Site): Matcher => {
  if (!definitions) {
    site.error('searches can be tried within a box only')
    return never(given)
  }
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  if (list.length === 0 || list.length > MOST_SEARCHES) {
    site.error(`a search policy needs a list of searches in \`search\`, at most ${MOST_SEARCHES}: [{resourceType, query}]`)
    return never(given)
  }
  const searches = list.flatMap((one, index) => compileSearch(one, definitions, site.in(String(index))))
  const looksAt = (...members: readonly string[]): boolean =>
    searches.some(({ parameters }) => parameters.some(({ template }) => template.paths.some(([first = '']) => members.includes(first))))
  const [ofParams, ofResource] = [looksAt('params'), looksAt('resource', 'body')]
  const grant = (request: RequestObject): Grant => {
    const bound = searches.map((search) => bindSearch(search, request))
    const all = bound.filter((search) => search !== undefined)
    return all.length === searches.length && { kind: 'search', searches: all, ofParams, ofResource }
  }
  return {
    cost: COST,
    // What has to be looked up is not known here: the decision asks `grant`.
    test: () => false,
    explain: (request, _root, path) => missingOf(searches, isMap(request) ? request : {}, path),
    grant,
  }
}
