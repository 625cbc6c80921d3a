// The syntax tree of a FHIRPath expression.

/** Loosest first (FHIRPath 2.0 §Operator precedence). */
export const PRECEDENCE = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<=', '<', '>', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
] as const

export type Operator = Exclude<(typeof PRECEDENCE)[number][number], 'is' | 'as'>

export type Node =
  | { readonly kind: 'literal'; readonly value: string | boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'time'; readonly text: string }
  | { readonly kind: 'quantity'; readonly value: string; readonly unit: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'this' }
  | { readonly kind: 'index' }
  | { readonly kind: 'variable'; readonly name: string }
  /** `of` is undefined where the path starts: at `$this`. */
  | { readonly kind: 'member'; readonly of: Node | undefined; readonly name: string }
  | { readonly kind: 'call'; readonly of: Node | undefined; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'at'; readonly of: Node; readonly index: Node }
  | { readonly kind: 'type'; readonly test: 'is' | 'as'; readonly of: Node; readonly type: string }
  | { readonly kind: 'negative'; readonly of: Node }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Node; readonly right: Node }
