// The subset of FHIRPath in which SearchParameter.expression is written: paths, as, ofType, where, resolve() is, [n], unions.
import type { Node } from '../path/ast.ts'
import { parsePath } from '../path/parser.ts'

export type Step =
  | { readonly kind: 'element'; readonly name: string }
  | { readonly kind: 'as'; readonly type: string }
  /** `where(url = 'x')`, `where(code.coding.code = 'x')` */
  | { readonly kind: 'where'; readonly names: readonly string[]; readonly value: string | boolean }
  | { readonly kind: 'resolves'; readonly type: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'extension'; readonly url: string }
  /** `x.exists() and x != false` (Patient-deceased): true or false, never empty. */
  | { readonly kind: 'holds' }

/** One operand of a union: the steps from the resource (or, in a component, from its element). */
export type Path = readonly Step[]

const HOLDS = /^([\w.]+)\.exists\(\) and \1 != false$/

const refuse = (what: string): never => {
  throw new Error(`${what} is not supported in a search parameter`)
}

/** `url`, `code.coding.code`: the names of a plain path. */
const namesOf = (node: Node): readonly string[] => {
  if (node.kind !== 'member') return refuse('what is compared in where()')
  return node.of === undefined ? [node.name] : [...namesOf(node.of), node.name]
}

const whereStep = (criterion: Node | undefined): Step => {
  if (criterion?.kind === 'operation' && criterion.operator === '=' && criterion.right.kind === 'literal') {
    return { kind: 'where', names: namesOf(criterion.left), value: criterion.right.value }
  }
  const resolved = criterion?.kind === 'type' && criterion.test === 'is' ? criterion : undefined
  const isResolve = resolved?.of.kind === 'call' && resolved.of.name === 'resolve' && resolved.of.of === undefined
  return resolved && isResolve ? { kind: 'resolves', type: resolved.type } : refuse('the criterion of where()')
}

const callStep = ({ name, args: [argument, ...others] }: Node & { readonly kind: 'call' }): Step => {
  if (others.length > 0) return refuse(`${name}() of several arguments`)
  if (name === 'where') return whereStep(argument)
  if (name === 'first' && !argument) return { kind: 'index', at: 0 }
  if (name === 'extension' && argument?.kind === 'literal') return { kind: 'extension', url: String(argument.value) }
  return refuse(`the function ${name}`)
}

const stepOf = (node: Node): Step => {
  if (node.kind === 'member') return { kind: 'element', name: node.name }
  if (node.kind === 'type' && node.test === 'as') return { kind: 'as', type: node.type }
  if (node.kind === 'at' && node.index.kind === 'number') return { kind: 'index', at: Number(node.index.text) }
  return node.kind === 'call' ? callStep(node) : refuse(`an expression of the kind ${node.kind}`)
}

const pathsIn = (node: Node): readonly Path[] => {
  if (node.kind === 'operation' && node.operator === '|') return [...pathsIn(node.left), ...pathsIn(node.right)]
  const step = stepOf(node)
  const owner = 'of' in node ? node.of : undefined
  return owner === undefined || owner.kind === 'this' ? [[step]] : pathsIn(owner).map((path) => [...path, step])
}

/** The paths of an expression's union, in order. Throws where the expression is outside of the subset. */
export const parseExpression = (text: string): readonly Path[] => {
  const holds = HOLDS.exec(text)?.[1]
  if (holds) return [[...holds.split('.').map((name): Step => ({ kind: 'element', name })), { kind: 'holds' }]]
  return pathsIn(parsePath(text))
}

/** The paths that apply to a resource type, without their first name. */
export const pathsOf = (text: string, type: string): readonly Path[] =>
  parseExpression(text).flatMap((path) => {
    const first = path[0]
    const applies = first?.kind === 'element' && [type, 'Resource', 'DomainResource'].includes(first.name)
    return applies ? [path.slice(1)] : []
  })
