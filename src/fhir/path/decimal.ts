// Decimals, exact where JavaScript's numbers are not (FHIRPath 2.0 §Decimal): a number's text as digits and a scale.
import { ExactNumber } from '../../http/json.ts'
import { PathError } from './collection.ts'

/** `digits` × 10^-`scale`. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

export type NumberItem = number | ExactNumber

export const isNumber = (value: unknown): value is NumberItem => typeof value === 'number' || value instanceof ExactNumber

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** What 1e400 would cost to write out. */
const MAX_SCALE = 400

const decimalOf = (value: NumberItem): Decimal => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    DECIMAL.exec(typeof value === 'number' ? String(value) : value.text) ?? []
  const scale = fraction.length - Number(exponent)
  if (whole === '' || Math.abs(scale) > MAX_SCALE) throw new PathError('the number is out of range')
  const digits = BigInt(sign + whole + fraction)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

const at = ({ digits, scale }: Decimal, wanted: number): bigint => digits * 10n ** BigInt(wanted - scale)

/** A number where JavaScript's says the same, else its exact text. */
const numberOf = ({ digits, scale }: Decimal): NumberItem => {
  const sign = digits < 0n ? '-' : ''
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const fraction = all.slice(all.length - scale).replace(/0+$/, '')
  const text = `${sign}${all.slice(0, all.length - scale)}${scale > 0 && fraction !== '' ? `.${fraction}` : ''}`
  return String(Number(text)) === text ? Number(text) : new ExactNumber(text)
}

const bothSafe = (left: NumberItem, right: NumberItem): boolean => Number.isSafeInteger(left) && Number.isSafeInteger(right)

/** Below, at or above 0, as `left` is below, at or above `right`. */
export const compareNumbers = (left: NumberItem, right: NumberItem): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [a, b] = [decimalOf(left), decimalOf(right)]
  const scale = Math.max(a.scale, b.scale)
  const difference = at(a, scale) - at(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Decimal places of a division's result (FHIRPath 2.0 asks for at least eight). */
const DIVISION_SCALE = 16

type Operation = (left: NumberItem, right: NumberItem) => NumberItem | undefined

const aligned =
  (
    operate: (left: bigint, right: bigint, scale: number) => Decimal | undefined,
    quick: (left: number, right: number) => number,
  ): Operation =>
  (left, right) => {
    if (typeof left === 'number' && typeof right === 'number' && bothSafe(left, right)) {
      const result = quick(left, right)
      if (Number.isSafeInteger(result)) return result
    }
    const [a, b] = [decimalOf(left), decimalOf(right)]
    const scale = Math.max(a.scale, b.scale)
    const result = operate(at(a, scale), at(b, scale), scale)
    return result && numberOf(result)
  }

/** Division by zero is nothing. */
export const ARITHMETIC: Readonly<Record<'+' | '-' | '*' | '/' | 'div' | 'mod', Operation>> = {
  '+': aligned(
    (a, b, scale) => ({ digits: a + b, scale }),
    (a, b) => a + b,
  ),
  '-': aligned(
    (a, b, scale) => ({ digits: a - b, scale }),
    (a, b) => a - b,
  ),
  '*': aligned(
    (a, b, scale) => ({ digits: a * b, scale: 2 * scale }),
    (a, b) => a * b,
  ),
  '/': aligned(
    (a, b) => (b === 0n ? undefined : { digits: (a * 10n ** BigInt(DIVISION_SCALE)) / b, scale: DIVISION_SCALE }),
    (a, b) => a / b,
  ),
  div: aligned(
    (a, b) => (b === 0n ? undefined : { digits: a / b, scale: 0 }),
    (a, b) => Math.trunc(a / b),
  ),
  mod: aligned(
    (a, b, scale) => (b === 0n ? undefined : { digits: a % b, scale }),
    (a, b) => a % b,
  ),
}

/** A number's text without trailing zeros, the same for equal numbers. */
export const canonicalNumber = (value: NumberItem): string => {
  if (typeof value === 'number') return String(value)
  const result = numberOf(decimalOf(value))
  return typeof result === 'number' ? String(result) : result.text
}
