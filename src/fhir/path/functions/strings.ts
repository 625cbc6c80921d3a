// FHIRPath 2.0 §String manipulation and §Conversion.
import { ExactNumber } from '../../../http/json.ts'
import { type Collection, PathError, raw, single, text } from '../collection.ts'
import { isNumber } from '../decimal.ts'
import { argument, type FunctionTable, ofInput, ofText, ofTexts } from './function.ts'

const COMPILED = new Map<string, RegExp>()
const MAX_COMPILED = 500

/** Found anywhere in the text, as the reference implementations have it; expressions that escape more than `u` allows go without it. */
const pattern = (source: string): RegExp => {
  const known = COMPILED.get(source)
  if (known) return known
  let compiled: RegExp
  try {
    compiled = new RegExp(source, 'su')
  } catch {
    compiled = looser(source)
  }
  if (COMPILED.size < MAX_COMPILED) COMPILED.set(source, compiled)
  return compiled
}

const looser = (source: string): RegExp => {
  try {
    return new RegExp(source, 's')
  } catch {
    throw new PathError('the regular expression is not understood')
  }
}

const number = (collection: Collection): number | undefined => {
  const item = single(collection)
  const value = item === undefined ? undefined : raw(item)
  if (value === undefined) return undefined
  if (!isNumber(value)) throw new PathError('a number was expected')
  return Number(value)
}

const substring = (value: string, start: number, length: number | undefined): Collection =>
  start < 0 || start >= value.length ? undefined : value.slice(start, length === undefined ? undefined : start + Math.max(0, length))

const toText = (input: Collection): Collection => {
  const item = single(input)
  const value = item === undefined ? undefined : raw(item)
  if (value === undefined || typeof value === 'string') return value
  if (value instanceof ExactNumber) return value.text
  return typeof value === 'object' ? undefined : String(value)
}

const toInteger = (input: Collection): Collection => {
  const value = toText(input)
  if (value === 'true' || value === 'false') return value === 'true' ? 1 : 0
  return typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : undefined
}

const toDecimal = (input: Collection): Collection => {
  const value = toText(input)
  if (value === 'true' || value === 'false') return value === 'true' ? 1 : 0
  if (typeof value !== 'string' || !/^[+-]?\d{1,40}(\.\d{1,40})?$/.test(value)) return undefined
  return String(Number(value)) === value ? Number(value) : new ExactNumber(value.replace(/^\+/, ''))
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', '1', '1.0'].map((word): [string, boolean] => [word, true]),
  ...['false', 'f', 'no', 'n', '0', '0.0'].map((word): [string, boolean] => [word, false]),
])

const toBoolean = (input: Collection): Collection => {
  const value = toText(input)
  return typeof value === 'string' ? TRUTHS.get(value.toLowerCase()) : undefined
}

/** A function of a string and two others. */
const replacing = (apply: (value: string, what: string, by: string) => string) =>
  ({
    min: 2,
    max: 2,
    compile: (of, args) => {
      const [first, second] = [argument(args), argument(args, 1)]
      return (self, scope) => {
        const [value, what, by] = [text(of(self, scope)), text(first(self, scope)), text(second(self, scope))]
        return value === undefined || what === undefined || by === undefined ? undefined : apply(value, what, by)
      }
    },
  }) satisfies FunctionTable[string]

export const STRINGS: FunctionTable = {
  startsWith: ofTexts((value, other) => value.startsWith(other)),
  endsWith: ofTexts((value, other) => value.endsWith(other)),
  contains: ofTexts((value, other) => value.includes(other)),
  indexOf: ofTexts((value, other) => value.indexOf(other)),
  matches: ofTexts((value, source) => pattern(source).test(value)),
  matchesFull: ofTexts((value, source) => pattern(`^(?:${source})$`).test(value)),
  replace: replacing((value, what, by) => value.replaceAll(what, () => by)),
  replaceMatches: replacing((value, what, by) => value.replace(new RegExp(pattern(what), 'gs'), by)),
  split: ofTexts((value, separator) => value.split(separator)),
  substring: {
    min: 1,
    max: 2,
    compile: (of, args) => {
      const [start, length] = [argument(args), argument(args, 1)]
      return (self, scope) => {
        const [value, from] = [text(of(self, scope)), number(start(self, scope))]
        return value === undefined || from === undefined ? undefined : substring(value, from, number(length(self, scope)))
      }
    },
  },
  length: ofText((value) => value.length),
  upper: ofText((value) => value.toUpperCase()),
  lower: ofText((value) => value.toLowerCase()),
  trim: ofText((value) => value.trim()),
  toChars: ofText((value) => [...value]),
  toString: ofInput(toText),
  toInteger: ofInput(toInteger),
  toDecimal: ofInput(toDecimal),
  toBoolean: ofInput(toBoolean),
}
