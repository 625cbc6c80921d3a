// `#re` of matcho and `pattern` of json-schema: an unanchored find (P-04), proved linear at load, then run natively (P-15, F16).
import { remembering } from '../../http/remember.ts'
import { type Flags, type Node, parseRegex, RegexRefused } from './regex-parse.ts'
import { NotLinear, proveLinear } from './regex-proof.ts'
import { automatonOf } from './regex-states.ts'

const INLINE_FLAGS = /^(\^?)((?:\(\?[a-zA-Z]+\))+)/

/** In an unanchored find, what it may begin or end with changes nothing but its cost. */
const withoutEnds = (body: string): string => {
  const begun = body.replace(/^(\.\*\??)+/, '').replace(/^\.\+\??/, '.')
  const [all = '', escapes = ''] = /(\\*)(?:\.\*\??)+$/.exec(begun) ?? []
  return escapes.length % 2 === 1 || all === '' ? begun : begun.slice(0, begun.length - all.length) + escapes
}

interface Read {
  readonly body: string
  readonly flags: Flags
  readonly tree: Node
}

const read = (source: string): Read => {
  const [all = '', caret = '', groups = ''] = INLINE_FLAGS.exec(source) ?? []
  const letters = groups.replace(/[()?]/g, '')
  const unknown = letters.replace(/[ism]/g, '')
  if (unknown) throw new RegexRefused(`the inline flag ${unknown} is not supported; use (?i), (?s) or (?m)`)
  const has = (letter: string) => letters.includes(letter)
  const body = withoutEnds(caret + source.slice(all.length))
  const flags = { i: has('i'), m: has('m'), s: has('s') }
  return { body, flags, tree: parseRegex(body, flags) }
}

/** What the author may mean, in words that can be proved: anchored, and without `.` where a segment of a path is meant. */
const REWRITES: ReadonlyArray<(body: string) => string> = [
  (body) => `^${body}`,
  (body) => body.replace(/(?<!\\)\.([*+])/g, '[^/]$1'),
  (body) => `^${body.replace(/(?<!\\)\.([*+])/g, '[^/]$1')}`,
]

const isLinear = (source: string): boolean => {
  try {
    proveLinear(automatonOf(read(source).tree))
    return true
  } catch (error) {
    if (error instanceof RegexRefused) return false
    throw error
  }
}

const prove = ({ body, tree }: Read): void => {
  try {
    proveLinear(automatonOf(tree))
  } catch (error) {
    if (!(error instanceof NotLinear)) throw error
    const instead = REWRITES.map((rewrite) => rewrite(body)).find((one) => !one.startsWith('^^') && isLinear(one))
    const advice = instead === undefined ? 'say it without repetitions that can match the same text' : `did you mean ${instead}?`
    throw new NotLinear(`${error.message}, which can take too long on a hostile request; ${advice}`)
  }
}

const compile = (source: string): ((text: string) => boolean) => {
  if (source === '') throw new RegexRefused('it is empty and would match every text; use present?')
  const expression = read(source)
  prove(expression)
  const { body, flags } = expression
  let native: RegExp
  try {
    native = new RegExp(body, `${flags.i ? 'i' : ''}${flags.m ? 'm' : ''}${flags.s ? 's' : ''}`)
  } catch {
    throw new RegexRefused('it is not a valid regular expression')
  }
  return (text) => native.test(text)
}

/**
 * Compiles a regular expression to an unanchored find. Throws RegexRefused with a message for the policy's author. What was proved is
 * remembered, since every change of the configuration compiles all of it.
 */
export const compileRegex: (source: string) => (text: string) => boolean = remembering(8_192, compile)

const CHARACTERS = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** The text with which every match begins at the start of what is searched; undefined where there is none. */
export const literalPrefix = (source: string): string | undefined => {
  let tree: Node
  try {
    tree = read(source).tree
  } catch (error) {
    if (error instanceof RegexRefused) return undefined
    throw error
  }
  const [start, ...rest] = tree.kind === 'concat' ? tree.of : []
  if (start?.kind !== 'start') return undefined
  let prefix = ''
  for (const node of rest) {
    const [code, ...others] = node.kind === 'chars' ? node.chars : []
    const character = code === undefined || others.length > 0 ? undefined : CHARACTERS[code]
    if (character === undefined) break
    prefix += character
  }
  return prefix === '' ? undefined : prefix
}

/** Is the expression bound to the beginning of the text. */
export const isAnchored = (source: string): boolean => /^\^/.test(source.replace(INLINE_FLAGS, '$1'))
