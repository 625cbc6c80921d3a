// `=` and `~` (FHIRPath 2.0 §Equality, §Equivalence), and sets of items by equality.
import { ExactNumber } from '../../http/json.ts'
import { type Collection, Element, type Fields, type Item, isEmpty, isMany, items, raw, Target } from './collection.ts'
import { canonicalNumber, compareNumbers, isNumber } from './decimal.ts'
import { compareTimes, isTime } from './time.ts'

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof ExactNumber || value instanceof Element || value instanceof Target || Array.isArray(value))

const equalLists = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((value, at) => equalValues(value, right[at]))

const equalFields = (left: Fields, right: Fields): boolean => {
  let members = 0
  for (const name in left) {
    if (!Object.hasOwn(right, name) || !equalValues(left[name], right[name])) return false
    members++
  }
  return members === Object.keys(right).length
}

/** JSON values, deeply; numbers by value. */
const equalValues = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (isNumber(left)) return isNumber(right) && compareNumbers(left, right) === 0
  if (Array.isArray(left)) return Array.isArray(right) && equalLists(left, right)
  return isFields(left) && isFields(right) && equalFields(left, right)
}

/** Primitives without a value are told apart by their extensions. */
const ownOf = (item: Item): Fields | undefined => (item instanceof Element ? item.own : undefined)

/** Two items. Undefined: two times whose precisions leave it open. */
export const equalItems = (left: Item, right: Item): boolean | undefined => {
  const [a, b] = [raw(left), raw(right)]
  if (a === undefined || b === undefined) return a === b && equalValues(ownOf(left), ownOf(right))
  if (a === b) return true
  if (typeof a === 'string') {
    if (typeof b !== 'string' || !isTime(a) || !isTime(b)) return false
    const order = compareTimes(a, b)
    return order === undefined ? undefined : order === 0
  }
  return equalValues(a, b)
}

/** `=`: nothing where a side is empty; else the same items in the same order. */
export const equal = (left: Collection, right: Collection): boolean | undefined => {
  if (typeof left === 'string' && typeof right === 'string' && left === right) return true
  if (isEmpty(left) || isEmpty(right)) return undefined
  if (!isMany(left) && !isMany(right)) return equalItems(left as Item, right as Item)
  const [a, b] = [items(left), items(right)]
  if (a.length !== b.length) return false
  let open = false
  for (let at = 0; at < a.length; at++) {
    const same = equalItems(a[at] as Item, b[at] as Item)
    if (same === false) return false
    open ||= same === undefined
  }
  return open ? undefined : true
}

const folded = (value: string): string => value.trim().toLowerCase().replace(/\s+/g, ' ')

const fractionOf = (value: string): number => (/\.(\d+)$/.exec(value)?.[1] ?? '').length

/** Numbers at the precision of the less precise one. */
const nearlyEqual = (left: string, right: string): boolean => {
  const places = Math.min(fractionOf(left), fractionOf(right))
  return Number(left).toFixed(places) === Number(right).toFixed(places)
}

const equivalentItems = (left: Item, right: Item): boolean => {
  const [a, b] = [raw(left), raw(right)]
  if (typeof a === 'string' && typeof b === 'string') return folded(a) === folded(b) || (isTime(a) && isTime(b) && compareTimes(a, b) === 0)
  if (isNumber(a) && isNumber(b)) return nearlyEqual(canonicalNumber(a), canonicalNumber(b))
  if (!isFields(a) || !isFields(b)) return equalItems(left, right) === true
  const names = Object.keys(a).filter((name) => name !== 'id')
  const others = Object.keys(b).filter((name) => name !== 'id')
  return (
    names.length === others.length &&
    names.every((name) => Object.hasOwn(b, name) && equivalent(a[name] as Collection, b[name] as Collection))
  )
}

/** `~`: the same items in any order; two empty collections are equivalent. */
export const equivalent = (left: Collection, right: Collection): boolean => {
  const rest = [...items(right)]
  if (items(left).length !== rest.length) return false
  return items(left).every((item) => {
    const at = rest.findIndex((other) => equivalentItems(item, other))
    if (at >= 0) rest.splice(at, 1)
    return at >= 0
  })
}

/** What equal items have in common, as a key; an object's is its members, sorted. */
const keyOf = (value: unknown): unknown => {
  if (value instanceof Element) return keyOf(value.value ?? value.own)
  if (isNumber(value)) return `\0${canonicalNumber(value)}`
  if (value instanceof Target) return value
  return isFields(value) || Array.isArray(value) ? `\0${JSON.stringify(sorted(value))}` : value
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isFields(value)) return isNumber(value) ? canonicalNumber(value) : value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  )
}

/** Up to here comparing each with each is quicker than keys. */
const FEW = 8

/** Is an item in the list, by equality? */
export const membership = (list: readonly Item[]): ((item: Item) => boolean) => {
  if (list.length <= FEW) return (item) => list.some((other) => equalItems(other, item) === true)
  const keys = new Set(list.map(keyOf))
  return (item) => keys.has(keyOf(item))
}

/** Each item once, in order. */
export const distinct = (collection: Collection): Item[] => {
  const list = items(collection)
  if (list.length <= FEW) return list.filter((item, at) => !list.slice(0, at).some((other) => equalItems(other, item) === true))
  const seen = new Set<unknown>()
  return list.filter((item) => {
    const key = keyOf(item)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
