// What matcho takes for missing, equal and present (aidbox-behaviour §3.1, §3.5). Own properties only, never the prototype's.

import { ExactNumber } from '../../http/json.ts'

export type Json = Readonly<Record<string, unknown>>

/** A map whose members are made when a policy looks at them. It is never missing. */
export abstract class Lazy {
  /** The member of this name, undefined where there is none. */
  abstract member(key: string): unknown
}

/** A number whose spelling is kept is no map. */
export const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)

/** Empty values are stripped before evaluation: null, '', [], {} and what holds nothing else count as missing. */
export const isMissing = (value: unknown): boolean => {
  if (value === undefined || value === null || value === '') return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every(isMissing)
  return isMap(value) && !(value instanceof Lazy) && Object.keys(value).every((key) => isMissing(value[key]))
}

/** The own member of a map. */
export const memberOf = (map: Json, key: string): unknown => {
  if (map instanceof Lazy) return map.member(key)
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** The own member of a map, or the element of an array at an integer position. */
export const member = (value: unknown, key: string): unknown => {
  if (Array.isArray(value)) return /^(0|[1-9]\d{0,8})$/.test(key) ? value[Number(key)] : undefined
  return isMap(value) ? memberOf(value, key) : undefined
}

/** Strict, deep equality of JSON values; nothing equals a missing value. */
export const equal = (a: unknown, b: unknown): boolean => {
  if (typeof a === 'string') return a === b && a !== ''
  if (isMissing(a) || isMissing(b)) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => same(item, b[at]))
  if (!isMap(a)) return a === b
  if (!isMap(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => same(member(a, key), member(b, key)))
}

const same = (a: unknown, b: unknown): boolean => (isMissing(a) ? isMissing(b) : equal(a, b))

/** `.a.b.0` as segments, or undefined when a segment is empty (`.` alone, `.a..b`). */
export const pathSegments = (path: string): readonly string[] | undefined => {
  const segments = path.slice(1).split('.')
  return segments.every((segment) => segment !== '') ? segments : undefined
}

/** The value at a path from the request's root. */
export const at = (root: unknown, segments: readonly string[]): unknown => {
  let value = root
  for (const segment of segments) value = member(value, segment)
  return value
}
