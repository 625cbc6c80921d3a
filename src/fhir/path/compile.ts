// A syntax tree to closures over plain parsed JSON: everything about an expression is settled here, once, and nothing per evaluation.
import { ExactNumber, type JsonValue } from '../../http/json.ts'
import type { Node } from './ast.ts'
import { type Collection, collectionOf, flatMap, items, PathError, raw, single } from './collection.ts'
import { ARITHMETIC, isNumber } from './decimal.ts'
import { EXISTENCE } from './functions/existence.ts'
import { FHIR } from './functions/fhir.ts'
import type { PathFunction } from './functions/function.ts'
import { STRINGS } from './functions/strings.ts'
import { SUBSETS } from './functions/subsets.ts'
import { PathSyntaxError } from './lexer.ts'
import { memberStep } from './navigate.ts'
import { operation } from './operations.ts'
import { parsePath } from './parser.ts'
import type { Environment, Evaluate } from './scope.ts'
import { typeTest } from './types.ts'

const FUNCTIONS: ReadonlyMap<string, PathFunction> = new Map(Object.entries({ ...EXISTENCE, ...SUBSETS, ...STRINGS, ...FHIR }))

const VARIABLES: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ['resource', (_self, { environment }) => collectionOf(environment.resource)],
  ['rootResource', (_self, { environment }) => collectionOf(environment.rootResource ?? environment.resource)],
  ['context', (_self, { context }) => context],
  ['ucum', () => 'http://unitsofmeasure.org'],
  ['sct', () => 'http://snomed.info/sct'],
  ['loinc', () => 'http://loinc.org'],
])

const SELF: Evaluate = (self) => self

/** No published expression is nearly as long. */
const MAX_LENGTH = 20_000

const variable = (name: string): Evaluate => {
  const known = VARIABLES.get(name)
  if (known) return known
  const [, kind, id] = /^(vs|ext)-(.+)$/.exec(name) ?? []
  if (kind === undefined) throw new PathSyntaxError(`the variable %${name} is not known`)
  const url = `http://hl7.org/fhir/${kind === 'vs' ? 'ValueSet' : 'StructureDefinition'}/${id}`
  return () => url
}

const literalNumber = (text: string): JsonValue => (String(Number(text)) === text ? Number(text) : new ExactNumber(text))

const always =
  (value: Collection): Evaluate =>
  () =>
    value

/** Where a path starts, a resource's own type names the resource itself: `Patient.name`. */
const start = (name: string): Evaluate => {
  const step = memberStep(name)
  if (!/^[A-Z]/.test(name)) return step
  const isOfType = typeTest(name)
  return (self) => {
    const own = items(self).filter(isOfType)
    return own.length > 0 ? own : step(self)
  }
}

const member = (of: Node | undefined, name: string): Evaluate => {
  if (of === undefined || of.kind === 'this') return of === undefined ? start(name) : memberStep(name)
  const [owner, step] = [compileNode(of), memberStep(name)]
  return (self, scope) => step(owner(self, scope))
}

const call = ({ of, name, args }: Node & { readonly kind: 'call' }): Evaluate => {
  const found = FUNCTIONS.get(name)
  if (!found) throw new PathSyntaxError(`the function ${name}() is not supported`)
  if (args.length < found.min || args.length > found.max) throw new PathSyntaxError(`${name}() does not take ${args.length} arguments`)
  return found.compile(of ? compileNode(of) : SELF, args.map(compileNode))
}

const at = (of: Evaluate, index: Evaluate): Evaluate => {
  return (self, scope) => {
    const number = single(index(self, scope))
    return isNumber(number) ? items(of(self, scope))[Number(number)] : undefined
  }
}

const typeNode = ({ test, of, type }: Node & { readonly kind: 'type' }): Evaluate => {
  const [operand, isOfType] = [compileNode(of), typeTest(type)]
  if (test === 'as') return (self, scope) => flatMap(operand(self, scope), (item) => (isOfType(item) ? item : undefined))
  return (self, scope) => {
    const item = single(operand(self, scope))
    return item === undefined ? undefined : isOfType(item)
  }
}

const negative = (of: Evaluate): Evaluate => {
  return (self, scope) => {
    const item = single(of(self, scope))
    const value = item === undefined ? undefined : raw(item)
    if (value === undefined) return undefined
    if (!isNumber(value)) throw new PathError('a number was expected')
    return ARITHMETIC['-'](0, value)
  }
}

const compileNode = (node: Node): Evaluate => {
  switch (node.kind) {
    case 'literal':
      return always(node.value)
    case 'number':
      return always(literalNumber(node.text) as Collection)
    case 'time':
      return always(node.text.replace(/^T/, '').replace(/T$/, ''))
    case 'quantity':
      return always({ value: literalNumber(node.value), system: 'http://unitsofmeasure.org', code: node.unit })
    case 'empty':
      return always(undefined)
    case 'this':
      return SELF
    case 'index':
      return (_self, { index }) => index
    case 'variable':
      return variable(node.name)
    case 'member':
      return member(node.of, node.name)
    case 'call':
      return call(node)
    case 'at':
      return at(compileNode(node.of), compileNode(node.index))
    case 'type':
      return typeNode(node)
    case 'negative':
      return negative(compileNode(node.of))
    case 'operation':
      return operation(node, compileNode(node.left), compileNode(node.right))
  }
}

/** What an expression finds from a focus: plain JSON values, or an Element where one is more than its JSON. */
export type Path = (focus: unknown, environment: Environment) => Collection

/** Compiles an expression. Throws PathSyntaxError for what is not FHIRPath, or not supported. */
export const compilePath = (expression: string): Path => {
  if (expression.length > MAX_LENGTH) throw new PathSyntaxError('the expression is too long')
  const evaluate = compileNode(parsePath(expression))
  return (focus, environment) => {
    const context = collectionOf(focus)
    return evaluate(context, { environment, context, index: 0 })
  }
}
