// `#re` of matcho and `pattern` of json-schema: an unanchored find (P-04), its cost proved at load, then run natively (P-15, F16).
import { longestText } from './regex-cost.ts'
import { type Flags, parseRegex, RegexRefused } from './regex-parse.ts'

/** A text longer than what the proof covers: the policy that asked is false (P-02), also where `$not` would make it true. */
export class TextTooLong extends Error {}

const INLINE_FLAGS = /^(\^?)((?:\(\?[a-zA-Z]+\))+)/

const readFlags = (source: string): { readonly body: string; readonly flags: Flags } => {
  const [all = '', caret = '', groups = ''] = INLINE_FLAGS.exec(source) ?? []
  const letters = groups.replace(/[()?]/g, '')
  const unknown = letters.replace(/[ism]/g, '')
  if (unknown) throw new RegexRefused(`the inline flag ${unknown} is not supported; use (?i), (?s) or (?m)`)
  const has = (letter: string) => letters.includes(letter)
  // A leading `.*` changes nothing in an unanchored find but its cost.
  const body = (caret + source.slice(all.length)).replace(/^(\.\*\??)+/, '')
  return { body, flags: { i: has('i'), m: has('m'), s: has('s') } }
}

/** Compiles a regular expression to an unanchored find. Throws RegexRefused with a message for the policy's author. */
export const compileRegex = (source: string): ((text: string) => boolean) => {
  if (source === '') throw new RegexRefused('it is empty and would match every text; use present?')
  const { body, flags } = readFlags(source)
  const longest = longestText(parseRegex(body, flags))
  let native: RegExp
  try {
    native = new RegExp(body, `${flags.i ? 'i' : ''}${flags.m ? 'm' : ''}${flags.s ? 's' : ''}`)
  } catch {
    throw new RegexRefused('it is not a valid regular expression')
  }
  return (text) => {
    if (text.length > longest) throw new TextTooLong(`the text is longer than ${longest} characters`)
    return native.test(text)
  }
}
