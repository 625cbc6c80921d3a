// What an operation is given (R4 operations.html#request): a GET's query, or the Parameters of a POST.
import type { JsonValue } from '../../http/json.ts'
import type { Parameters } from '../../http/parameters.ts'
import type { Call } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { isRecord, type Resource, readBody } from '../resource.ts'
import { givenIn, primitiveText } from './given.ts'

type Fields = { readonly [name: string]: JsonValue }

export interface Inputs {
  /** The query, for authorization. */
  readonly parameters: Parameters
  /** The body, for authorization. */
  readonly resource: Resource | undefined
  /** The first value of a name, a string for every primitive. */
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  /** A Coding, a CodeableConcept or a resource. */
  fields(name: string): Fields | undefined
  /** A whole number, 0 or more. Throws FhirError 400. */
  number(name: string): number | undefined
}

const inputsOf = (given: ReadonlyArray<readonly [string, JsonValue]>, parameters: Parameters, resource: Resource | undefined): Inputs => {
  const all = (name: string): readonly JsonValue[] => given.filter(([key]) => key === name).map(([, value]) => value)
  const texts = (name: string): readonly string[] => all(name).flatMap((value) => primitiveText(value) ?? [])
  return {
    parameters,
    resource,
    texts,
    text: (name) => texts(name)[0],
    fields: (name) => all(name).find(isRecord),
    number: (name) => {
      const [text] = texts(name)
      if (text === undefined) return undefined
      if (!/^\d{1,9}$/.test(text)) throw new FhirError('value', `${name} is a whole number`)
      return Number(text)
    },
  }
}

/** What is given, all of it known to the operation. Throws FhirError 400 or 415. */
export const readInputs = async (call: Call, known: ReadonlySet<string>): Promise<Inputs> => {
  if (call.fhir.request.method !== 'POST') {
    const parameters = onlyParameters(call, known)
    return inputsOf(parameters.entries, parameters, undefined)
  }
  const parameters = onlyParameters(call)
  const body = await readBody(call.fhir)
  const given = givenIn(body).map(({ name, value }) => [name, value] as const)
  const unknown = given.find(([name]) => !known.has(name))
  if (unknown) throw new FhirError('invalid', `the parameter ${unknown[0]} has no meaning here`)
  return inputsOf(given, parameters, isRecord(body) ? body : undefined)
}

/** The answer of an operation: Parameters, with what is undefined left out. */
export const parametersAnswer = (parameter: ReadonlyArray<Readonly<Record<string, unknown>> | undefined>) => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ resourceType: 'Parameters', parameter: parameter.filter((one) => one !== undefined) }),
})
