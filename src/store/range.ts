// FHIR R4 search.html#prefix over ranges, as data: the SQL and the in-memory evaluation both read it, so they cannot differ.
import type { Comparator } from './criterion.ts'

/** One comparison of a bound of the stored value; a number is a point, both of whose bounds are its value, unless it stands for a Range. */
export interface Bound {
  readonly side: 'lo' | 'hi'
  readonly op: '<' | '<=' | '>' | '>='
  readonly value: number
}

/** A disjunction of conjunctions. */
export type Bounds = readonly (readonly Bound[])[]

const LIMIT = 8_640_000_000_000_000

/** A time within what a JavaScript Date can hold, whole milliseconds: open ends become the far ends. */
export const instant = (time: number): number => Math.round(Math.min(LIMIT, Math.max(-LIMIT, time)))

const lo = (op: Bound['op'], value: number): Bound => ({ side: 'lo', op, value })
const hi = (op: Bound['op'], value: number): Bound => ({ side: 'hi', op, value })

/** What `[lo, hi)` must satisfy to compare with the searched `[from, to)`. */
export const dateBounds = (comparator: Comparator, from: number, to: number): Bounds => {
  const margin = (to - from) * 0.1
  switch (comparator) {
    case 'eq':
      return [[lo('>=', from), hi('<=', to)]]
    case 'ne':
      return [[lo('<', from)], [hi('>', to)]]
    case 'gt':
      return [[hi('>', to)]]
    case 'lt':
      return [[lo('<', from)]]
    case 'ge':
      return [[hi('>', to)], [lo('>=', from), hi('<=', to)]]
    case 'le':
      return [[lo('<', from)], [lo('>=', from), hi('<=', to)]]
    case 'sa':
      return [[lo('>=', to)]]
    case 'eb':
      return [[hi('<=', from)]]
    case 'ap':
      return [[lo('<', to + margin), hi('>', from - margin)]]
  }
}

/** What a stored number must satisfy: equality within the implicit precision, order by the exact value (search.html#number). */
export const numberBounds = (comparator: Comparator, value: number, from: number, to: number): Bounds => {
  const margin = Math.abs(value) * 0.1
  switch (comparator) {
    case 'eq':
      return [[lo('>=', from), hi('<', to)]]
    case 'ne':
      return [[lo('<', from)], [hi('>=', to)]]
    case 'gt':
      return [[hi('>', value)]]
    case 'lt':
      return [[lo('<', value)]]
    case 'sa':
      return [[lo('>', value)]]
    case 'eb':
      return [[hi('<', value)]]
    case 'ge':
      return [[hi('>=', value)]]
    case 'le':
      return [[lo('<=', value)]]
    case 'ap':
      return [[lo('<=', value + margin), hi('>=', value - margin)]]
  }
}

const holds = ({ op, value }: Bound, actual: number): boolean => {
  if (op === '<') return actual < value
  if (op === '<=') return actual <= value
  return op === '>' ? actual > value : actual >= value
}

/** Does the range from `from` to `to` satisfy the bounds. */
export const within = (bounds: Bounds, from: number, to: number): boolean =>
  bounds.some((all) => all.every((bound) => holds(bound, bound.side === 'lo' ? from : to)))
