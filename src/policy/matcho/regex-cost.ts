// How many steps a backtracking matcher can take, as a bound in the length of the text: constant × length ^ degree.
// A repetition is free when what follows cannot match what it repeats: giving a character back then fails at once.
import { type Chars, disjoint, union } from './regex-chars.ts'
import { type Node, RegexRefused } from './regex-parse.ts'

/** `scan`: some repetition runs along the text, though it never backtracks with effect. */
interface Cost {
  readonly constant: number
  readonly degree: number
  readonly scan: boolean
}

interface First {
  readonly chars: Chars
  readonly nullable: boolean
}

const NONE: Chars = new Set()
const FREE: Cost = { constant: 1, degree: 0, scan: false }

const firstOf = (node: Node): First => {
  switch (node.kind) {
    case 'chars':
      return { chars: node.chars, nullable: false }
    case 'end':
      return { chars: NONE, nullable: false }
    case 'start':
    case 'boundary':
      return { chars: NONE, nullable: true }
    case 'repeat': {
      const inner = firstOf(node.of)
      return { chars: inner.chars, nullable: node.min === 0 || inner.nullable }
    }
    case 'concat':
      return node.of.reduceRight<First>((rest, one) => before(one, rest), { chars: NONE, nullable: true })
    case 'alternatives': {
      const firsts = node.of.map(firstOf)
      return { chars: firsts.reduce((sum, { chars }) => union(sum, chars), NONE), nullable: firsts.some(({ nullable }) => nullable) }
    }
  }
}

const before = (node: Node, rest: First): First => {
  const first = firstOf(node)
  return first.nullable ? { chars: union(first.chars, rest.chars), nullable: rest.nullable } : first
}

/** Has one way only to match: alternatives told apart by their first character, no inner repetition of variable length. */
const isFixed = (node: Node): boolean => {
  if (node.kind === 'repeat') return node.min === node.max && isFixed(node.of)
  if (node.kind === 'concat') return node.of.every(isFixed)
  if (node.kind !== 'alternatives') return true
  const firsts = node.of.map(firstOf)
  return (
    node.of.every(isFixed) &&
    firsts.every(({ chars, nullable }, at) => !nullable && firsts.slice(at + 1).every((other) => disjoint(chars, other.chars)))
  )
}

const times = (a: Cost, b: Cost): Cost => ({ constant: a.constant * b.constant, degree: a.degree + b.degree, scan: a.scan || b.scan })

const repeatCost = (node: Extract<Node, { kind: 'repeat' }>, follow: First): Cost => {
  if (node.min === node.max && isFixed(node.of)) return FREE
  if (node.max === 1) {
    const inner = costOf(node.of, follow)
    return disjoint(firstOf(node.of).chars, follow.chars) ? inner : { ...inner, constant: inner.constant + 1 }
  }
  if (!isFixed(node.of) || firstOf(node.of).nullable) {
    throw new RegexRefused('a repetition within a repetition, or of alternatives that begin alike, can take exponential time')
  }
  if (disjoint(firstOf(node.of).chars, follow.chars)) return { ...FREE, scan: true }
  return node.max === Number.POSITIVE_INFINITY
    ? { constant: 1, degree: 1, scan: false }
    : { constant: node.max - node.min + 1, degree: 0, scan: false }
}

const costOf = (node: Node, follow: First): Cost => {
  if (node.kind === 'repeat') return repeatCost(node, follow)
  if (node.kind === 'alternatives') {
    const costs = node.of.map((one) => costOf(one, follow))
    const sum = costs.reduce((total, { constant }) => total + constant, 0)
    return { constant: sum, degree: Math.max(...costs.map(({ degree }) => degree)), scan: costs.some(({ scan }) => scan) }
  }
  if (node.kind !== 'concat') return FREE
  let rest = follow
  let cost = FREE
  for (const one of [...node.of].reverse()) {
    cost = times(costOf(one, rest), cost)
    rest = before(one, rest)
  }
  return cost
}

const startsAtStart = (node: Node): boolean => {
  if (node.kind === 'concat') return node.of[0] !== undefined && startsAtStart(node.of[0])
  return node.kind === 'alternatives' ? node.of.every(startsAtStart) : node.kind === 'start'
}

const MOST_STEPS = 2 ** 25

/** The longest text on which an unanchored find takes at most 2^25 steps. Throws RegexRefused when that is less than 256 characters. */
export const longestText = (tree: Node): number => {
  const { constant, degree, scan } = costOf(tree, { chars: NONE, nullable: false })
  const total = degree + (scan ? 1 : 0) + (startsAtStart(tree) ? 0 : 1)
  const length = [65_536, 4_096, 256].find((long) => constant * long ** total <= MOST_STEPS)
  if (length === undefined) throw new RegexRefused('its repetitions overlap, which can take too long on a hostile request')
  return length
}
