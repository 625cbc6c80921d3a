// The words of a FHIRPath expression (FHIRPath 2.0 §Grammar): names, literals, variables, operators.

/** An expression that cannot be read or compiled. The message is fit for the outside. */
export class PathSyntaxError extends Error {}

export type TokenKind = 'name' | 'quotedName' | 'string' | 'number' | 'time' | 'variable' | 'operator' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const WORDS: ReadonlyArray<readonly [TokenKind, RegExp]> = [
  ['name', /[A-Za-z_]\w*/y],
  ['operator', /<=|>=|!=|!~|[=~<>|&+\-*/.,()[\]{}]/y],
  [
    'time',
    /@(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?|\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)/y,
  ],
  ['number', /\d+(?:\.\d+)?/y],
  ['quotedName', /`(?:[^`\\]|\\.)+`/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'/y],
  ['variable', /%(?:[A-Za-z_][\w-]*|`[^`]+`|'[^']+')|\$(?:this|index|total)\b/y],
]

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

/** The text within quotes, escapes undone (`\u0041`, `\'`). */
export const unquote = (text: string): string =>
  text.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_all, code: string | undefined, char: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return ESCAPES[char] ?? char
  })

const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

const wordAt = (text: string, at: number): Token => {
  for (const [kind, pattern] of WORDS) {
    const found = match(pattern, text, at)
    if (found) return { kind, text: found, at }
  }
  throw new PathSyntaxError(`character ${at + 1} of the expression is not understood: ${text.slice(at, at + 20)}`)
}

/** The tokens in order, and an `end`. Throws PathSyntaxError. */
export const tokenize = (text: string): readonly Token[] => {
  const tokens: Token[] = []
  let at = match(SPACE, text, 0)?.length ?? 0
  while (at < text.length) {
    const token = wordAt(text, at)
    tokens.push(token)
    at += token.text.length
    at += match(SPACE, text, at)?.length ?? 0
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }]
}
