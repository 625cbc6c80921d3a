// JSON as FHIR needs it (RFC 8259; R4 json.html#decimal): one strict pass, in which nothing is dropped, merged or rounded in silence.

export type JsonValue = null | boolean | number | string | ExactNumber | JsonValue[] | { [name: string]: JsonValue }

/** A body that cannot be read. The message names line and column and is fit for the outside. */
export class MalformedBody extends Error {}

/** A number whose spelling a JavaScript number would lose (`1.10`, 20 digits): precision is meaning in FHIR, so it is kept. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  valueOf(): number {
    return Number(this.text)
  }
}

export interface JsonLimits {
  readonly maxDepth: number
}

export const MAX_DEPTH = 64

/** Names that would reach an object's prototype. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 §7 forbids exactly these within a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const LITERALS: ReadonlyArray<readonly [string, JsonValue]> = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** UTF-8 text of a body. Throws MalformedBody for invalid UTF-8 and for a byte order mark. */
export const decodeBody = (input: string | Uint8Array): string => {
  let text: string
  try {
    text = typeof input === 'string' ? input : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input)
  } catch {
    throw new MalformedBody('the body is not valid UTF-8')
  }
  if (text.startsWith('\ufeff')) throw new MalformedBody('the body starts with a byte order mark (1:1)')
  return text
}

interface Reader {
  readonly text: string
  readonly maxDepth: number
  at: number
}

const fail = ({ text, at }: Reader, why: string): never => {
  const before = text.slice(0, at).split('\n')
  throw new MalformedBody(`${why} (${before.length}:${(before.at(-1) ?? '').length + 1})`)
}

const take = (reader: Reader, pattern: RegExp): string | undefined => {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found !== undefined) reader.at += found.length
  return found
}

/** Skips white space and answers the next character. */
const peek = (reader: Reader): string => {
  take(reader, SPACE)
  const next = reader.text.charAt(reader.at)
  if (next === '/') fail(reader, 'comments are not allowed in JSON')
  return next
}

const readString = (reader: Reader): string => {
  const found = take(reader, STRING) ?? fail(reader, 'a string was expected, or this one is malformed')
  return found.includes('\\') ? JSON.parse(found) : found.slice(1, -1)
}

const readScalar = (reader: Reader): JsonValue => {
  for (const [word, value] of LITERALS) {
    if (!reader.text.startsWith(word, reader.at)) continue
    reader.at += word.length
    return value
  }
  const start = reader.at
  const text = take(reader, NUMBER)
  if (text === undefined) return fail(reader, start >= reader.text.length ? 'the body ends too early' : 'a value was expected')
  const value = Number(text)
  if (!Number.isFinite(value)) {
    reader.at = start
    fail(reader, 'the number is too large')
  }
  return JSON.stringify(value) === text ? value : new ExactNumber(text)
}

const readArray = (reader: Reader, depth: number): JsonValue[] => {
  const items: JsonValue[] = []
  reader.at++
  if (peek(reader) === ']') {
    reader.at++
    return items
  }
  for (;;) {
    items.push(readValue(reader, depth + 1))
    const next = peek(reader)
    if (next !== ',' && next !== ']') fail(reader, 'a comma or ] was expected')
    reader.at++
    if (next === ']') return items
  }
}

const readObject = (reader: Reader, depth: number): { [name: string]: JsonValue } => {
  const members: { [name: string]: JsonValue } = {}
  reader.at++
  if (peek(reader) === '}') {
    reader.at++
    return members
  }
  for (;;) {
    peek(reader)
    const start = reader.at
    const name = readString(reader)
    if (FORBIDDEN_NAMES.has(name) || Object.hasOwn(members, name)) {
      reader.at = start
      fail(reader, FORBIDDEN_NAMES.has(name) ? 'this member name is not allowed' : 'the member name stands twice in one object')
    }
    if (peek(reader) !== ':') fail(reader, 'a colon was expected')
    reader.at++
    members[name] = readValue(reader, depth + 1)
    const next = peek(reader)
    if (next !== ',' && next !== '}') fail(reader, 'a comma or } was expected')
    reader.at++
    if (next === '}') return members
  }
}

const readValue = (reader: Reader, depth: number): JsonValue => {
  const next = peek(reader)
  if ((next === '{' || next === '[') && depth > reader.maxDepth) fail(reader, `nested deeper than ${reader.maxDepth} levels`)
  if (next === '{') return readObject(reader, depth)
  if (next === '[') return readArray(reader, depth)
  return next === '"' ? readString(reader) : readScalar(reader)
}

/** Reads one JSON value, strictly. Throws MalformedBody. */
export const parseJson = (input: string | Uint8Array, limits: JsonLimits = { maxDepth: MAX_DEPTH }): JsonValue => {
  const reader: Reader = { text: decodeBody(input), maxDepth: limits.maxDepth, at: 0 }
  const value = readValue(reader, 1)
  if (peek(reader) !== '') fail(reader, 'something follows the end of the value')
  return value
}

const stringifyObject = (value: object): string => {
  const members: string[] = []
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) members.push(`${JSON.stringify(name)}:${stringifyJson(item)}`)
  }
  return `{${members.join(',')}}`
}

/** JSON text of a value; an ExactNumber is written as it was read. */
export const stringifyJson = (value: unknown): string => {
  if (value instanceof ExactNumber) return value.text
  if (Array.isArray(value)) return `[${value.map((item) => stringifyJson(item)).join(',')}]`
  return typeof value === 'object' && value !== null ? stringifyObject(value) : (JSON.stringify(value) ?? 'null')
}
