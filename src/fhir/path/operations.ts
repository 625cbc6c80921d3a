// Operators, compiled (FHIRPath 2.0 §Operations); three-valued logic, with the right side left alone where the left one decides.
import type { Node, Operator } from './ast.ts'
import { type Collection, type Item, isEmpty, isMany, items, PathError, raw, single, text, truth } from './collection.ts'
import { compare } from './compare.ts'
import { ARITHMETIC, isNumber, type NumberItem } from './decimal.ts'
import { distinct, equal, equivalent, membership } from './equality.ts'
import type { Evaluate } from './scope.ts'

type Combine = (left: Evaluate, right: Evaluate) => Evaluate

const not = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value)

const and: Combine = (left, right) => (self, scope) => {
  const a = truth(left(self, scope))
  if (a === false) return false
  const b = truth(right(self, scope))
  return b === false ? false : a && b
}

const or: Combine = (left, right) => (self, scope) => {
  const a = truth(left(self, scope))
  if (a === true) return true
  const b = truth(right(self, scope))
  if (b === true) return true
  return a === undefined || b === undefined ? undefined : false
}

const xor: Combine = (left, right) => (self, scope) => {
  const [a, b] = [truth(left(self, scope)), truth(right(self, scope))]
  return a === undefined || b === undefined ? undefined : a !== b
}

const implies: Combine = (left, right) => (self, scope) => {
  const a = truth(left(self, scope))
  if (a === false) return true
  const b = truth(right(self, scope))
  if (b === true) return true
  return a === undefined ? undefined : b
}

const both =
  (apply: (left: Collection, right: Collection) => Collection): Combine =>
  (left, right) =>
  (self, scope) =>
    apply(left(self, scope), right(self, scope))

const ordered = (holds: (order: number) => boolean): Combine =>
  both((left, right) => {
    const order = compare(left, right)
    return order === undefined ? undefined : holds(order)
  })

const isIn = (left: Collection, right: Collection): Collection => {
  const item = single(left)
  return item === undefined ? undefined : membership(items(right))(item)
}

const numbers = (left: Collection, right: Collection): readonly [NumberItem, NumberItem] | undefined => {
  const [a, b] = [single(left), single(right)]
  if (a === undefined || b === undefined) return undefined
  const [first, second] = [raw(a), raw(b)]
  if (first === undefined || second === undefined) return undefined
  if (!isNumber(first) || !isNumber(second)) throw new PathError('numbers were expected')
  return [first, second]
}

const arithmetic = (operator: keyof typeof ARITHMETIC): Combine => {
  const operate = ARITHMETIC[operator]
  return both((left, right) => {
    const pair = numbers(left, right)
    return pair && operate(...pair)
  })
}

const isText = (collection: Collection): boolean => {
  const item = isMany(collection) ? collection[0] : collection
  return item !== undefined && typeof raw(item) === 'string'
}

/** `+` also joins strings. */
const add: Combine = both((left, right) => {
  if (isText(left) || isText(right)) return isEmpty(left) || isEmpty(right) ? undefined : `${text(left)}${text(right)}`
  const pair = numbers(left, right)
  return pair && ARITHMETIC['+'](...pair)
})

const OPERATORS: Readonly<Record<Operator, Combine>> = {
  and,
  or,
  xor,
  implies,
  in: both(isIn),
  contains: both((left, right) => isIn(right, left)),
  '=': both(equal),
  '!=': both((left, right) => not(equal(left, right))),
  '~': both(equivalent),
  '!~': both((left, right) => !equivalent(left, right)),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
  '|': both((left, right) => distinct([...items(left), ...items(right)])),
  '+': add,
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': arithmetic('/'),
  div: arithmetic('div'),
  mod: arithmetic('mod'),
  '&': both((left, right) => `${text(left) ?? ''}${text(right) ?? ''}`),
}

/** Against a literal string: by far the most frequent comparison. */
const equalsText =
  (left: Evaluate, literal: string): ((...args: Parameters<Evaluate>) => boolean | undefined) =>
  (self, scope) => {
    const found = left(self, scope)
    if (typeof found === 'string') return found === literal
    if (isEmpty(found)) return undefined
    if (isMany(found) && found.length > 1) return false
    return raw((isMany(found) ? found[0] : found) as Item) === literal
  }

/** A value that no data changes; undefined where there is none. */
const constantOf = (node: Node, evaluate: Evaluate): Collection =>
  isConstant(node) ? evaluate(undefined, { environment: { resource: undefined }, context: undefined, index: 0 }) : undefined

const isConstant = (node: Node): boolean =>
  node.kind === 'literal' ||
  node.kind === 'number' ||
  (node.kind === 'operation' && node.operator === '|' && isConstant(node.left) && isConstant(node.right))

/** An operation on two compiled sides; what is constant is worked out once. */
export const operation = (node: Node & { readonly kind: 'operation' }, left: Evaluate, right: Evaluate): Evaluate => {
  const { operator } = node
  const constant = constantOf(node.right, right)
  if (typeof constant === 'string' && operator === '=') return equalsText(left, constant)
  if (typeof constant === 'string' && operator === '!=') {
    const equals = equalsText(left, constant)
    return (self, scope) => not(equals(self, scope))
  }
  if (constant !== undefined && operator === 'in') {
    const contains = membership(items(constant))
    return (self, scope) => {
      const item = single(left(self, scope))
      return item === undefined ? undefined : contains(item)
    }
  }
  return OPERATORS[operator](left, right)
}
