// Dates, dateTimes, instants and times of day as JSON spells them: strings. Two precisions may leave an order open (FHIRPath 2.0 §Comparison).
import { intervalOf } from '../search/date.ts'

const TIME = /^(?:\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d.*)?)?)?|\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/
const SECONDS = /:\d\d:\d\d/
const FRACTION = /:\d\d\.(\d+)/

/** Is it spelt as a date, a dateTime or a time of day? */
export const isTime = (text: string): boolean => TIME.test(text)

const order = (left: number | string, right: number | string): number => (left < right ? -1 : left > right ? 1 : 0)

/** Milliseconds of an instant, and what is beyond them: FHIRPath takes seconds and their fraction as one precision. */
const instantOf = (text: string, from: number): number => {
  const beyond = (FRACTION.exec(text)?.[1] ?? '').slice(3)
  return beyond === '' ? from : from + Number(`0.${beyond}`)
}

const precision = (text: string): number => (SECONDS.test(text) ? 19 : Math.min(text.length, 16))

/** Below, at or above 0; undefined where the precisions leave it open or a text is no time. */
export const compareTimes = (left: string, right: string): number | undefined => {
  if (left === right) return 0
  if (left.charAt(2) === ':' || right.charAt(2) === ':') return compareClock(left, right)
  const [a, b] = [intervalOf(left), intervalOf(right)]
  if (!a || !b) return undefined
  const same = precision(left) === precision(right)
  if (same) return order(instantOf(left, a.from), instantOf(right, b.from))
  if (a.to <= b.from) return -1
  return b.to <= a.from ? 1 : undefined
}

const compareClock = (left: string, right: string): number | undefined => {
  if (left.charAt(2) !== right.charAt(2)) return undefined
  if (SECONDS.test(`00:${left}`) === SECONDS.test(`00:${right}`)) return order(left, right)
  return left.slice(0, 5) === right.slice(0, 5) ? undefined : order(left, right)
}
