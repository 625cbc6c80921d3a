// YAML texts to documents of the library's, nested no deeper than is safe: what composes them calls itself once per level, and V8 ends
// the whole process when a regular expression is first compiled at the end of the stack.
import { Composer, type CST, type Document, type DocumentOptions, Lexer, type ParseOptions, Parser, type SchemaOptions } from 'yaml'
import { MAX_DEPTH } from './json.ts'

/** More than any value may have; how deep a value may be is judged where it is read. */
const MAX_NESTED = 2 * MAX_DEPTH

/** Nested deeper than any value may be, at `offset` of the text. */
export class TooDeep extends Error {
  readonly offset: number

  constructor(offset: number) {
    super(`nested deeper than ${MAX_DEPTH} levels`)
    this.offset = offset
  }
}

function* tokens(text: string, onNewLine: ((offset: number) => void) | undefined): Generator<CST.Token> {
  const parser = new Parser(onNewLine)
  onNewLine?.(0)
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > MAX_NESTED) throw new TooDeep(parser.offset)
  }
  yield* parser.end()
}

type Options = ParseOptions & DocumentOptions & SchemaOptions

/** Every document of the text. Throws TooDeep. */
export const composeDocuments = (text: string, options: Options): readonly Document.Parsed[] => [
  ...new Composer(options).compose(tokens(text, options.lineCounter?.addNewLine)),
]
