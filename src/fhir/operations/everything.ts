// $everything (R4 patient-operation-everything, encounter-operation-everything): the compartment as a search, within what the token may
// search of each type.
import { parametersOf } from '../../http/parameters.ts'
import { ALL, NOTHING } from '../../store/criterion.ts'
import { authorizeRead, isNothing } from '../../store/plan.ts'
import type { Handler } from '../call.ts'
import { compartmentCriterion } from '../compartment.ts'
import { notHere } from '../interactions/read.ts'
import { searchWithin } from '../interactions/search.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { permitOf } from '../permit.ts'

const KNOWN: ReadonlySet<string> = new Set(['_since', '_type', '_count', '_cursor'])

export const everything: Handler = async (call) => {
  const { route, deps, fhir } = call
  const { type = '', id = '' } = route
  const parameters = onlyParameters(call, KNOWN)
  const permit = await permitOf(call, { parameters })
  const found = await deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'r')))
  if (found?.text === undefined) throw notHere()
  const criterionOf = compartmentCriterion(deps.definitions, type, id) ?? (() => NOTHING)
  const wanted = parameters.get('_type')?.split(',')
  const types = [...deps.definitions.types].filter((one) => !isNothing(criterionOf(one)) && (wanted?.includes(one) ?? true))
  if (types.length === 0) throw new FhirError('invalid', `_type names no type of the ${type}'s compartment`)
  const since = parameters.get('_since')
  const kept = parameters.entries.filter(([name]) => name !== '_since' && name !== '_type')
  const query = parametersOf([...kept, ...(since === undefined ? [] : [['_lastUpdated', `ge${since}`] as const])])
  const search = { ...call, route: { ...route, target: '*' }, fhir: { ...fhir, request: { ...fhir.request, query } } }
  const extra = wanted ? [['_type', wanted.join(',')] as const] : []
  return searchWithin(search, { types, bounds: criterionOf, path: `${type}/${id}/$everything` }, extra)
}
