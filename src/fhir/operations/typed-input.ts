// What an operation is given (R4 operations.html#request): a GET's query, or the Parameters of a POST.
import type { JsonValue } from '../../http/json.ts'
import type { Parameters } from '../../http/parameters.ts'
import type { Call } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { isRecord, type Resource, readBody } from '../resource.ts'

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

const givenValue = (parameter: Fields): JsonValue | undefined => {
  if (parameter.resource !== undefined) return parameter.resource
  const member = Object.keys(parameter).find((name) => /^value[A-Z]/.test(name))
  return member === undefined ? undefined : parameter[member]
}

/** Names with their values, in order. */
const givenIn = (body: JsonValue, known: ReadonlySet<string>): ReadonlyArray<readonly [string, JsonValue]> => {
  if (!isRecord(body) || body.resourceType !== 'Parameters') throw new FhirError('structure', 'the body is not a Parameters resource')
  const list = Array.isArray(body.parameter) ? body.parameter : []
  return list.filter(isRecord).map((parameter) => {
    const [name, value] = [String(parameter.name), givenValue(parameter)]
    if (!known.has(name)) throw new FhirError('invalid', `the parameter ${name} has no meaning here`)
    if (value === undefined || value === null) throw new FhirError('structure', `the parameter ${name} has no value`)
    return [name, value] as const
  })
}

const inputsOf = (given: ReadonlyArray<readonly [string, JsonValue]>, parameters: Parameters, resource: Resource | undefined): Inputs => {
  const all = (name: string): readonly JsonValue[] => given.filter(([key]) => key === name).map(([, value]) => value)
  const texts = (name: string): readonly string[] =>
    all(name).flatMap((value) => (isRecord(value) || Array.isArray(value) ? [] : [String(value)]))
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
  const given = givenIn(body, known)
  return inputsOf(given, parameters, isRecord(body) ? body : undefined)
}

/** The answer of an operation: Parameters, with what is undefined left out. */
export const parametersAnswer = (parameter: ReadonlyArray<Readonly<Record<string, unknown>> | undefined>) => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ resourceType: 'Parameters', parameter: parameter.filter((one) => one !== undefined) }),
})
