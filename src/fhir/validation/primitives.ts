// The primitive types and what their values look like in JSON (R4 datatypes.html#primitive).
import { ExactNumber } from '../../http/json.ts'

export interface Primitive {
  readonly holds: (value: unknown) => boolean
  /** For people: "a date such as …". */
  readonly expected: string
}

/** Characters (R4 datatypes.html#string: 1 MB). */
const LONGEST = 1_048_576

const textual = (pattern: RegExp, expected: string): Primitive => ({
  holds: (value) => typeof value === 'string' && value.length <= LONGEST && pattern.test(value),
  expected,
})

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** 30 February is well-formed and no day. */
const isDay = (year: number, month: number, day: number): boolean => {
  if (day > (DAYS[month - 1] ?? 0)) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

/** A text of the pattern, whose day exists. */
const dated = (pattern: RegExp, expected: string): Primitive => ({
  holds: (value) => {
    if (typeof value !== 'string' || !pattern.test(value)) return false
    return value.length < 10 || isDay(Number(value.slice(0, 4)), Number(value.slice(5, 7)), Number(value.slice(8, 10)))
  },
  expected,
})

const DAY = String.raw`(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const PARTIAL = String.raw`(?!0000)\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?`
const CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?`
const ZONE = String.raw`(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))`

const whole = (least: number, expected: string): Primitive => ({
  // A text that is not the usual one of its number (`1.0`, `1e2`, `-0`) is kept, and no whole number's.
  holds: (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 2_147_483_647,
  expected,
})

const base64: Primitive = {
  holds: (value) => {
    if (typeof value !== 'string' || value === '') return false
    const bare = /\s/.test(value) ? value.replace(/\s+/g, '') : value
    return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare)
  },
  expected: 'base64',
}

const URI = textual(/^\S+$/, 'a URI without white space')
/** Control characters other than tab and line ends have no place in text (R4 datatypes.html#string). */
const CONTROL = /[^\P{Cc}\t\r\n\u007f-\u009f]/u
const STRING: Primitive = {
  holds: (value) => typeof value === 'string' && value.length <= LONGEST && /\S/.test(value) && !CONTROL.test(value),
  expected: 'text that is not empty, without control characters',
}

/** By type. */
export const PRIMITIVES: ReadonlyMap<string, Primitive> = new Map<string, Primitive>([
  ['boolean', { holds: (value) => typeof value === 'boolean', expected: 'true or false' }],
  ['integer', whole(-2_147_483_648, 'a whole number')],
  ['unsignedInt', whole(0, 'a whole number from 0')],
  ['positiveInt', whole(1, 'a whole number from 1')],
  ['decimal', { holds: (value) => typeof value === 'number' || value instanceof ExactNumber, expected: 'a number' }],
  ['string', STRING],
  ['markdown', STRING],
  ['code', textual(/^\S+(?: \S+)*$/, 'a code: no white space but single spaces within')],
  ['id', textual(/^[A-Za-z0-9\-.]{1,64}$/, 'an id: up to 64 letters, digits, - and .')],
  ['uri', URI],
  ['url', URI],
  ['canonical', URI],
  ['oid', textual(/^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/, 'an OID, as in urn:oid:1.2.3')],
  ['uuid', textual(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'a UUID, as in urn:uuid:…')],
  ['date', dated(new RegExp(`^${PARTIAL}$`), 'a date such as 2024, 2024-05 or 2024-05-31')],
  ['dateTime', dated(new RegExp(`^(?:${PARTIAL}|${DAY}T${CLOCK}${ZONE})$`), 'a date, or a date and time with its offset')],
  ['instant', dated(new RegExp(`^${DAY}T${CLOCK}${ZONE}$`), 'a date and time with its offset, to the second')],
  ['time', textual(new RegExp(`^${CLOCK}$`), 'a time such as 13:45:00')],
  ['base64Binary', base64],
  ['xhtml', { holds: (value) => typeof value === 'string', expected: 'XHTML as text' }],
])

const NUMERIC: ReadonlySet<string> = new Set(['integer', 'unsignedInt', 'positiveInt', 'decimal'])
const MAX_SHOWN = 60

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof ExactNumber || typeof value === 'number') return 'a number'
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a string' : 'a boolean'
}

const shown = (value: unknown): string => {
  const written = value instanceof ExactNumber ? value.text : JSON.stringify(value)
  return written.length > MAX_SHOWN ? `${written.slice(0, MAX_SHOWN)}…` : written
}

/** Why a value that is not of the type is not: its kind in JSON, or else its form. */
export const whyNot = (type: string, value: unknown): { readonly code: 'structure' | 'value'; readonly diagnostics: string } => {
  const wanted = type === 'boolean' ? 'a boolean' : NUMERIC.has(type) ? 'a number' : 'a string'
  const kind = kindOf(value)
  const expected = PRIMITIVES.get(type)?.expected ?? type
  if (kind === 'a list') return { code: 'structure', diagnostics: 'this element has one value, not a list' }
  if (kind !== wanted) return { code: 'structure', diagnostics: `${type} is ${wanted} in JSON, not ${kind}: ${expected} is expected` }
  return { code: 'value', diagnostics: `${shown(value)} is no ${type}: ${expected} is expected` }
}
