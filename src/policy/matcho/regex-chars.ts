// Sets of characters, ASCII one by one and all others as one: what may be equal counts as equal, so that a proof is never too optimistic.

export type Chars = ReadonlySet<number>

const OTHER = 128
/** The codes that sets hold. */
export const ALPHABET: readonly number[] = Array.from({ length: OTHER + 1 }, (_, code) => code)

/** A dot, with or without line ends: the larger set is the safer one here. */
export const ANY: Chars = new Set(ALPHABET)

const code = (char: string): number => Math.min(char.charCodeAt(0), OTHER)

export const union = (a: Chars, b: Chars): Chars => new Set([...a, ...b])

/** Every other character; the rest of Unicode stays in, since only a part of it may have been named. */
export const complement = (chars: Chars): Chars => new Set(ALPHABET.filter((one) => one === OTHER || !chars.has(one)))

export const oneOf = (char: string, ignoreCase: boolean): Chars =>
  new Set(ignoreCase ? [code(char), code(char.toLowerCase()), code(char.toUpperCase())] : [code(char)])

export const range = (from: string, to: string, ignoreCase: boolean): Chars => {
  const within = ALPHABET.filter((one) => one >= code(from) && one <= code(to))
  return ignoreCase ? union(new Set(within), new Set(within.flatMap((one) => [...oneOf(String.fromCharCode(one), true)]))) : new Set(within)
}

const matching = (test: RegExp): Chars => new Set(ALPHABET.filter((one) => one < OTHER && test.test(String.fromCharCode(one))))
const CLASSES: ReadonlyMap<string, Chars> = new Map([
  ['d', matching(/\d/)],
  ['w', matching(/\w/)],
  ['s', union(matching(/\s/), new Set([OTHER]))],
])

/** `\d`, `\W` … as a set. */
export const classOf = (letter: string): Chars => {
  const chars = CLASSES.get(letter.toLowerCase()) ?? ANY
  return letter === letter.toLowerCase() ? chars : complement(chars)
}
