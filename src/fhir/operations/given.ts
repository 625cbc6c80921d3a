// The items of a Parameters resource (R4 parameters.html): each has a name, and a value or a resource. Parts are not understood.
import { ExactNumber, type JsonValue } from '../../http/json.ts'
import { FhirError } from '../outcome.ts'
import { asResource, isRecord } from '../resource.ts'

export interface Given {
  readonly name: string
  /** `resource`, or `valueCoding` and the like. */
  readonly member: string
  readonly value: JsonValue
}

const itemOf = (item: JsonValue, at: number): Given => {
  const fields = isRecord(item) ? item : {}
  const member = Object.keys(fields).find((key) => key === 'resource' || /^value[A-Z]/.test(key))
  const value = member === undefined ? undefined : fields[member]
  if (typeof fields.name !== 'string' || member === undefined || value === undefined || value === null)
    throw new FhirError('value', 'a parameter has a name and a value', { expression: `Parameters.parameter[${at}]` })
  return { name: fields.name, member, value }
}

/** A primitive as it would stand in a query; undefined for what is none. */
export const primitiveText = (value: JsonValue): string | undefined => {
  if (value instanceof ExactNumber) return value.text
  return typeof value === 'object' ? undefined : String(value)
}

/** What a body gives, in order. Throws FhirError 400. */
export const givenIn = (body: JsonValue): readonly Given[] => {
  const { parameter = [] } = asResource(body, 'Parameters') as { readonly parameter?: JsonValue }
  if (!Array.isArray(parameter)) throw new FhirError('structure', 'parameter is not a list', { expression: 'Parameters.parameter' })
  return parameter.map(itemOf)
}
