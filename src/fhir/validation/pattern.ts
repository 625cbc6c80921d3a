// Fixed values and patterns (R4 elementdefinition-definitions.html): all that stands there, or at least what the pattern says.
import { ExactNumber } from '../../http/json.ts'
import { isFields } from './run.ts'

type Steps = ReadonlyArray<string | number>

const isNumber = (value: unknown): boolean => typeof value === 'number' || value instanceof ExactNumber

const scalar = (value: unknown, wanted: unknown): boolean =>
  value === wanted || (isNumber(value) && isNumber(wanted) && Number(value) === Number(wanted))

/** Is all of the pattern in the value; each item of a list somewhere in the value's. */
export const matches = (value: unknown, pattern: unknown): boolean => {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((wanted) => value.some((one) => matches(one, wanted)))
  }
  if (!isFields(pattern)) return scalar(value, pattern)
  return isFields(value) && Object.keys(pattern).every((name) => matches(value[name], pattern[name]))
}

/** Is the value exactly what is fixed. */
export const equals = (value: unknown, fixed: unknown): boolean => {
  if (Array.isArray(fixed)) {
    return Array.isArray(value) && value.length === fixed.length && fixed.every((wanted, at) => equals(value[at], wanted))
  }
  if (!isFields(fixed)) return scalar(value, fixed)
  const names = Object.keys(fixed)
  return isFields(value) && Object.keys(value).length === names.length && names.every((name) => equals(value[name], fixed[name]))
}

/** The way down to the member that does not match. */
export const mismatch = (value: unknown, pattern: unknown): Steps => {
  if (!isFields(value) || !isFields(pattern)) return []
  const name = Object.keys(pattern).find((one) => !matches(value[one], pattern[one]))
  return name === undefined ? [] : [name, ...mismatch(value[name], pattern[name])]
}
