// Conditions of create, update, patch and delete (R4 http.html#cond-update): a search that must find none or one, among what the
// principal may search; what it may not see is no match (S-20).
import { type Parameters, parametersOf, parseParameters } from '../http/parameters.ts'
import { ALL, type Criterion } from '../store/criterion.ts'
import { and, authorizeRead, authorizeSearch } from '../store/plan.ts'
import type { StoredResource } from '../store/store.ts'
import type { Permission } from './access.ts'
import type { Call } from './call.ts'
import { FhirError } from './outcome.ts'
import { PRESENTATION } from './parameters.ts'
import type { Permit } from './permit.ts'
import { parseSearch } from './search/parse.ts'
import { RESULT_PARAMETERS } from './search/result.ts'

export interface Condition {
  readonly where: (permit: Permit) => Criterion
  /** What policies see: the condition, beside the parameters of the interaction. */
  readonly understood: (parameters: Parameters) => Parameters
}

/** The match, with the criterion that it was found by; `found` undefined: nothing matches. */
export interface Match {
  readonly where: Criterion
  readonly found: StoredResource | undefined
}

/** The query of `If-None-Exist`, or of the URL. Throws FhirSearchError, and FhirError 400 for a condition that says nothing. */
export const conditionOf = (call: Call, query: string | Parameters): Condition => {
  const { fhir, deps, route } = call
  const { type = '' } = route
  const all = typeof query === 'string' ? parseParameters(query.replace(/^\?/, '')) : query
  const parameters = parametersOf(all.entries.filter(([name]) => !PRESENTATION.has(name)))
  const empty = parameters.entries.find(([name, value]) => value === '' || RESULT_PARAMETERS.has(name) || /^_(rev)?include/.test(name))
  if (parameters.entries.length === 0 || empty)
    throw new FhirError('invalid', 'the condition is not one: it needs search parameters with values')
  // Whatever the client prefers, a condition that is not understood must not match more.
  const parse = (permitted: (type: string) => Criterion) =>
    parseSearch(deps.definitions, { types: [type], parameters, lenient: false, base: fhir.base, permitted })
  parse(() => ALL)
  return {
    where: (permit) => and(permit.rows(type, 's'), ...parse((one) => permit.rows(one, 's')).plan.from.map(({ where }) => where)),
    understood: (others) => parametersOf([...others.entries.filter(([name]) => PRESENTATION.has(name)), ...parameters.entries]),
  }
}

/** Looks for the one resource that matches, among those that the principal may touch in this way too. Throws FhirError 412. */
export const matchOf = async (call: Call, condition: Condition, permit: Permit, use?: Permission): Promise<Match> => {
  const { store } = call.deps
  const { type = '' } = call.route
  const where = use ? and(permit.rows(type, use), condition.where(permit)) : condition.where(permit)
  const plan = { from: [{ type, where }], sort: [], count: 2, total: 'none', includes: [] } as const
  const { matches } = await store.search(authorizeSearch(plan, () => ALL))
  if (matches.length > 1) throw new FhirError('multiple-matches', 'more than one resource matches the condition')
  const [match] = matches
  const found = match && (await store.read(authorizeRead({ type, id: match.id, where: ALL }, where)))
  return { where, found: found?.text === undefined ? undefined : found }
}
