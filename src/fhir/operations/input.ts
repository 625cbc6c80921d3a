// What an operation is given (R4 operations.html#executing): the query, and by POST a Parameters resource, as one list.
import { type Parameters, parametersOf } from '../../http/parameters.ts'
import type { Call } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters, PRESENTATION } from '../parameters.ts'
import { isRecord, readBody } from '../resource.ts'
import { type Given, givenIn, primitiveText } from './given.ts'

/** A value as it would stand in a query. Throws FhirError 400 for what cannot. */
const textOf = ({ name, member, value }: Given): string => {
  const text = primitiveText(value)
  if (text !== undefined) return text
  const coding = isRecord(value) && member === 'valueCodeableConcept' && Array.isArray(value.coding) ? value.coding[0] : value
  if (isRecord(value) && member === 'valueReference' && typeof value.reference === 'string') return value.reference
  if (!isRecord(coding) || typeof coding.code !== 'string') throw new FhirError('value', `the parameter ${name} has a value of no use here`)
  return typeof coding.system === 'string' ? `${coding.system}|${coding.code}` : coding.code
}

const inBody = async (call: Call): Promise<Parameters['entries']> => {
  if (call.fhir.request.method !== 'POST') return []
  const bytes = call.fhir.entry ? undefined : await call.fhir.request.body()
  if (bytes?.length === 0 || (call.fhir.entry && call.fhir.entry.resource === undefined)) return []
  return givenIn(await readBody(call.fhir)).map((given) => [given.name, textOf(given)])
}

/** What stands more than once as one value, separated by commas, which means the same (R4 operations.html#request). */
const joined = (entries: Parameters['entries'], name: string): Parameters['entries'] => {
  const values = entries.flatMap(([key, value]) => (key === name && value !== '' ? [value] : []))
  return values.length < 2 ? entries : [...entries.filter(([key]) => key !== name), [name, values.join(',')]]
}

/**
 * The parameters of the operation, in which only `known` and the presentation may stand, each once; `list` is one that may be repeated.
 * Throws FhirError 400.
 */
export const operationParameters = async (call: Call, known: ReadonlySet<string>, list?: string): Promise<Parameters> => {
  const { request } = call.fhir
  const given = [...request.query.entries, ...(await inBody(call))]
  const query = parametersOf(list === undefined ? given : joined(given, list))
  return onlyParameters({ ...call, fhir: { ...call.fhir, request: { ...request, query } } }, known)
}

/** The same with any search parameter in it; `own` stand once. */
export const searchingParameters = async (call: Call, own: ReadonlySet<string>): Promise<Parameters> => {
  const entries = [...call.fhir.request.query.entries, ...(await inBody(call))].filter(([, value]) => value !== '')
  const repeated = entries.find(
    ([name], at) => (own.has(name) || PRESENTATION.has(name)) && entries.findIndex(([other]) => other === name) !== at,
  )
  if (repeated) throw new FhirError('invalid', `${repeated[0]} stands more than once`)
  return parametersOf(entries)
}
