// The operators of JsonLogic as one visible table. Comparisons never convert: `==` is `===`, a number is not a text (F3).
import { at, equal, isMap, isMissing } from '../matcho/value.ts'
import { type Expression, type Operator, sizeOf, spend, truthy, UNKNOWN } from './expression.ts'
import { ITERATIONS } from './iterate.ts'

const segmentsOf = (name: unknown): readonly string[] | undefined => {
  const segments = typeof name === 'string' ? name.split('.') : typeof name === 'number' ? [String(name)] : []
  return segments.length > 0 && segments.every((segment) => segment !== '') ? segments : undefined
}

const known = (value: unknown): unknown => (isMissing(value) ? undefined : value)

/** Own properties only. `{"var": ""}` is the item of an iteration; of the request it would be everything, which no rule can mean. */
const variable: Operator = (operands, _compile, site, { depth }) => {
  const [name, otherwise, ...more] = operands
  const whole = operands.length === 1 && name === ''
  const segments = whole ? [] : segmentsOf(name)
  if (!segments || more.length > 0 || (whole && depth === 0)) {
    site.error('var needs the name of a member, as in {"var": "user.id"}')
    return UNKNOWN
  }
  if (isMap(otherwise) || Array.isArray(otherwise)) site.error('the value that stands in for a missing one is a scalar')
  return (data) => known(at(data, segments)) ?? otherwise
}

/** The names of those that are missing; an empty list is false, so `{"!": {"missing": …}}` says that all are there. */
const missing: Operator = (operands, _compile, site) => {
  const names: readonly unknown[] = operands.length === 1 && Array.isArray(operands[0]) ? operands[0] : operands
  const paths = names.map((name) => ({ name, segments: segmentsOf(name) }))
  if (paths.length === 0 || paths.some(({ segments }) => !segments)) site.error('missing needs the names of members')
  return (data) => paths.filter(({ segments }) => !segments || isMissing(at(data, segments))).map(({ name }) => name)
}

const missingSome: Operator = (operands, compile, site, context) => {
  const [least, names] = operands
  if (typeof least !== 'number' || !Array.isArray(names) || operands.length !== 2) {
    site.error('missing_some needs a number and a list of names')
    return UNKNOWN
  }
  const absent = missing([names], compile, site, context)
  return (data, budget) => {
    const list = absent(data, budget)
    return Array.isArray(list) && names.length - list.length >= least ? [] : list
  }
}

/** An operator of so many operands, of which all must be known. */
const strict =
  (least: number, most: number, answer: (...values: unknown[]) => unknown): Operator =>
  (operands, compile, site, context) => {
    if (operands.length < least || operands.length > most) {
      site.error(`it needs ${least === most ? least : `${least} to ${most}`} operands, not ${operands.length}`)
    }
    const of = operands.map((operand, index) => compile(operand, site.in(String(index)), context))
    return (data, budget) => {
      const values: unknown[] = []
      for (const one of of) {
        const value = one(data, budget)
        if (value === undefined) return undefined
        spend(budget, sizeOf(value))
        values.push(value)
      }
      const result = answer(...values)
      spend(budget, sizeOf(result))
      return result
    }
  }

/** What is false makes all false; else what is unknown makes all unknown. The value is JsonLogic's: the first false one, or the last. */
const and: Operator = (operands, compile, site, context) => {
  if (operands.length === 0) site.error('and needs operands')
  const of = operands.map((operand, index) => compile(operand, site.in(String(index)), context))
  return (data, budget) => {
    let last: unknown
    let unknown = false
    for (const one of of) {
      last = one(data, budget)
      if (last === undefined) unknown = true
      else if (!truthy(last)) return last
    }
    return unknown ? undefined : last
  }
}

const or: Operator = (operands, compile, site, context) => {
  if (operands.length === 0) site.error('or needs operands')
  const of = operands.map((operand, index) => compile(operand, site.in(String(index)), context))
  return (data, budget) => {
    let last: unknown
    let unknown = false
    for (const one of of) {
      last = one(data, budget)
      if (last === undefined) unknown = true
      else if (truthy(last)) return last
    }
    return unknown ? undefined : last
  }
}

