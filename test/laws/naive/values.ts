// When an element satisfies one search value, as plainly as R4 search.html says it, for each type of parameter.

type Fields = Readonly<Record<string, unknown>>
export interface Value {
  readonly modifier: string
  readonly text: string
}

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const plain = (value: string): string => value.replace(/\\([,$|\\])/g, '$1')
const folded = (value: string): string => value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

interface Coded {
  readonly system: string
  readonly code: string
}

const codesOf = (element: unknown): readonly Coded[] => {
  if (typeof element !== 'object' || element === null) return [{ system: '', code: String(element) }]
  const { coding, system, code, value, use, rank } = fields(element)
  if (coding !== undefined) return list(coding).flatMap(codesOf)
  if (code !== undefined) return [{ system: text(system), code: text(code) }]
  // A ContactPoint's system says how to reach, not whose code it is.
  const contact = use !== undefined || rank !== undefined || ['phone', 'email', 'url'].includes(text(system))
  return value === undefined && system === undefined ? [] : [{ system: contact ? '' : text(system), code: text(value) }]
}
const textsOf = (element: unknown): readonly string[] => {
  const { coding, text: own, display, type } = fields(element)
  return [own, display, ...list(coding).map((one) => fields(one).display), fields(type).text].map(text).filter((one) => one !== '')
}

const token = (element: unknown, { modifier, text: wanted }: Value): boolean => {
  if (modifier === 'text') return textsOf(element).some((one) => folded(one).startsWith(folded(plain(wanted))))
  if (modifier === 'of-type') {
    const [system, type, value] = wanted.split('|')
    const { type: kind, value: own } = fields(element)
    return codesOf(kind).some((one) => one.system === system && one.code === type) && own === value
  }
  const [first = '', second] = wanted.split('|').map(plain)
  return codesOf(element).some(({ system, code }) =>
    second === undefined ? code === first : system === first && (second === '' || code === second),
  )
}

const PARTS = ['text', 'family', 'given', 'prefix', 'suffix', 'line', 'city', 'district', 'state', 'postalCode', 'country']

const string = (element: unknown, { modifier, text: wanted }: Value): boolean => {
  const own = typeof element === 'string' ? [element] : PARTS.flatMap((part) => list(fields(element)[part]).map(text))
  if (modifier === 'exact') return own.includes(plain(wanted))
  const sought = folded(plain(wanted))
  return own.map(folded).some((one) => one !== '' && (modifier === 'contains' ? one.includes(sought) : one.startsWith(sought)))
}

const uri = (element: unknown, { modifier, text: wanted }: Value): boolean => {
  const own = String(element)
  const under = (one: string, other: string): boolean => one === other || one.startsWith(other.endsWith('/') ? other : `${other}/`)
  if (modifier === 'below') return under(own, wanted)
  if (modifier === 'above') return under(wanted, own)
  return modifier === 'contains' ? own.includes(wanted) : own === wanted
}

type Range = readonly [from: number, to: number]

