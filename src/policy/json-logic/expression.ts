// What a JsonLogic rule compiles to (design, "Policies"; security-requirements F3, P-12). Unlike json-logic-js it is three-valued: an
// operation on what is missing, or on values of the wrong type, is unknown, and unknown is never true, under `!` either.
import type { Site } from '../diagnostics.ts'

/** Steps that an evaluation may still take: lists of a request are as long as its sender likes. */
export interface Budget {
  left: number
}

/** `undefined`: unknown. `data` is the request, and within an iteration its item. */
export type Expression = (data: unknown, budget: Budget) => unknown

export interface Context {
  /** How many iterations this is within. */
  readonly depth: number
}

/** Compiles a rule or a literal; what is wrong is said to `site`. */
export type Compile = (rule: unknown, site: Site, context: Context) => Expression

export type Operator = (operands: readonly unknown[], compile: Compile, site: Site, context: Context) => Expression

export const UNKNOWN: Expression = () => undefined

/** JsonLogic's: an empty list is false, and a text that is not empty is true. */
export const truthy = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))

/** Takes steps. Throws where there are none left: the policy is false (P-02). */
export const spend = (budget: Budget, steps = 1): void => {
  budget.left -= steps
  if (budget.left < 0) throw new Error('the rule takes too many steps')
}

const PER_STEP = 64

/** The steps that looking at a value takes. */
export const sizeOf = (value: unknown): number => {
  if (Array.isArray(value)) return 1 + value.length
  return typeof value === 'string' ? 1 + Math.floor(value.length / PER_STEP) : 1
}
