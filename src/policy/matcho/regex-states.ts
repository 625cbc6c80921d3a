// A regular expression as an automaton, step by step as a backtracking matcher walks it (Thompson's construction): the ground of the proof.
import type { Chars } from './regex-chars.ts'
import { type Node, RegexRefused } from './regex-parse.ts'

export type State =
  | { readonly kind: 'chars'; readonly chars: Chars; readonly next: number }
  | { readonly kind: 'split'; readonly next: readonly number[] }
  | { readonly kind: 'start' | 'end' | 'boundary'; readonly next: number }
  | { readonly kind: 'accept' }

export interface Automaton {
  readonly states: readonly State[]
  readonly first: number
}

/** Counted repetitions are written out. */
const MOST_STATES = 2_000

const isNullable = (node: Node): boolean => {
  if (node.kind === 'chars') return false
  if (node.kind === 'concat') return node.of.every(isNullable)
  if (node.kind === 'alternatives') return node.of.some(isNullable)
  return node.kind !== 'repeat' || node.min === 0 || isNullable(node.of)
}

/** Builds the automaton. Throws RegexRefused. */
export const automatonOf = (tree: Node): Automaton => {
  const states: State[] = []
  const add = (state: State): number => {
    if (states.length >= MOST_STATES) throw new RegexRefused('it is too large once its counted repetitions are written out')
    return states.push(state) - 1
  }

  const optional = (node: Node, times: number, next: number): number => {
    let entry = next
    for (let left = times; left > 0; left--) entry = add({ kind: 'split', next: [build(node, entry), next] })
    return entry
  }

  const loop = (node: Node, next: number): number => {
    if (isNullable(node)) throw new RegexRefused('what is repeated may match nothing, which can take exponential time')
    const at = add({ kind: 'split', next: [next] })
    states[at] = { kind: 'split', next: [build(node, at), next] }
    return at
  }

  const repeat = ({ of, min, max }: Extract<Node, { kind: 'repeat' }>, next: number): number => {
    let entry = max === Number.POSITIVE_INFINITY ? loop(of, next) : optional(of, max - min, next)
    for (let left = min; left > 0; left--) entry = build(of, entry)
    return entry
  }

  const build = (node: Node, next: number): number => {
    switch (node.kind) {
      case 'chars':
        return add({ kind: 'chars', chars: node.chars, next })
      case 'concat':
        return node.of.reduceRight((after, one) => build(one, after), next)
      case 'alternatives':
        return add({ kind: 'split', next: node.of.map((one) => build(one, next)) })
      case 'repeat':
        return repeat(node, next)
      default:
        return add({ kind: node.kind, next })
    }
  }

  const accept = add({ kind: 'accept' })
  return { states, first: build(tree, accept) }
}
