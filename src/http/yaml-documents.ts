// YAML texts to documents of the library's, nested no deeper than is safe: what composes them calls itself once per level, and V8 ends
// the whole process when a regular expression is first compiled at the end of the stack.
import {
  Composer,
  type CST,
  type Document,
  type DocumentOptions,
  type ErrorCode,
  isNode,
  isScalar,
  Lexer,
  type ParseOptions,
  Parser,
  type Scalar,
  type SchemaOptions,
  stringify,
  visit,
  YAMLParseError,
} from 'yaml'
import { ExactNumber, MAX_DEPTH } from './json.ts'

/** More than any value may have; how deep a value may be is judged where it is read. */
const MAX_NESTED = 2 * MAX_DEPTH

/** The text is given up at `offset`: nested deeper than any value may be, or wrong over and over. */
export class GivenUp extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Of one text; who wrote it has enough to mend. */
const MOST_ERRORS = 100

function* tokens(text: string, onNewLine: ((offset: number) => void) | undefined): Generator<CST.Token> {
  const parser = new Parser(onNewLine)
  onNewLine?.(0)
  let errors = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      yield token
      if (token.type === 'error' && ++errors === MOST_ERRORS) throw new GivenUp(token.message, token.offset)
    }
    if (parser.stack.length > MAX_NESTED) throw new GivenUp(`nested deeper than ${MAX_DEPTH} levels`, parser.offset)
  }
  yield* parser.end()
}

/** As JSON names it: `1` and `"1"` are one name, and so are no key at all and an empty one. */
const nameOf = (value: unknown): string => String(value ?? '')

const refuseKey = (document: Document.Parsed, key: unknown, code: ErrorCode, message: string): void => {
  const at = isNode(key) ? (key.range?.[0] ?? 0) : 0
  document.errors.push(new YAMLParseError([at, at + 1], code, message))
}

/** The library compares every key with every other, which a large mapping makes last for minutes. */
const checkKeys = (document: Document.Parsed): void =>
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<string>()
      for (const { key } of items) {
        if (!isScalar(key)) refuseKey(document, key, 'NON_STRING_KEY', 'this is not allowed as a key')
        else if (names.size === names.add(nameOf(key.value)).size) refuseKey(document, key, 'DUPLICATE_KEY', 'Map keys must be unique')
      }
    },
  })

type Options = ParseOptions & DocumentOptions & Omit<SchemaOptions, 'uniqueKeys'>

/** Every document of the text, at least one; a key that stands twice in a mapping is one of its errors. Throws GivenUp. */
export const composeDocuments = (text: string, options: Options): readonly Document.Parsed[] => {
  const composer = new Composer({ ...options, uniqueKeys: false })
  const documents = [...composer.compose(tokens(text, options.lineCounter?.addNewLine), true, text.length)]
  for (const document of documents) checkKeys(document)
  return documents
}

/** The text of a number that JavaScript would respell, as the library lets it through: it would call a `toJSON`. */
class Spelt {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Keeps the spelling of the document's numbers, `1.10` for one: precision is meaning in FHIR (R4 json.html#decimal). Is there any? */
export const exactNumbers = (document: Document.Parsed): boolean => {
  let found = false
  visit(document, {
    Scalar: (place, node) => {
      const { value, source } = node
      if (place === 'key' || typeof value !== 'number' || source === undefined || !Number.isFinite(value)) return
      if (!JSON_NUMBER.test(source) || JSON.stringify(value) === source) return
      node.value = new Spelt(source)
      found = true
    },
  })
  return found
}

/** What such a document is as a value. It holds no circle. */
export const withExactNumbers = (value: unknown): unknown => {
  if (value instanceof Spelt) return new ExactNumber(value.text)
  if (Array.isArray(value)) return value.map(withExactNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withExactNumbers(item)]))
}

const EXACT = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value: unknown) => value instanceof ExactNumber,
  resolve: (text: string) => text,
  stringify: ({ value }: Scalar) => (value instanceof ExactNumber ? value.text : String(value)),
} as const

/** YAML text of a JSON value, numbers in their own spelling. */
export const yamlText = (value: unknown): string => stringify(value, { customTags: (tags) => [EXACT, ...tags] })
