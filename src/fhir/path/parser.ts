// Expressions to a syntax tree, by precedence (FHIRPath 2.0 §Grammar).
import { type Node, type Operator, PRECEDENCE } from './ast.ts'
import { PathSyntaxError, type Token, tokenize, unquote } from './lexer.ts'

/** Deeper nesting than any published expression's; it keeps the parser's own stack safe. */
const MAX_DEPTH = 100

class Reader {
  private at = 0
  private depth = 0
  private readonly tokens: readonly Token[]

  readonly text: string

  constructor(text: string) {
    this.text = text
    this.tokens = tokenize(text)
  }

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? { kind: 'end', text: '', at: this.text.length }
  }

  next(): Token {
    const token = this.peek()
    this.at++
    return token
  }

  takes(text: string): boolean {
    const { kind } = this.peek()
    if (this.peek().text !== text || kind === 'string' || kind === 'quotedName') return false
    this.at++
    return true
  }

  expect(text: string): void {
    if (!this.takes(text)) this.fail(`'${text}' was expected`)
  }

  fail(why: string): never {
    throw new PathSyntaxError(`${why} at character ${this.peek().at + 1} of: ${this.text}`)
  }

  nested<Result>(read: () => Result): Result {
    if (++this.depth > MAX_DEPTH) this.fail('the expression is nested too deeply')
    const result = read()
    this.depth--
    return result
  }
}

const nameOf = (reader: Reader): string => {
  const token = reader.next()
  if (token.kind === 'name') return token.text
  return token.kind === 'quotedName' ? unquote(token.text) : reader.fail('a name was expected before this')
}

/** `Quantity`, `FHIR.Quantity`, `System.String`: the namespace is of no consequence here. */
const typeName = (reader: Reader): string => {
  const name = nameOf(reader)
  return (name === 'FHIR' || name === 'System') && reader.takes('.') ? nameOf(reader) : name
}

const readArguments = (reader: Reader): readonly Node[] => {
  const args: Node[] = []
  if (reader.takes(')')) return args
  do args.push(readLevel(reader, 0))
  while (reader.takes(','))
  reader.expect(')')
  return args
}

/** A member or a function call; the type argument of `is`, `as` and `ofType` is a name, not a path. */
const readInvocation = (reader: Reader, of: Node | undefined): Node => {
  const quoted = reader.peek().kind === 'quotedName'
  const name = nameOf(reader)
  if (quoted || !reader.takes('(')) return { kind: 'member', of, name }
  if (name !== 'is' && name !== 'as' && name !== 'ofType')
    return { kind: 'call', of, name, args: reader.nested(() => readArguments(reader)) }
  const type = typeName(reader)
  reader.expect(')')
  return { kind: 'type', test: name === 'is' ? 'is' : 'as', of: of ?? { kind: 'this' }, type }
}

const readNumber = (reader: Reader, text: string): Node =>
  reader.peek().kind === 'string' ? { kind: 'quantity', value: text, unit: unquote(reader.next().text) } : { kind: 'number', text }

const VARIABLE_NAME = /^%(?:[`'](.+)[`']|(.+))$/

const readTerm = (reader: Reader): Node => {
  if (reader.takes('(')) {
    const inner = reader.nested(() => readLevel(reader, 0))
    reader.expect(')')
    return inner
  }
  if (reader.takes('{')) {
    reader.expect('}')
    return { kind: 'empty' }
  }
  const token = reader.peek()
  if (token.kind === 'quotedName' || (token.kind === 'name' && token.text !== 'true' && token.text !== 'false'))
    return readInvocation(reader, undefined)
  reader.next()
  if (token.kind === 'name') return { kind: 'literal', value: token.text === 'true' }
  if (token.kind === 'string') return { kind: 'literal', value: unquote(token.text) }
  if (token.kind === 'number') return readNumber(reader, token.text)
  if (token.kind === 'time') return { kind: 'time', text: token.text.slice(1) }
  if (token.text === '$this') return { kind: 'this' }
  if (token.text === '$index') return { kind: 'index' }
  const [, quoted, bare] = VARIABLE_NAME.exec(token.text) ?? []
  const name = quoted ?? bare
  return name === undefined ? reader.fail(`'${token.text}' is not understood before this`) : { kind: 'variable', name }
}

const readPostfix = (reader: Reader): Node => {
  let node = readTerm(reader)
  for (;;) {
    if (reader.takes('.')) node = readInvocation(reader, node)
    else if (reader.takes('[')) {
      node = { kind: 'at', of: node, index: reader.nested(() => readLevel(reader, 0)) }
      reader.expect(']')
    } else return node
  }
}

const readUnary = (reader: Reader): Node => {
  if (reader.takes('-')) return { kind: 'negative', of: reader.nested(() => readUnary(reader)) }
  reader.takes('+')
  return readPostfix(reader)
}

const LEVELS: ReadonlyMap<string, number> = new Map(
  PRECEDENCE.flatMap((operators, level) => operators.map((operator) => [operator, level] as const)),
)

/** The level of the operator that comes next; below every other where none does. */
const levelAt = (reader: Reader): number => {
  const { kind, text } = reader.peek()
  return kind === 'operator' || kind === 'name' ? (LEVELS.get(text) ?? -1) : -1
}

/** What binds at least as tightly as `level`, by precedence climbing; operators of one level from left to right. */
const readLevel = (reader: Reader, level: number): Node => {
  let left = readUnary(reader)
  for (let found = levelAt(reader); found >= level; found = levelAt(reader)) {
    const operator = reader.next().text
    if (operator === 'is' || operator === 'as') left = { kind: 'type', test: operator, of: left, type: typeName(reader) }
    else left = { kind: 'operation', operator: operator as Operator, left, right: readLevel(reader, found + 1) }
  }
  return left
}

/** The tree of an expression. Throws PathSyntaxError. */
export const parsePath = (text: string): Node => {
  const reader = new Reader(text)
  const node = readLevel(reader, 0)
  if (reader.peek().kind !== 'end') reader.fail(`'${reader.peek().text}' is not understood`)
  return node
}
