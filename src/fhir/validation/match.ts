// Fixed values and patterns (R4 elementdefinition.html#fixed, #pattern).
import { ExactNumber } from '../../http/json.ts'
import { isFields } from './run.ts'

const same = (value: unknown, expected: unknown): boolean => {
  if (value instanceof ExactNumber || expected instanceof ExactNumber) return String(Number(value)) === String(Number(expected))
  return value === expected
}

/** Exactly this value, all of it. */
export const isFixed = (value: unknown, expected: unknown): boolean => {
  if (Array.isArray(expected)) {
    return Array.isArray(value) && value.length === expected.length && expected.every((one, at) => isFixed(value[at], one))
  }
  if (!isFields(expected)) return same(value, expected)
  if (!isFields(value) || Object.keys(value).length !== Object.keys(expected).length) return false
  return Object.entries(expected).every(([name, one]) => isFixed(value[name], one))
}

/** At least what the pattern says; of a list, each of the pattern's items is found in some item. */
export const fitsPattern = (value: unknown, pattern: unknown): boolean => {
  if (Array.isArray(pattern)) return Array.isArray(value) && pattern.every((one) => value.some((item) => fitsPattern(item, one)))
  if (!isFields(pattern)) return same(value, pattern)
  return isFields(value) && Object.entries(pattern).every(([name, one]) => fitsPattern(value[name], one))
}
