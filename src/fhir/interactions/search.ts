// FHIR search (R4 http.html#search) of a type, the system or a compartment, by GET and by POST: parse → authorize → plan → answer.
import { type Parameters, parametersOf } from '../../http/parameters.ts'
import { ALL, type Criterion } from '../../store/criterion.ts'
import { and, authorizeSearch, isNothing } from '../../store/plan.ts'
import type { SearchPage, SearchPlan } from '../../store/store.ts'
import type { Call, Handler } from '../call.ts'
import { compartmentCriterion } from '../compartment.ts'
import { FhirError } from '../outcome.ts'
import { presentationParameters } from '../parameters.ts'
import { type Permit, permitOf } from '../permit.ts'
import { isLenient } from '../prefer.ts'
import { presentationOf } from '../presentation.ts'
import type { FhirResponse } from '../request.ts'
import type { SearchedCodes } from '../search/codes.ts'
import { openCursor, sealCursor } from '../search/cursor.ts'
import { type ParsedSearch, parseSearch } from '../search/parse.ts'
import { assembledSearchset, assemblyOf, searchset } from '../search/searchset.ts'
import { isShownWhole, shownText } from '../shown.ts'
import { canonicalsAsked, searchedCodes } from './searched-codes.ts'

/** What is searched: types, each within `bounds`. */
export interface Scope {
  readonly types: readonly string[]
  /** `_type` has chosen them. */
  readonly typed?: boolean
  readonly bounds?: (type: string) => Criterion
  /** Below the base, for links. */
  readonly path: string
  /** Beside those that the parameters ask for. */
  readonly includes?: SearchPlan['includes']
  readonly latest?: SearchPlan['latest']
}

interface Understood {
  readonly parsed: ParsedSearch
  /** The same search once it is known what the principal may search. */
  readonly within: (permit: Permit) => Promise<ParsedSearch>
}

/** Read twice only where a chain, `_has` or a stored value set makes the plan depend on the principal. */
const understand = async (call: Call, { types, typed = false }: Scope, parameters: Parameters): Promise<Understood> => {
  const { deps, fhir } = call
  const asked = canonicalsAsked(parameters)
  let depends = asked.length > 0
  const input = { types, typed, parameters, lenient: isLenient(fhir.request.headers), base: fhir.base }
  const parse = (permitted: (type: string) => Criterion, codes: SearchedCodes | undefined) =>
    parseSearch(deps.definitions, { ...input, permitted, codes })
  const everything = () => {
    depends = true
    return ALL
  }
  const parsed = parse(everything, await searchedCodes(call, asked, undefined))
  return {
    parsed,
    within: async (permit) => {
      if (!depends) return parsed
      return parse((type) => permit.rows(type, 's'), await searchedCodes(call, asked, permit))
    },
  }
}

/** Types of which the principal may search nothing are not asked for; nothing at all is 403. */
const searchable = (parsed: ParsedSearch, permit: Permit): ParsedSearch['plan']['from'] => {
  const from = parsed.plan.from.filter(({ type }) => !isNothing(permit.rows(type, 's')))
  if (from.length === 0)
    throw new FhirError('forbidden', 'Forbidden', { headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } })
  return from
}

const shownPage = (call: Call, page: SearchPage): SearchPage => {
  const show = shownText(call)
  const rows = (of: SearchPage['matches']) => of.map(({ type, id, text }) => ({ type, id, text: show(type, text) }))
  return { ...page, matches: rows(page.matches), included: rows(page.included) }
}

/** A first page that is the whole answer has counted itself, unless no total is wanted. */
const totalOf = (page: SearchPage, parameters: Parameters, count: number): number | undefined => {
  if (page.total !== undefined || parameters.get('_total') === 'none') return page.total
  return count > 0 && page.next === undefined && !parameters.has('_cursor') ? (page.assembled?.count ?? page.matches.length) : undefined
}

/** The content type of an answer that the store may put together: JSON as it is stored, of one type, for the wire. */
const assembledAs = (call: Call, { from, includes, latest }: SearchPlan): string | undefined => {
  const { fhir } = call
  const [only, ...others] = from
  if (!fhir.bytes || fhir.entry || fhir.format !== 'fhir' || !only || others.length > 0 || includes.length > 0 || latest) return undefined
  const { syntax, pretty, contentType } = presentationOf(fhir.request, fhir.format)
  return syntax === 'json' && !pretty && isShownWhole(call, only.type) ? contentType : undefined
}

