// Decimals with the precision that their text implies (R4 search.html#number): 5.4 is [5.35, 5.45), 5.40 is [5.395, 5.405).
// Bounds come from the text, since binary arithmetic says something else (5.40 − 0.005).

export interface Bounded {
  readonly value: number
  readonly from: number
  readonly to: number
}

const DECIMAL = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/

/** Whole numbers with whose halves a JavaScript number is exact. */
const SMALL = /^-?\d{1,12}$/

/** The value and its bounds; undefined where the text is no decimal, or none that a number can hold. */
export const decimalOf = (text: string): Bounded | undefined => {
  if (SMALL.test(text)) return { value: Number(text), from: Number(text) - 0.5, to: Number(text) + 0.5 }
  const found = DECIMAL.exec(text)
  if (!found) return undefined
  const [, sign, whole = '', fraction = '', exponent] = found
  // 1e2 is [95, 105): one digit more than it shows.
  const extra = exponent !== undefined && fraction === '' ? 1 : 0
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}${'0'.repeat(extra + 1)}`)
  const scale = Number(exponent ?? 0) - fraction.length - extra - 1
  const value = Number(text)
  const [from, to] = [Number(`${digits - 5n}e${scale}`), Number(`${digits + 5n}e${scale}`)]
  return Number.isFinite(value) && Number.isFinite(from) && Number.isFinite(to) ? { value, from, to } : undefined
}

/** The literal of a JSON number, be it a JavaScript number or an exact one (http/json.ts). */
export const literalOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string') return value.text
  return undefined
}
