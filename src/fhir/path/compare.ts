// `<`, `<=`, `>`, `>=` on numbers, times, strings and quantities (FHIRPath 2.0 §Comparison).
import { type Collection, type Fields, fieldsOf, type Item, PathError, raw, single } from './collection.ts'
import { compareNumbers, isNumber } from './decimal.ts'
import { compareTimes, isTime } from './time.ts'
import { UnknownAnswer } from './unknown.ts'

const sameUnit = (left: Fields, right: Fields): boolean =>
  left.code !== undefined || right.code !== undefined ? left.code === right.code && left.system === right.system : left.unit === right.unit

/** Quantities of one unit; what needs a conversion is not known here. */
const compareQuantities = (left: Fields, right: Fields): number | undefined => {
  if (!isNumber(left.value) || !isNumber(right.value)) return undefined
  if (!sameUnit(left, right)) throw new UnknownAnswer('quantities of different units')
  return compareNumbers(left.value, right.value)
}

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** Two dates of one precision, or two times of one precision and zone, are in the order of their texts. */
const alike = (left: string, right: string): boolean =>
  left.length === right.length && (left.length <= 10 || (left.endsWith('Z') ? right.endsWith('Z') : left.endsWith(right.slice(-6))))

const compareTexts = (left: string, right: string): number | undefined =>
  alike(left, right) || !isTime(left) || !isTime(right) ? order(left, right) : compareTimes(left, right)

const compareItems = (left: Item, right: Item): number | undefined => {
  const [a, b] = [raw(left), raw(right)]
  if (a === undefined || b === undefined) return undefined
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  const [quantity, other] = [fieldsOf(left), fieldsOf(right)]
  if (quantity && other) return compareQuantities(quantity, other)
  throw new PathError('these two cannot be compared')
}

/** Below, at or above 0; undefined where a side is empty or the order is open. Throws PathError. */
export const compare = (left: Collection, right: Collection): number | undefined => {
  const [a, b] = [single(left), single(right)]
  return a === undefined || b === undefined ? undefined : compareItems(a, b)
}