/** The search of one scope. */
export const searchWithin = async (call: Call, scope: Scope, extra: Parameters['entries'] = []): Promise<FhirResponse> => {
  const { deps, fhir, route } = call
  const { bounds, path, includes = [], latest } = scope
  const parameters = fhir.request.query
  if (parameters.getAll('_cursor').length > 1) throw new FhirError('invalid', '_cursor stands more than once')
  const understood = await understand(call, scope, parameters)
  const self = [...extra, ...understood.parsed.self]
  const presentation = presentationParameters(fhir.request)
  const formats = presentation.filter(([name]) => name === '_format' || name === '_pretty')
  const several = route.type === undefined || route.target === '*'
  const permit = await permitOf(call, {
    parameters: parametersOf([...self, ...formats]),
    ...(several ? { permissions: [] } : { type: route.target ?? route.type ?? '' }),
  })
  const parsed = await understood.within(permit)
  const from = searchable(parsed, permit).map(({ type, where }) => ({ type, where: bounds ? and(bounds(type), where) : where }))
  const binding = JSON.stringify([path, self])
  const cursor = parameters.get('_cursor')
  const after = cursor === undefined ? {} : { after: openCursor(deps.cursorKey, cursor, binding) }
  const whole = { ...parsed.plan, from, includes: [...parsed.plan.includes, ...includes], ...after, ...(latest && { latest }) }
  const contentType = assembledAs(call, whole)
  const assembly = contentType === undefined ? {} : { assembly: assemblyOf(fhir.base, from[0]?.type ?? '') }
  const plan = authorizeSearch({ ...whole, ...assembly }, (type, use) => permit.rows(type, use === 'search' ? 's' : 'r'))
  const page = await deps.store.search(plan)
  const total = totalOf(page, parameters, plan.count)
  const next = page.next === undefined ? {} : { next: sealCursor(deps.cursorKey, page.next, binding) }
  const answer = { base: fhir.base, path, page: { ...shownPage(call, page), total }, self: [...self, ...formats], ...next }
  return page.assembled && contentType !== undefined
    ? { status: 200, headers: { 'content-type': contentType }, body: assembledSearchset(answer, page.assembled.bytes) }
    : { status: 200, headers: {}, body: searchset(answer) }
}

/** `GET [base]/[type]` and `POST [base]/[type]/_search` */
export const searchType: Handler = (call) => {
  const { type = '' } = call.route
  return searchWithin(call, { types: [type], path: type })
}

/** The types that `_type` names, in a search of several; all of them where it names none. */
const typesAsked = ({ fhir, deps }: Call): readonly string[] => {
  // A parameter without a value is as good as absent (R4 search.html#errors).
  const wanted = fhir.request.query.getAll('_type').flatMap((value) => (value === '' ? [] : value.split(',')))
  const unknown = wanted.find((type) => !deps.definitions.types.has(type))
  if (unknown !== undefined) throw new FhirError('not-supported', '_type names a type that is not known', { status: 400 })
  return wanted.length > 0 ? [...new Set(wanted)] : [...deps.definitions.types]
}

/** `_type` as it was asked, for the self link. */
const asAsked = ({ fhir }: Call): Parameters['entries'] => {
  const wanted = fhir.request.query.getAll('_type').filter((value) => value !== '')
  return wanted.length > 0 ? [['_type', wanted.join(',')]] : []
}

/** `GET [base]?_type=…` and `POST [base]/_search` */
export const searchSystem: Handler = async (call) => searchWithin(call, { types: typesAsked(call), typed: true, path: '' }, asAsked(call))

/** `GET [base]/Patient/[id]/[type]`, and `*` for every type of the compartment, or those of `_type`. */
export const searchCompartment: Handler = async (call) => {
  const { type = '', id = '', target = '' } = call.route
  const criterionOf = compartmentCriterion(call.deps.definitions, type, id)
  if (!criterionOf) throw new FhirError('not-supported', `there is no ${type} compartment here`, { status: 404 })
  const path = `${type}/${id}/${target}`
  if (target !== '*') {
    if (isNothing(criterionOf(target))) throw new FhirError('not-supported', `${target} is in no ${type}'s compartment`, { status: 404 })
    return searchWithin(call, { types: [target], bounds: criterionOf, path })
  }
  const types = typesAsked(call).filter((one) => !isNothing(criterionOf(one)))
  if (types.length === 0) throw new FhirError('not-supported', `_type names no type of the ${type}'s compartment`, { status: 400 })
  return searchWithin(call, { types, typed: true, bounds: criterionOf, path }, asAsked(call))
}
