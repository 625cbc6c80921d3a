// JsonLogic as the README says it: exactly true, what is missing is unknown and unknown is never true, nothing is converted. As slow and
// plain as it can be said; it shares nothing with src/.
import { isPresent, valueAt } from './matcho.ts'

/** What is not known. */
const UNKNOWN = Symbol('unknown')

const truthy = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

type Answer = (...values: unknown[]) => unknown

const comparable =
  (holds: (one: number | string, other: number | string) => boolean): Answer =>
  (...values) => {
    const [one, other, third] = values
    const kinds = new Set(values.map((value) => typeof value))
    if (kinds.size !== 1 || !(kinds.has('number') || kinds.has('string'))) return UNKNOWN
    const pair = (left: unknown, right: unknown) => holds(left as number | string, right as number | string)
    return pair(one, other) && (values.length < 3 || pair(other, third))
  }

const arithmetic =
  (answer: (...numbers: number[]) => number): Answer =>
  (...values) => {
    if (!values.every((value) => typeof value === 'number')) return UNKNOWN
    const result = answer(...(values as number[]))
    return Number.isFinite(result) ? result : UNKNOWN
  }

/** Operators that want all their operands known. */
const STRICT: Readonly<Record<string, Answer>> = {
  '!': (one) => !truthy(one),
  '!!': truthy,
  '==': same,
  '===': same,
  '!=': (one, other) => !same(one, other),
  '!==': (one, other) => !same(one, other),
  '<': comparable((one, other) => one < other),
  '<=': comparable((one, other) => one <= other),
  '>': comparable((one, other) => one > other),
  '>=': comparable((one, other) => one >= other),
  '+': arithmetic((...numbers) => numbers.reduce((sum, one) => sum + one)),
  '*': arithmetic((...numbers) => numbers.reduce((product, one) => product * one)),
  '-': arithmetic((one = 0, other) => (other === undefined ? -one : one - other)),
  '%': arithmetic((one = 0, other = 0) => one % other),
  min: arithmetic(Math.min),
  max: arithmetic(Math.max),
  in: (needle, haystack) => {
    if (Array.isArray(haystack)) return haystack.some((item) => same(item, needle))
    return typeof needle === 'string' && needle !== '' && typeof haystack === 'string' ? haystack.includes(needle) : UNKNOWN
  },
  cat: (...values) => (values.every((value) => typeof value === 'string' || typeof value === 'number') ? values.join('') : UNKNOWN),
  merge: (...values) => values.flat(),
}

const allKnown = (values: readonly unknown[]): boolean => !values.includes(UNKNOWN)

const iterate = (name: string, items: readonly unknown[], one: (item: unknown) => unknown): unknown => {
  const answers = items.map(one)
  const [yes, no] = [
    answers.some((answer) => answer !== UNKNOWN && truthy(answer)),
    answers.some((answer) => answer !== UNKNOWN && !truthy(answer)),
  ]
  if (name === 'filter') return items.filter((_, at) => answers[at] !== UNKNOWN && truthy(answers[at]))
  if (name === 'map') return allKnown(answers) ? answers : UNKNOWN
  if (name === 'all') return items.length === 0 || no ? false : allKnown(answers) || UNKNOWN
  const some = yes || (allKnown(answers) ? false : UNKNOWN)
  if (name === 'some') return some
  return some === UNKNOWN ? UNKNOWN : !some
}

const lazily = (name: string, operands: readonly unknown[], data: unknown): unknown => {
  const answers: unknown[] = []
  for (const operand of operands) {
    const answer = evaluate(operand, data)
    if (answer !== UNKNOWN && truthy(answer) === (name === 'or')) return answer
    answers.push(answer)
  }
  return allKnown(answers) ? answers.at(-1) : UNKNOWN
}

const choose = ([condition, then, ...others]: readonly unknown[], data: unknown): unknown => {
  if (others.length === 0 && then === undefined) return evaluate(condition, data)
  const answer = evaluate(condition, data)
  if (answer === UNKNOWN) return UNKNOWN
  return truthy(answer) ? evaluate(then, data) : choose(others, data)
}

const variable = ([name, otherwise]: readonly unknown[], data: unknown): unknown => {
  const value = name === '' ? data : valueAt(data, String(name))
  return isPresent(value) ? value : (otherwise ?? UNKNOWN)
}

const evaluate = (rule: unknown, data: unknown): unknown => {
  if (rule === null) return UNKNOWN
  if (Array.isArray(rule)) {
    const items = rule.map((one) => evaluate(one, data))
    return allKnown(items) ? items : UNKNOWN
  }
  if (typeof rule !== 'object' || rule === undefined) return rule
  const [[name = '', given] = []] = Object.entries(rule)
  const operands: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (name === 'var') return variable(operands, data)
  if (name === 'missing') return operands.filter((one) => !isPresent(valueAt(data, String(one))))
  if (name === 'and' || name === 'or') return lazily(name, operands, data)
  if (name === 'if') return choose(operands, data)
  if (['some', 'all', 'none', 'filter', 'map'].includes(name)) {
    const list = evaluate(operands[0], data)
    return Array.isArray(list) ? iterate(name, list, (item) => evaluate(operands[1], item)) : UNKNOWN
  }
  const values = operands.map((operand) => evaluate(operand, data))
  return allKnown(values) ? STRICT[name]?.(...values) : UNKNOWN
}

/** Does the rule grant. */
export const holds = (rule: unknown, request: unknown): boolean => evaluate(rule, request) === true
