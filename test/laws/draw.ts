// Deterministic randomness for laws over random data and requests: a seed is printed, and gives the same run again.

export interface Draw {
  /** Whole number in [0, below). */
  readonly below: (below: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <Value>(values: readonly Value[]) => Value
  readonly bytes: (length: number) => Uint8Array
}

/** mulberry32: 32 bits of state, enough for choosing test cases. */
export const createDraw = (seed: number): Draw => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('nothing to pick from')
      return value
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}
