// JsonLogic's iterations: their second operand is a rule about one item, which is its whole data.

import type { Site } from '../diagnostics.ts'
import type { Operator } from './expression.ts'
import { type Compile, type Context, type Expression, spend, truthy, UNKNOWN } from './expression.ts'

/** An iteration within one within another is as much as any policy needs, and more than a request's size may be raised to. */
const MOST_DEPTH = 2

type Items = (items: readonly unknown[], one: (item: unknown) => unknown) => unknown

const inner = (rule: unknown, compile: Compile, site: Site, { depth }: Context): Expression => {
  if (depth >= MOST_DEPTH) site.error(`iterations are nested ${MOST_DEPTH} deep at most`)
  return compile(rule, site, { depth: depth + 1 })
}

const iteration =
  (answer: Items): Operator =>
  (operands, compile, site, context) => {
    if (operands.length !== 2) {
      site.error('it needs a list and a rule about one of its items')
      return UNKNOWN
    }
    const list = compile(operands[0], site.in('0'), context)
    const rule = inner(operands[1], compile, site.in('1'), context)
    return (data, budget) => {
      const items = list(data, budget)
      if (!Array.isArray(items)) return undefined
      return answer(items, (item) => {
        spend(budget)
        return rule(item, budget)
      })
    }
  }

const reduce: Operator = (operands, compile, site, context) => {
  if (operands.length !== 3) {
    site.error('reduce needs a list, a rule about `current` and `accumulator`, and a first value')
    return UNKNOWN
  }
  const list = compile(operands[0], site.in('0'), context)
  const rule = inner(operands[1], compile, site.in('1'), context)
  const first = compile(operands[2], site.in('2'), context)
  return (data, budget) => {
    const items = list(data, budget)
    if (!Array.isArray(items)) return undefined
    let accumulator = first(data, budget)
    for (const current of items) {
      spend(budget)
      accumulator = rule({ current, accumulator }, budget)
    }
    return accumulator
  }
}

/** Of an item of which nothing is known, nothing is known of the list. */
const everyItem: Items = (items, one) => {
  if (items.length === 0) return false
  const values = items.map(one)
  if (values.some((value) => value !== undefined && !truthy(value))) return false
  return values.includes(undefined) ? undefined : true
}

const someItem: Items = (items, one) => {
  const values = items.map(one)
  if (values.some((value) => value !== undefined && truthy(value))) return true
  return values.includes(undefined) ? undefined : false
}

export const ITERATIONS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['all', iteration(everyItem)],
  ['some', iteration(someItem)],
  [
    'none',
    iteration((items, one) => {
      const some = someItem(items, one)
      return some === undefined ? undefined : !some
    }),
  ],
  ['filter', iteration((items, one) => items.filter((item) => truthy(one(item))))],
  [
    'map',
    iteration((items, one) => {
      const values = items.map(one)
      return values.includes(undefined) ? undefined : values
    }),
  ],
  ['reduce', reduce],
])
