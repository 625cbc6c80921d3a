// The part of JSON Schema draft-07 that policies are made of, keyword by keyword (json-schema-validation §6), with Aidbox's `constant`
// and its `$data`. It shares nothing with src/.
import { isPresent, stripped, valueAt } from './matcho.ts'

type Members = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)

/** JSON has no `undefined`: a member that is that is not there. */
const has = (value: Members, key: string): boolean => Object.hasOwn(value, key) && value[key] !== undefined

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
const equal = (one: unknown, other: unknown): boolean => one !== undefined && JSON.stringify(one) === JSON.stringify(other)

/** Nothing equals what is empty, here as in matcho: a user without a patient is not the user of a record that names none. */
const constant = (value: unknown, argument: unknown, root: unknown): boolean => {
  const pointer = isMap(argument) && typeof argument.$data === 'string' ? argument.$data.slice(2).split('/').join('.') : undefined
  const other = pointer === undefined ? argument : valueAt(root, pointer)
  return isPresent(value) && isPresent(other) && equal(stripped(value), stripped(other))
}

/** Each keyword asks of the values that it is about; of others it is true. */
const KEYWORDS: Readonly<Record<string, (value: unknown, argument: unknown, root: unknown) => boolean>> = {
  type: (value, argument) => typeOf(value) === argument,
  required: (value, argument) => !isMap(value) || (Array.isArray(argument) && argument.every((key: string) => has(value, key))),
  properties: (value, argument, root) =>
    !isMap(value) ||
    !isMap(argument) ||
    Object.entries(argument).every(([key, schema]) => !has(value, key) || isValid(value[key], schema, root)),
  const: constant,
  constant,
  enum: (value, argument) => Array.isArray(argument) && argument.some((one) => equal(value, one)),
  pattern: (value, argument) => typeof value !== 'string' || new RegExp(String(argument)).test(value),
  minLength: (value, argument) => typeof value !== 'string' || value.length >= Number(argument),
  items: (value, argument, root) => !Array.isArray(value) || value.every((item) => isValid(item, argument, root)),
  not: (value, argument, root) => !isValid(value, argument, root),
  anyOf: (value, argument, root) => Array.isArray(argument) && argument.some((schema) => isValid(value, schema, root)),
  allOf: (value, argument, root) => Array.isArray(argument) && argument.every((schema) => isValid(value, schema, root)),
}

/** Is the value valid by the schema, where this is the whole request. */
export const isValid = (value: unknown, schema: unknown, root: unknown): boolean =>
  isMap(schema) && Object.entries(schema).every(([keyword, argument]) => KEYWORDS[keyword]?.(value, argument, root))