/** The first millisecond of a date or dateTime and the first after it. */
export const rangeOf = (value: string): Range => {
  const [, date = '', time, zone = 'Z'] = /^([\d-]+)(?:T([\d:.]+)(Z|[+-]\d\d:\d\d)?)?$/.exec(value) ?? []
  const [year = 0, month, day] = date.split('-').map(Number)
  if (time === undefined) {
    if (month === undefined) return [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
    return day === undefined
      ? [Date.UTC(year, month - 1), Date.UTC(year, month)]
      : [Date.UTC(year, month - 1, day), Date.UTC(year, month - 1, day + 1)]
  }
  const from = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${zone}`)
  return [from, from + (time.includes('.') ? 1 : time.length === 5 ? 60_000 : 1_000)]
}

const timesOf = (element: unknown): readonly Range[] => {
  if (typeof element === 'string') return [rangeOf(element)]
  if (typeof element !== 'object' || element === null) return []
  // fhirpath gives dates as objects of its own, which print as they are written.
  const { start, end, event, repeat } = fields(element)
  if (event !== undefined) {
    const ranges = list(event).map((one) => rangeOf(text(one)))
    return [[Math.min(...ranges.map(([from]) => from)), Math.max(...ranges.map(([, to]) => to))]]
  }
  if (repeat !== undefined) return timesOf(fields(repeat).boundsPeriod)
  if (start === undefined && end === undefined) return /^\d{4}/.test(String(element)) ? [rangeOf(String(element))] : []
  return [
    [
      start === undefined ? Number.NEGATIVE_INFINITY : rangeOf(text(start))[0],
      end === undefined ? Number.POSITIVE_INFINITY : rangeOf(text(end))[1],
    ],
  ]
}

const prefixed = (wanted: string): readonly [string, string] => {
  const [, prefix = 'eq', rest = wanted] = /^(eq|ne|gt|lt|ge|le|sa|eb)(?=[\d-])(.*)$/.exec(wanted) ?? []
  return [prefix, rest]
}

const date = (element: unknown, { text: wanted }: Value): boolean => {
  const [prefix, rest] = prefixed(wanted)
  const [from, to] = rangeOf(rest)
  return timesOf(element).some(([start, end]) => {
    const equal = start >= from && end <= to
    const answers: Readonly<Record<string, boolean>> = {
      eq: equal,
      ne: !equal,
      gt: end > to,
      lt: start < from,
      ge: end > to || equal,
      le: start < from || equal,
      sa: start >= to,
      eb: end <= from,
    }
    return answers[prefix] ?? false
  })
}

/** A number, or the ends of a Range, which is equal where it lies within. */
const compared = ([low, high]: Range, wanted: string): boolean => {
  const [prefix, rest] = prefixed(wanted)
  const value = Number(rest)
  const digits = (rest.split('.')[1] ?? '').length
  const half = 0.5 * 10 ** -digits
  const equal = low >= value - half - 1e-12 && high < value + half - 1e-12
  const answers: Readonly<Record<string, boolean>> = {
    eq: equal,
    ne: !equal,
    gt: high > value,
    sa: low > value,
    lt: low < value,
    eb: high < value,
    ge: high >= value,
    le: low <= value,
  }
  return answers[prefix] ?? false
}

const number = (element: unknown, { text: wanted }: Value): boolean => compared([Number(element), Number(element)], wanted)

/** The ends of a Quantity or a Range, and what says the unit. */
const measureOf = (element: unknown): readonly [Range, Fields] | undefined => {
  const { value, low, high } = fields(element)
  if (value !== undefined) return [[Number(value), Number(value)], fields(element)]
  if (low === undefined && high === undefined) return undefined
  const ends: Range = [Number(fields(low).value ?? Number.NEGATIVE_INFINITY), Number(fields(high).value ?? Number.POSITIVE_INFINITY)]
  return [ends, fields(low ?? high)]
}

const quantity = (element: unknown, { text: wanted }: Value): boolean => {
  const [ends, { system, code, unit, currency } = {}] = measureOf(element) ?? []
  const [amount = '', wantedSystem = '', wantedCode = ''] = wanted.split('|')
  if (!ends || !compared(ends, amount)) return false
  if (wantedSystem !== '' && system !== wantedSystem) return false
  if (wantedCode === '') return true
  return wantedSystem === '' ? [code, unit, currency].includes(wantedCode) : (code ?? currency) === wantedCode
}

/** A reference by `Type/id` or by id; a canonical or another url by itself. */
const reference = (element: unknown, { modifier, text: wanted }: Value): boolean => {
  if (modifier === 'identifier') return token(fields(element).identifier, { modifier: '', text: wanted })
  const own = typeof element === 'string' ? element : text(fields(element).reference)
  if (modifier !== '') return own === `${modifier}/${wanted.replace(`${modifier}/`, '')}`
  if (own === wanted || own.split('|')[0] === wanted) return true
  return !wanted.includes('/') && /^[A-Z][A-Za-z]+\/[^/]+$/.test(own) && own.split('/')[1] === wanted
}

export const MATCHERS: Readonly<Record<string, (element: unknown, value: Value) => boolean>> = {
  token,
  string,
  uri,
  date,
  number,
  quantity,
  reference,
}
