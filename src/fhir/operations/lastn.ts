// $lastn (R4 observation-operation-lastn): the newest observations of each code, within what the token may search.
import { parametersOf } from '../../http/parameters.ts'
import type { Handler } from '../call.ts'
import { searchWithin } from '../interactions/search.ts'
import { FhirError } from '../outcome.ts'
import { searchingParameters } from './input.ts'

const OWN: ReadonlySet<string> = new Set(['max'])
/** Neither has a meaning where each group is cut off by itself. */
const WITHOUT: readonly string[] = ['_sort', '_count', '_cursor', '_total']

const isOneOf = (names: readonly string[], wanted: readonly string[]): boolean =>
  names.some((name) => wanted.includes(name.split(/[:.]/)[0] ?? ''))

export const lastn: Handler = async (call) => {
  const { fhir } = call
  const parameters = await searchingParameters(call, OWN)
  const names = parameters.names()
  const wrong = names.find((name) => WITHOUT.includes(name))
  if (wrong !== undefined) throw new FhirError('invalid', `${wrong} has no meaning here`)
  if (!isOneOf(names, ['patient', 'subject'])) throw new FhirError('invalid', 'a patient or a subject is needed')
  if (!isOneOf(names, ['category', 'code'])) throw new FhirError('invalid', 'a category or a code is needed')
  const max = parameters.get('max') ?? '1'
  if (!/^[1-9]\d{0,2}$/.test(max)) throw new FhirError('value', 'max is a number from 1 to 999')
  const query = parametersOf(parameters.entries.filter(([name]) => name !== 'max'))
  const own = parameters.entries.filter(([name]) => name === 'max')
  const asked = { ...call, fhir: { ...fhir, request: { ...fhir.request, method: 'GET' as const, query } } }
  const latest = { param: 'Observation.code', count: Number(max) }
  return searchWithin(asked, { types: ['Observation'], latest, path: 'Observation/$lastn' }, own)
}
