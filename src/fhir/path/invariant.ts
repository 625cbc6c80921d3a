// Invariants of StructureDefinitions (ElementDefinition.constraint), compiled: they hold where their expression is exactly true.
import { BY_HAND } from './by-hand.ts'
import { Element, type Fields, type Item, PathError } from './collection.ts'
import { compilePath } from './compile.ts'
import { ERRATA } from './errata.ts'
import type { Environment } from './scope.ts'
import { UnknownAnswer } from './unknown.ts'

/** True or false; 'unknown' where the answer needs a terminology or a conversion that is not at hand. Nothing (an empty result) is false. */
export type Invariant = (focus: unknown, environment: Environment) => boolean | 'unknown'

const compiled = new Map<string, Invariant>()

const compile = (expression: string): Invariant => {
  const byHand = BY_HAND.get(expression)
  if (byHand) return byHand
  const path = compilePath(ERRATA.get(expression) ?? expression)
  return (focus, environment) => {
    try {
      const found = path(focus, environment)
      return found === true || (Array.isArray(found) && found.length === 1 && found[0] === true)
    } catch (error) {
      if (error instanceof UnknownAnswer) return 'unknown'
      if (error instanceof PathError) return false
      throw error
    }
  }
}

/**
 * The invariant of an expression, compiled once. Throws PathSyntaxError for what is not supported, so that none is dropped in silence.
 * The focus is a JSON value; where the type matters that only its element's name told (a choice), or a primitive has an id or extensions, `element()` says so.
 */
export const compileInvariant = (expression: string): Invariant => {
  const known = compiled.get(expression)
  if (known) return known
  const invariant = compile(expression)
  compiled.set(expression, invariant)
  return invariant
}

/** A focus with its type (`dateTime` of effectiveDateTime), and its `_effectiveDateTime` where there is one. */
export const element = (value: unknown, type: string | undefined, own?: unknown): unknown =>
  new Element(value === null ? undefined : (value as Item | undefined), type, own === null ? undefined : (own as Fields | undefined))