/** Conditions and values by turns, and a last value. A condition that is unknown chooses nothing. */
const choose: Operator = (operands, compile, site, context) => {
  if (operands.length < 3 || operands.length % 2 === 0) site.error('if needs a condition, a value and a value for otherwise')
  const of = operands.map((operand, index) => compile(operand, site.in(String(index)), context))
  return (data, budget) => {
    for (let index = 0; index + 1 < of.length; index += 2) {
      const condition = of[index]?.(data, budget)
      if (condition === undefined) return undefined
      if (truthy(condition)) return of[index + 1]?.(data, budget)
    }
    return of.at(-1)?.(data, budget)
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const same = (one: unknown, other: unknown): boolean => one === other || equal(one, other)

const ordered =
  (holds: (one: number | string, other: number | string) => boolean) =>
  (...values: unknown[]): unknown => {
    if (!values.every(isNumber) && !values.every(isText)) return undefined
    const comparable = values.filter((value) => isNumber(value) || isText(value))
    return comparable.slice(1).every((other, index) => holds(comparable[index] ?? '', other))
  }

const numeric =
  (answer: (...values: number[]) => number) =>
  (...values: unknown[]): unknown => {
    const numbers = values.filter(isNumber)
    const result = numbers.length === values.length ? answer(...numbers) : undefined
    return isNumber(result) ? result : undefined
  }

const within = (needle: unknown, haystack: unknown): unknown => {
  if (Array.isArray(haystack)) return haystack.some((item) => same(item, needle))
  return isText(haystack) && isText(needle) && needle !== '' ? haystack.includes(needle) : undefined
}

const joined = (...values: unknown[]): unknown => (values.every((value) => isText(value) || isNumber(value)) ? values.join('') : undefined)

const part = (text: unknown, from: unknown, length: unknown = Number.MAX_SAFE_INTEGER): unknown => {
  if (!isText(text) || !Number.isSafeInteger(from) || !Number.isSafeInteger(length)) return undefined
  const begun = text.slice(Number(from))
  return begun.slice(0, Number(length))
}

const MANY = 32

export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['var', variable],
  ['missing', missing],
  ['missing_some', missingSome],
  ['and', and],
  ['or', or],
  ['if', choose],
  ['?:', choose],
  ['!', strict(1, 1, (value) => !truthy(value))],
  ['!!', strict(1, 1, truthy)],
  ['==', strict(2, 2, same)],
  ['===', strict(2, 2, same)],
  ['!=', strict(2, 2, (one, other) => !same(one, other))],
  ['!==', strict(2, 2, (one, other) => !same(one, other))],
  [
    '<',
    strict(
      2,
      3,
      ordered((one, other) => one < other),
    ),
  ],
  [
    '<=',
    strict(
      2,
      3,
      ordered((one, other) => one <= other),
    ),
  ],
  [
    '>',
    strict(
      2,
      2,
      ordered((one, other) => one > other),
    ),
  ],
  [
    '>=',
    strict(
      2,
      2,
      ordered((one, other) => one >= other),
    ),
  ],
  [
    '+',
    strict(
      2,
      MANY,
      numeric((...numbers) => numbers.reduce((sum, one) => sum + one, 0)),
    ),
  ],
  [
    '*',
    strict(
      2,
      MANY,
      numeric((...numbers) => numbers.reduce((product, one) => product * one, 1)),
    ),
  ],
  [
    '-',
    strict(
      1,
      2,
      numeric((one = 0, other) => (other === undefined ? -one : one - other)),
    ),
  ],
  [
    '/',
    strict(
      2,
      2,
      numeric((one = 0, other = 0) => one / other),
    ),
  ],
  [
    '%',
    strict(
      2,
      2,
      numeric((one = 0, other = 0) => one % other),
    ),
  ],
  ['min', strict(1, MANY, numeric(Math.min))],
  ['max', strict(1, MANY, numeric(Math.max))],
  ['in', strict(2, 2, within)],
  ['cat', strict(1, MANY, joined)],
  ['substr', strict(2, 3, part)],
  ['merge', strict(1, MANY, (...values) => values.flat())],
  ...ITERATIONS,
])

/** A value that is written in the rule. */
export const literal =
  (value: unknown): Expression =>
  () =>
    value
