// JSON as FHIR needs it (RFC 8259; R4 json.html#decimal): one strict pass, in which nothing is dropped, merged or rounded in silence.

export type JsonValue = null | boolean | number | string | ExactNumber | JsonValue[] | { [name: string]: JsonValue }

/** A body that cannot be read. The message names line and column and is fit for the outside. */
export class MalformedBody extends Error {}

let met = false

/** A number whose spelling a JavaScript number would lose (`1.10`, 20 digits): precision is meaning in FHIR, so it is kept. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  valueOf(): number {
    return Number(this.text)
  }

  /** A text made by JSON.stringify rounds: this says that it met such a number. */
  toJSON(): number {
    met = true
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
const ESCAPED = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const LITERALS: ReadonlyArray<readonly [string, JsonValue]> = [
  ['true', true],
  ['false', false],
  ['null', null],
]

// Character codes, since comparing numbers is what makes a pass over every character cheap.
const [SPACE, TAB, LINE_FEED, RETURN, QUOTE, BACKSLASH, SLASH] = [0x20, 0x09, 0x0a, 0x0d, 0x22, 0x5c, 0x2f]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COMMA, COLON] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a]

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

/** Skips white space and answers the code of the next character, NaN at the end. */
const peek = (reader: Reader): number => {
  const { text } = reader
  let code = text.charCodeAt(reader.at)
  while (code === SPACE || code === LINE_FEED || code === RETURN || code === TAB) code = text.charCodeAt(++reader.at)
  if (code === SLASH) fail(reader, 'comments are not allowed in JSON')
  return code
}

const MALFORMED_STRING = 'a string was expected, or this one is malformed'

/** To the closing quote, or undefined at an escape; RFC 8259 §7 forbids control characters within a string. */
const plainString = (reader: Reader): string | undefined => {
  const { text, at } = reader
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === QUOTE) {
      reader.at = end + 1
      return text.slice(at + 1, end)
    }
    if (code === BACKSLASH) return undefined
    if (code < SPACE) break
  }
  return fail(reader, MALFORMED_STRING)
}

/** Half of a surrogate pair is no character: it has no UTF-8, so what is searched would not be what is stored (RFC 7493 §2.1). */
export const LONE_SURROGATE = /\p{Surrogate}/u

const readString = (reader: Reader): string => {
  if (reader.text.charCodeAt(reader.at) !== QUOTE) fail(reader, MALFORMED_STRING)
  const plain = plainString(reader)
  if (plain !== undefined) return plain
  const start = reader.at
  const found = take(reader, ESCAPED) ?? fail(reader, MALFORMED_STRING)
  let value: string
  try {
    value = JSON.parse(found)
  } catch {
    reader.at = start
    return fail(reader, MALFORMED_STRING)
  }
  if (!LONE_SURROGATE.test(value)) return value
  reader.at = start
  return fail(reader, 'half of a surrogate pair is no character')
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
  if (peek(reader) === CLOSE_ARRAY) {
    reader.at++
    return items
  }
  for (;;) {
    items.push(readValue(reader, depth + 1))
    const next = peek(reader)
    if (next !== COMMA && next !== CLOSE_ARRAY) fail(reader, 'a comma or ] was expected')
    reader.at++
    if (next === CLOSE_ARRAY) return items
  }
}

const readObject = (reader: Reader, depth: number): { [name: string]: JsonValue } => {
  const members: { [name: string]: JsonValue } = {}
  reader.at++
  if (peek(reader) === CLOSE_OBJECT) {
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
    if (peek(reader) !== COLON) fail(reader, 'a colon was expected')
    reader.at++
    members[name] = readValue(reader, depth + 1)
    const next = peek(reader)
    if (next !== COMMA && next !== CLOSE_OBJECT) fail(reader, 'a comma or } was expected')
    reader.at++
    if (next === CLOSE_OBJECT) return members
  }
}

const readValue = (reader: Reader, depth: number): JsonValue => {
  const next = peek(reader)
  if (next === QUOTE) return readString(reader)
  const nested = next === OPEN_OBJECT || next === OPEN_ARRAY
  if (nested && depth > reader.maxDepth) fail(reader, `nested deeper than ${reader.maxDepth} levels`)
  if (nested) return next === OPEN_OBJECT ? readObject(reader, depth) : readArray(reader, depth)
  return readScalar(reader)
}

/** Reads one JSON value, strictly. Throws MalformedBody. */
export const parseJson = (input: string | Uint8Array, limits: JsonLimits = { maxDepth: MAX_DEPTH }): JsonValue => {
  const reader: Reader = { text: decodeBody(input), maxDepth: limits.maxDepth, at: 0 }
  const value = readValue(reader, 1)
  if (!Number.isNaN(peek(reader))) fail(reader, 'something follows the end of the value')
  return value
}

const exactObject = (value: object): string => {
  const members: string[] = []
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) members.push(`${JSON.stringify(name)}:${exactText(item)}`)
  }
  return `{${members.join(',')}}`
}

const exactText = (value: unknown): string => {
  if (value instanceof ExactNumber) return value.text
  if (Array.isArray(value)) return `[${value.map((item) => exactText(item)).join(',')}]`
  return typeof value === 'object' && value !== null ? exactObject(value) : (JSON.stringify(value) ?? 'null')
}

/** JSON text of a value; an ExactNumber is written as it was read. Few texts hold one: the others are written natively. */
export const stringifyJson = (value: unknown): string => {
  met = false
  const text = JSON.stringify(value) ?? 'null'
  return met ? exactText(value) : text
}

/** The value with plain numbers, where spelling means nothing: configuration, and what policies look at. */
export const plainNumbers = (value: JsonValue): JsonValue => {
  if (value instanceof ExactNumber) return value.valueOf()
  if (Array.isArray(value)) return value.map(plainNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainNumbers(item)]))
}
