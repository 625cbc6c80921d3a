// The shape of a function's row: how many arguments it takes, and how a call compiles.
import { type Collection, items, text } from '../collection.ts'
import type { Evaluate } from '../scope.ts'

export interface PathFunction {
  readonly min: number
  readonly max: number
  /** `of` finds the input; `args` are the arguments, to be evaluated at `$this` or, where they are criteria, at each item. */
  readonly compile: (of: Evaluate, args: readonly Evaluate[]) => Evaluate
}

export type FunctionTable = Readonly<Record<string, PathFunction>>

const NOTHING: Evaluate = () => undefined

/** One argument, the first or another. */
export const argument = (args: readonly Evaluate[], at = 0): Evaluate => args[at] ?? NOTHING

/** A function of its input alone. */
export const ofInput = (apply: (input: Collection) => Collection): PathFunction => ({
  min: 0,
  max: 0,
  compile: (of) => (self, scope) => apply(of(self, scope)),
})

/** A function of its input and one other collection. */
export const ofTwo = (apply: (input: Collection, other: Collection) => Collection): PathFunction => ({
  min: 1,
  max: 1,
  compile: (of, args) => {
    const other = argument(args)
    return (self, scope) => apply(of(self, scope), other(self, scope))
  },
})

/** A function of one string; nothing where there is none. */
export const ofText = (apply: (input: string) => Collection): PathFunction =>
  ofInput((input) => {
    const value = text(input)
    return value === undefined ? undefined : apply(value)
  })

/** A function of two strings; nothing where one is missing. */
export const ofTexts = (apply: (input: string, other: string) => Collection): PathFunction =>
  ofTwo((input, other) => {
    const [value, argumentText] = [text(input), text(other)]
    return value === undefined || argumentText === undefined ? undefined : apply(value, argumentText)
  })

/** Runs a criterion at each item, with `$index`; ends where `visit` answers true. */
export const visitEach = (input: Collection, scope: { index: number }, visit: (item: Collection, at: number) => boolean): boolean => {
  const outer = scope.index
  const list = items(input)
  let done = false
  for (let at = 0; at < list.length && !done; at++) {
    scope.index = at
    done = visit(list[at], at)
  }
  scope.index = outer
  return done
}
