// Index entries of date, number and quantity parameters: intervals (R4 search.html#date, #number, #quantity).
import type { Interval } from '../../store/criterion.ts'
import type { IndexEntry } from '../../store/entries.ts'
import { FAR_FUTURE, FAR_PAST, intervalOf } from './date.ts'
import { decimalOf, literalOf } from './decimal.ts'
import { isObject, type Visitor } from './path.ts'

type Visit = Visitor<IndexEntry[]>

const instant = (value: unknown): Interval | undefined => (typeof value === 'string' ? intervalOf(value) : undefined)

const period = (value: unknown): Interval | undefined => {
  if (!isObject(value)) return undefined
  const [start, end] = [instant(value.start), instant(value.end)]
  return start || end ? { from: start?.from ?? FAR_PAST, to: end?.to ?? FAR_FUTURE } : undefined
}

/** From the first to the last event, or the bounds of the repetition (R4 search.html#date, Timing). */
const timing = (value: unknown): Interval | undefined => {
  if (!isObject(value)) return undefined
  const events = (Array.isArray(value.event) ? value.event : []).flatMap((event) => instant(event) ?? [])
  if (events.length > 0) return { from: Math.min(...events.map(({ from }) => from)), to: Math.max(...events.map(({ to }) => to)) }
  return isObject(value.repeat) ? period(value.repeat.boundsPeriod) : undefined
}

const TIMES = new Map<string, (value: unknown) => Interval | undefined>([
  ['date', instant],
  ['dateTime', instant],
  ['instant', instant],
  ['Period', period],
  ['Timing', timing],
])

/** How an element of this type is read as an interval; undefined where it is no time. */
export const timeReader = (type: string): ((value: unknown) => Interval | undefined) | undefined => TIMES.get(type)

/** What a date parameter indexes of an element of this type. */
export const dateVisitor = (param: string, type: string): Visit | undefined => {
  const read = TIMES.get(type)
  return (
    read &&
    ((value, out) => {
      const interval = read(value)
      if (interval) out.push({ kind: 'date', param, ...interval })
    })
  )
}

const numberIn = (value: unknown): number | undefined => {
  const literal = literalOf(value)
  return literal === undefined ? undefined : decimalOf(literal)?.value
}

const point = (value: number): Interval => ({ from: value, to: value })

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** By code, and by the unit too where it reads differently: `5.4||mg` matches either. */
const measure = (param: string, ends: Interval, quantity: Readonly<Record<string, unknown>>, out: IndexEntry[]): void => {
  const [system, code, unit] = [text(quantity.system), text(quantity.code ?? quantity.currency), text(quantity.unit)]
  out.push({ kind: 'number', param, ...ends, system, code: code || unit })
  if (code !== '' && unit !== '' && unit !== code) out.push({ kind: 'number', param, ...ends, system: '', code: unit })
}

const quantity = (param: string, value: unknown, out: IndexEntry[]): void => {
  const number = isObject(value) ? numberIn(value.value) : undefined
  if (number !== undefined && isObject(value)) measure(param, point(number), value, out)
}

/** From its low to its high, both of them in it; open where one is not given (R4 datatypes.html#Range). */
const range = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (!isObject(value)) return
  const low = isObject(value.low) ? value.low : undefined
  const high = isObject(value.high) ? value.high : undefined
  const [from, to] = [numberIn(low?.value), numberIn(high?.value)]
  if (from === undefined && to === undefined) return
  measure(param, { from: from ?? -Number.MAX_VALUE, to: to ?? Number.MAX_VALUE }, low ?? high ?? {}, out)
}

const QUANTITIES: ReadonlySet<string> = new Set([
  'Quantity',
  'Age',
  'Duration',
  'Distance',
  'Count',
  'Money',
  'MoneyQuantity',
  'SimpleQuantity',
])
const NUMBERS: ReadonlySet<string> = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt'])

/** What a number or quantity parameter indexes of an element of this type. */
export const numberVisitor = (param: string, type: string): Visit | undefined => {
  if (QUANTITIES.has(type)) return (value, out) => quantity(param, value, out)
  if (type === 'Range') return (value, out) => range(param, value, out)
  if (!NUMBERS.has(type)) return undefined
  return (value, out) => {
    const number = numberIn(value)
    if (number !== undefined) out.push({ kind: 'number', param, ...point(number), system: '', code: '' })
  }
}
