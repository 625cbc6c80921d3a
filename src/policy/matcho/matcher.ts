// What every compiled engine is: a test over (value, request), and the first reason why it fails.
import type { Mismatch } from '../diagnostics.ts'

export interface Matcher {
  test(value: unknown, request: unknown): boolean
  /** The first mismatch, or undefined when it matches. */
  explain(value: unknown, request: unknown, path: readonly string[]): Mismatch | undefined
}

/** A matcher that is explained by its pattern as a whole. */
export const leaf = (expected: unknown, test: Matcher['test']): Matcher => ({
  test,
  explain: (value, request, path) => (test(value, request) ? undefined : { expected, but: value, path }),
})

/** What did not compile: its error is on record, and it never matches. */
export const never = (expected: unknown): Matcher => leaf(expected, () => false)

/** All must hold; explained by the first that does not. */
export const every = (of: readonly Matcher[]): Matcher => ({
  test: (value, request) => of.every((one) => one.test(value, request)),
  explain: (value, request, path) => {
    for (const one of of) {
      const mismatch = one.explain(value, request, path)
      if (mismatch) return mismatch
    }
    return undefined
  },
})
