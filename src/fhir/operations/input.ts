// What an operation is given (R4 operations.html#executing): the query, and by POST a Parameters resource, as one list.
import { type Parameters, parametersOf } from '../../http/parameters.ts'
import type { Call } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters, PRESENTATION } from '../parameters.ts'
import { asResource, isRecord, readBody } from '../resource.ts'

/** `value[x]` as it would stand in a query; undefined for what cannot. */
const textOf = (name: string, value: unknown): string | undefined => {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (!isRecord(value)) return value instanceof Object && 'text' in value ? String(value.text) : undefined
  if (name === 'valueReference') return typeof value.reference === 'string' ? value.reference : undefined
  const coding = name === 'valueCodeableConcept' && Array.isArray(value.coding) ? value.coding[0] : value
  if (!isRecord(coding) || typeof coding.code !== 'string') return undefined
  return typeof coding.system === 'string' ? `${coding.system}|${coding.code}` : coding.code
}

const parameterOf = (item: unknown): readonly [string, string] => {
  const name = isRecord(item) ? item.name : undefined
  const [member, value] = isRecord(item) ? (Object.entries(item).find(([key]) => key.startsWith('value')) ?? []) : []
  const text = member === undefined ? undefined : textOf(member, value)
  if (typeof name !== 'string' || text === undefined)
    throw new FhirError('value', 'a parameter has a name and a value', { expression: 'Parameters.parameter' })
  return [name, text]
}

const inBody = async (call: Call): Promise<Parameters['entries']> => {
  if (call.fhir.request.method !== 'POST') return []
  const bytes = call.fhir.entry ? undefined : await call.fhir.request.body()
  if (bytes?.length === 0 || (call.fhir.entry && call.fhir.entry.resource === undefined)) return []
  const { parameter } = asResource(await readBody(call.fhir), 'Parameters')
  return (Array.isArray(parameter) ? parameter : []).map(parameterOf)
}

/** The parameters of the operation, in which only `known` and the presentation may stand, each once. Throws FhirError 400. */
export const operationParameters = async (call: Call, known: ReadonlySet<string>): Promise<Parameters> => {
  const { request } = call.fhir
  const query = parametersOf([...request.query.entries, ...(await inBody(call))])
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
