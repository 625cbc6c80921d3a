// FHIR dates as intervals (R4 search.html#date): a value stands for all the time that its precision leaves open. No offset means UTC.
import type { Interval } from '../../store/criterion.ts'

/** What a period without a start or an end reaches: the first and the last instant that ECMAScript can say. */
export const FAR_PAST = -8.64e15
export const FAR_FUTURE = 8.64e15

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

const offsetOf = (zone: string | undefined): number => {
  if (!zone || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

/** UTC milliseconds, also of the years 0000 to 0099, which Date.UTC would take for 1900 to 1999. */
const utc = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number =>
  new Date(0).setUTCFullYear(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1000

/** The interval of a date, dateTime or instant; undefined where it is not one. */
export const intervalOf = (text: string): Interval | undefined => {
  const found = DATE.exec(text)
  if (!found) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => (part ? Number(part) : undefined))
  const [, , m, d, h, , s, fraction, zone] = found
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined
  if (new Date(utc(year, month - 1, day)).getUTCDate() !== day) return undefined
  if (!m) return { from: utc(year, 0, 1), to: utc(year + 1, 0, 1) }
  if (!d) return { from: utc(year, month - 1, 1), to: utc(year, month, 1) }
  if (!h) return { from: utc(year, month - 1, day), to: utc(year, month - 1, day + 1) }
  const start = utc(year, month - 1, day, hour, minute, second) - offsetOf(zone)
  if (!s) return { from: start, to: start + 60_000 }
  if (!fraction) return { from: start, to: start + 1000 }
  const from = start + Number(fraction.slice(0, 3).padEnd(3, '0'))
  return { from, to: from + 10 ** Math.max(0, 3 - fraction.length) }
}
