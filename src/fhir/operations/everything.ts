// $everything (R4 patient-operation-everything, encounter-operation-everything): the compartment as a search, with what its members refer to
// outside of any compartment (Practitioner, Organization, Medication …), all of it within what the token may search and read of each type.
import { type Parameters, parametersOf } from '../../http/parameters.ts'
import { ALL, type Criterion } from '../../store/criterion.ts'
import { and, authorizeRead, isNothing } from '../../store/plan.ts'
import type { Include } from '../../store/store.ts'
import type { Handler } from '../call.ts'
import { compartmentCriterion } from '../compartment.ts'
import { compartmentKind } from '../definitions/compartment.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { notHere } from '../interactions/read.ts'
import { searchWithin } from '../interactions/search.ts'
import { FhirError } from '../outcome.ts'
import { permitOf } from '../permit.ts'
import { intervalOf } from '../search/date.ts'
import { includesOf } from '../search/result.ts'
import { operationParameters } from './input.ts'

const KNOWN: ReadonlySet<string> = new Set(['_since', '_type', '_count', '_cursor'])

/** From the members, and on from what these lead to, to shared resources; an encounter's patient is one of what it leads to. */
const referredTo = (
  definitions: Definitions,
  owner: string,
  types: readonly string[],
  isWanted: (type: string) => boolean,
  where: Criterion,
) => {
  const reached = new Set([...definitions.types].filter((type) => compartmentKind(definitions, type) === 'shared' || type === 'Patient'))
  if (owner === 'Patient') reached.delete('Patient')
  const from = (sources: readonly string[], iterate: boolean): readonly Include[] =>
    sources.flatMap((type) => includesOf(definitions, [type], `_include${iterate ? ':iterate' : ''}`, iterate ? `${type}:*` : '*'))
  const shared = [...reached].filter(
    (type) => type !== 'Patient' && [...definitions.searchParameters(type).values()].some((one) => one.type === 'reference'),
  )
  return [...from(types, false), ...from(shared, true)].flatMap((include): Include[] => {
    const targets = include.targets.filter(({ type }) => reached.has(type) && isWanted(type)).map(({ type }) => ({ type, where }))
    return targets.length > 0 ? [{ ...include, targets }] : []
  })
}

const sinceOf = (parameters: Parameters): Criterion => {
  const since = parameters.get('_since')
  if (since === undefined) return ALL
  const value = intervalOf(since)
  if (!value) throw new FhirError('value', '_since is a date or an instant')
  return { kind: 'lastUpdated', comparator: 'ge', value }
}

export const everything: Handler = async (call) => {
  const { route, deps, fhir } = call
  const { type = '', id = '' } = route
  const { definitions } = deps
  const parameters = await operationParameters(call, KNOWN, '_type')
  const since = sinceOf(parameters)
  const permit = await permitOf(call, { parameters })
  const found = await deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'r')))
  if (found?.text === undefined) throw notHere()
  const criterionOf = compartmentCriterion(definitions, type, id)
  const wanted = parameters.get('_type')?.split(',')
  const isWanted = (one: string): boolean => wanted?.includes(one) ?? true
  const types = criterionOf ? [...definitions.types].filter((one) => !isNothing(criterionOf(one)) && isWanted(one)) : []
  if (!criterionOf || types.length === 0) throw new FhirError('invalid', `_type names no type of the ${type}'s compartment`)
  const own = parameters.entries.filter(([name]) => name === '_since' || name === '_type')
  const query = parametersOf(parameters.entries.filter(([name]) => name !== '_since' && name !== '_type'))
  const search = {
    ...call,
    route: { ...route, target: '*' },
    fhir: { ...fhir, request: { ...fhir.request, method: 'GET' as const, query } },
  }
  const bounds = (one: string): Criterion => and(criterionOf(one), since)
  const includes = referredTo(definitions, type, types, isWanted, since)
  return searchWithin(search, { types, bounds, includes, path: `${type}/${id}/$everything` }, own)
}
