// A regular expression as a tree, for the proof of its cost (design, "Policies"). Only what Java and JavaScript read alike is accepted.
import { ANY, type Chars, classOf, complement, oneOf, range, union } from './regex-chars.ts'

export type Node =
  | { readonly kind: 'chars'; readonly chars: Chars }
  | { readonly kind: 'concat'; readonly of: readonly Node[] }
  | { readonly kind: 'alternatives'; readonly of: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number }
  /** `start` and `end` of the text; `boundary` is any other assertion without width. */
  | { readonly kind: 'start' | 'end' | 'boundary' }

/** The message is for the policy's author. */
export class RegexRefused extends Error {}

const refuse = (message: string): never => {
  throw new RegexRefused(message)
}

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
])

export interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
}

/** Parses the body of a regular expression. Throws RegexRefused. */
export const parseRegex = (source: string, flags: Flags): Node => {
  let at = 0
  const peek = () => source[at] ?? ''
  const next = () => source[at++] ?? refuse('it ends too early')
  const literal = (char: string) => oneOf(char, flags.i)

  const hex = (digits: number): string => {
    const text = source.slice(at, at + digits)
    if (text.length !== digits || !/^[0-9a-f]+$/i.test(text)) refuse('a malformed \\x or \\u escape')
    at += digits
    return String.fromCharCode(Number.parseInt(text, 16))
  }

  const escaped = (): Chars | string => {
    const char = next()
    if ('dDwWsS'.includes(char)) return classOf(char)
    if (char === 'x') return hex(2)
    if (char === 'u') return hex(4)
    const control = CONTROLS.get(char)
    if (control) return control
    if (/[1-9k]/.test(char)) return refuse('back-references are not allowed')
    if (/[a-zA-Z0-9]/.test(char)) return refuse(`\\${char} is not supported`)
    return char
  }

  const classItem = (): Chars | string => {
    const char = next()
    if (char === '[') return refuse('"[" inside of a character class must be escaped')
    if (char === '&' && peek() === '&') return refuse('"&&" in a character class is not supported')
    return char === '\\' ? escaped() : char
  }

  const rangeEnd = (): Chars | string => {
    at++
    return classItem()
  }

  const classChars = (from: Chars | string, to: Chars | string | undefined): Chars => {
    if (to === undefined) return typeof from === 'string' ? literal(from) : from
    if (typeof from !== 'string' || typeof to !== 'string') return refuse('a character class with a range of classes')
    return from > to ? refuse(`the range ${from}-${to} is out of order`) : range(from, to, flags.i)
  }

  const characterClass = (): Node => {
    const negated = peek() === '^'
    if (negated) at++
    let chars: Chars = new Set()
    if (peek() === ']') refuse('an empty character class')
    while (peek() !== ']') {
      const from = classItem()
      const to = peek() === '-' && source[at + 1] !== ']' ? rangeEnd() : undefined
      chars = union(chars, classChars(from, to))
    }
    at++
    return { kind: 'chars', chars: negated ? complement(chars) : chars }
  }

  const group = (): Node => {
    if (source.startsWith('?:', at)) at += 2
    else if (/^\?(<?[=!])/.test(source.slice(at, at + 3))) refuse('look-around is not allowed; say it with $not beside a positive pattern')
    else if (peek() === '?') refuse('this kind of group is not supported; inline flags stand at the start')
    const inner = alternatives()
    if (next() !== ')') refuse('a group is not closed')
    return inner
  }

  const escapeNode = (): Node => {
    if (peek() === 'b' || peek() === 'B') {
      at++
      return { kind: 'boundary' }
    }
    const chars = escaped()
    return { kind: 'chars', chars: typeof chars === 'string' ? literal(chars) : chars }
  }

  const atom = (): Node => {
    const char = next()
    if (char === '(') return group()
    if (char === '[') return characterClass()
    if (char === '.') return { kind: 'chars', chars: ANY }
    if (char === '^') return { kind: flags.m ? 'boundary' : 'start' }
    if (char === '$') return { kind: flags.m ? 'boundary' : 'end' }
    if ('*+?{'.includes(char)) return refuse(`"${char}" has nothing to repeat`)
    return char === '\\' ? escapeNode() : { kind: 'chars', chars: literal(char) }
  }

  const bounds = (): readonly [number, number] | undefined => {
    const char = peek()
    const braces = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(source.slice(at, at + 12))
    if (char === '{' && !braces) return refuse('"{" must be escaped when it does not repeat')
    if (braces) {
      at += braces[0].length
      const min = Number(braces[1])
      return [min, braces[2] === undefined ? min : braces[3] ? Number(braces[3]) : Number.POSITIVE_INFINITY]
    }
    if (char === '' || !'*+?'.includes(char)) return undefined
    at++
    return [char === '+' ? 1 : 0, char === '?' ? 1 : Number.POSITIVE_INFINITY]
  }

  const repeated = (): Node => {
    const of = atom()
    const count = bounds()
    if (!count) return of
    if (peek() === '?') at++
    else if ('*+{'.includes(peek()) && peek() !== '') refuse('possessive or doubled quantifiers are not supported')
    return { kind: 'repeat', of, min: count[0], max: count[1] }
  }

  const concat = (): Node => {
    const of: Node[] = []
    while (at < source.length && peek() !== '|' && peek() !== ')') of.push(repeated())
    return { kind: 'concat', of }
  }

  const alternatives = (): Node => {
    const of = [concat()]
    while (peek() === '|') {
      at++
      of.push(concat())
    }
    return of.length === 1 && of[0] ? of[0] : { kind: 'alternatives', of }
  }

  const tree = alternatives()
  if (at < source.length) refuse('a ")" without its "("')
  return tree
}
