// Invariants (R4 conformance-rules.html#constraints): each an expression that must be exactly true.
import { compileInvariant, element, type Invariant } from '../path/invariant.ts'
import type { ConstraintRule } from './definition.ts'
import type { Check, Run } from './run.ts'

/** Checked by hand in the base pass: of every reference (reference.ts) and every narrative (xhtml.ts). */
const BY_HAND: ReadonlySet<string> = new Set(['ref-1', 'txt-1', 'txt-2'])
/** They say something of contained resources only. */
const OF_CONTAINED: ReadonlySet<string> = new Set(['dom-2', 'dom-3', 'dom-4', 'dom-5'])

const judge = (invariant: Invariant, { key, severity, human }: ConstraintRule, focus: unknown, run: Run): void => {
  const answer = invariant(focus, run.environment)
  if (answer === true) return
  if (answer === 'unknown') run.once(`${key} cannot be decided here: ${human}`)
  else run.report(severity, 'invariant', `${key}: ${human}`)
}

/** Compiled when it is first needed; a syntax that is not supported is said, not dropped. */
const compiled = (rule: ConstraintRule): ((focus: unknown, run: Run) => void) => {
  let invariant: Invariant | undefined
  return (focus, run) => {
    if (rule.severity === 'warning' && !run.thorough) return
    invariant ??= supported(rule)
    judge(invariant, rule, focus, run)
  }
}

const supported = ({ expression }: ConstraintRule): Invariant => {
  try {
    return compileInvariant(expression)
  } catch {
    return () => 'unknown'
  }
}

const hasContained = (value: unknown): boolean => typeof value === 'object' && value !== null && 'contained' in value

/** The constraints of an element, in their order; undefined where there are none. */
export const constraintCheck = (rules: readonly ConstraintRule[]): Check | undefined => {
  const kept = rules.filter(({ key }) => !BY_HAND.has(key))
  if (kept.length === 0) return undefined
  const [plain, ofContained] = [true, false].map((is) => kept.filter(({ key }) => OF_CONTAINED.has(key) !== is).map(compiled))
  return (value, run) => {
    for (const check of plain ?? []) check(value, run)
    if (ofContained && ofContained.length > 0 && hasContained(value)) for (const check of ofContained) check(value, run)
  }
}

/** The focus of an expression. */
export const focusOf = (value: unknown, type: string | undefined, own: unknown): unknown =>
  type === undefined && own === undefined ? value : element(value, type, own)
