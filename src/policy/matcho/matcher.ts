// What every compiled engine is: a test over (value, request), and the first reason why it fails.
import type { Mismatch } from '../diagnostics.ts'
import { allOf, anyOf, type Grant } from '../grant.ts'
import type { RequestObject } from '../request-object.ts'

export interface Matcher {
  test(value: unknown, request: unknown): boolean
  /** The first mismatch, or undefined when it matches. */
  explain(value: unknown, request: unknown, path: readonly string[]): Mismatch | undefined
  /** About what a test costs: of several that must all hold, the cheapest is asked first. */
  readonly cost: number
  /** Where searches decide, at least in part: how far they reach. Then `test` is no answer. */
  readonly grant?: (request: RequestObject) => Grant
}

const grantOf = (matcher: Matcher, request: RequestObject): Grant => matcher.grant?.(request) ?? matcher.test(request, request)

const joined = (of: readonly Matcher[], join: (of: readonly Grant[]) => Grant): Pick<Matcher, 'grant'> =>
  of.some(({ grant }) => grant) ? { grant: (request) => join(of.map((one) => grantOf(one, request))) } : {}

const CHEAP = 1
/** A regular expression, a path, a list. */
export const DEAR = 4

/** A matcher that is explained by its pattern as a whole. */
export const leaf = (expected: unknown, test: Matcher['test'], cost = CHEAP): Matcher => ({
  cost,
  test,
  explain: (value, request, path) => (test(value, request) ? undefined : { expected, but: value, path }),
})

/** What did not compile: its error is on record, and it never matches. */
export const never = (expected: unknown): Matcher => leaf(expected, () => false)

/** In the order of their cost; of equal ones, as they were written. */
export const cheapestFirst = <T extends { readonly matcher: Matcher }>(of: readonly T[]): readonly T[] =>
  [...of].sort((one, other) => one.matcher.cost - other.matcher.cost)

/** All must hold; explained by the first that does not. */
export const every = (of: readonly Matcher[]): Matcher => {
  const inOrder = cheapestFirst(of.map((matcher) => ({ matcher })))
  return {
    cost: of.reduce((sum, { cost }) => sum + cost, 0),
    ...joined(of, allOf),
    test: (value, request) => inOrder.every(({ matcher }) => matcher.test(value, request)),
    explain: (value, request, path) => {
      for (const one of of) {
        const mismatch = one.explain(value, request, path)
        if (mismatch) return mismatch
      }
      return undefined
    },
  }
}

/** One must hold; explained by the first. */
export const some = (of: readonly Matcher[]): Matcher => ({
  cost: of.reduce((sum, { cost }) => sum + cost, 0),
  ...joined(of, anyOf),
  test: (value, request) => of.some((one) => one.test(value, request)),
  explain: (value, request, path) => {
    const mismatches = of.map((one) => one.explain(value, request, path))
    return mismatches.includes(undefined) ? undefined : mismatches[0]
  },
})
