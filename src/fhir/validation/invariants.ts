// Constraints of elements (R4 elementdefinition.html#constraint), their FHIRPath compiled once.
import { compileInvariant, element } from '../path/invariant.ts'
import type { ConstraintRule } from './definition.ts'
import { type Check, fail, note, warn } from './run.ts'

/** `htmlChecks()`, written by hand in xhtml.ts. */
const BY_HAND: ReadonlySet<string> = new Set(['txt-1', 'txt-2'])

/** The check of one constraint. `type` is that of a primitive, or of a choice, which FHIRPath cannot tell from the value. */
export const invariantCheck = ({ key, severity, human, expression }: ConstraintRule, type?: string): Check | undefined => {
  if (BY_HAND.has(key)) return undefined
  let compiled: ReturnType<typeof compileInvariant> | undefined
  const say = severity === 'warning' ? warn : fail
  return (value, run, own) => {
    if (severity === 'warning' && !run.thorough) return
    compiled ??= compileInvariant(expression)
    const answer = compiled(type === undefined ? value : element(value, type, own), run.environment)
    if (answer === false) say(run, 'invariant', `${key}: ${human}`)
    else if (answer === 'unknown') note(run, 'not-found', `${key} is not checked: it asks for what is not at hand`)
  }
}

/** The checks of several constraints, but for those that are checked elsewhere. */
export const invariantChecks = (
  constraints: readonly ConstraintRule[] | undefined,
  elsewhere: (key: string) => boolean,
  type?: string,
): readonly Check[] => (constraints ?? []).flatMap((one) => (elsewhere(one.key) ? [] : (invariantCheck(one, type) ?? [])))
