// Bindings (R4 terminologies.html#strength): a required one is an error where no code is of the set, an extensible one a warning.
import { splitCanonical } from '../canonical.ts'
import type { Answer, Binding } from '../terminology/value-set.ts'
import type { BindingRule } from './definition.ts'
import { type Check, type Fields, isFields, type Run } from './run.ts'

/** What a binding to a value set asks; undefined where the set is not at hand. */
export type BindingOf = (canonical: string) => Binding | undefined

/** Types that are bound by their text alone; R4 binds no other primitives. */
const TEXTS: ReadonlySet<string> = new Set(['code', 'string', 'uri', 'url', 'canonical', 'markdown', 'id', 'oid'])

const coding = ({ system, code }: Fields, set: Binding): Answer => {
  if (typeof code !== 'string') return false
  return set.contains(typeof system === 'string' ? system : '', code)
}

const anyCoding = (value: Fields, set: Binding): Answer => {
  const codings: readonly unknown[] = Array.isArray(value.coding) ? value.coding : []
  let answer: Answer = false
  for (const one of codings) {
    const found = isFields(one) ? coding(one, set) : false
    if (found === true) return true
    if (found === 'unknown') answer = found
  }
  return answer
}

/** Is a value of the set: a code, a Coding, a CodeableConcept, a Quantity by its unit's code. */
export const isMember = (value: unknown, set: Binding): Answer => {
  if (typeof value === 'string') return set.contains(undefined, value)
  if (!isFields(value)) return 'unknown'
  return 'coding' in value || 'text' in value ? anyCoding(value, set) : coding(value, set)
}

const codesOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (!isFields(value)) return ''
  const codings: readonly unknown[] = Array.isArray(value.coding) ? value.coding : [value]
  const named = codings.flatMap((one) => (isFields(one) && typeof one.code === 'string' ? [`${one.system ?? ''}|${one.code}`] : []))
  return named.join(', ')
}

/** A text in place of a code, or nothing but an extension that says why there is none. */
const saysNoCode = (value: unknown): boolean =>
  isFields(value) && value.code === undefined && !(Array.isArray(value.coding) && value.coding.length > 0)

interface Judged {
  readonly strength: BindingRule['strength']
  readonly valueSet: string
}

const judge = (value: unknown, set: Binding, { strength, valueSet }: Judged, run: Run): void => {
  const answer = isMember(value, set)
  if (answer === true) return
  if (answer === 'unknown') {
    run.once(`not every code can be checked against ${valueSet}: its code system is not at hand`)
    return
  }
  const required = strength === 'required'
  if (saysNoCode(value)) {
    // A quantity may name its unit without a code.
    if (required && !(isFields(value) && (value.extension !== undefined || 'unit' in value || 'value' in value)))
      run.error('code-invalid', `a code of the value set ${valueSet} is required`)
    return
  }
  const message = required
    ? `${codesOf(value)} is not in the value set ${valueSet}`
    : `${codesOf(value)} is not in the value set ${valueSet}, to which the binding is extensible`
  run.report(required ? 'error' : 'warning', 'code-invalid', message)
}

const against = ({ strength, valueSet }: Judged, bindingOf: BindingOf): Check => {
  let set: { readonly binding: Binding | undefined } | undefined
  return (value, run) => {
    if (strength === 'extensible' && !run.thorough) return
    set ??= { binding: bindingOf(valueSet) }
    if (set.binding) judge(value, set.binding, { strength, valueSet }, run)
    else run.once(`codes are not checked against ${valueSet}, which is not at hand`)
  }
}

/** Is an element of this type bound by its codes. */
export const isBindable = (type: string): boolean =>
  TEXTS.has(type) || type === 'Coding' || type === 'CodeableConcept' || type === 'Quantity' || type === 'Age' || type === 'Duration'

/** HL7 forms new work groups, and its own R4 packages name them: R4's list is not the last word. */
const GROWING: ReadonlySet<string> = new Set(['http://hl7.org/fhir/ValueSet/hl7-work-group'])

/** The check of a binding, and of the value set beyond which no code may go (elementdefinition-maxValueSet). */
export const bindingCheck = ({ strength, valueSet, max }: BindingRule, bindingOf: BindingOf): Check => {
  const own = against({ strength: GROWING.has(splitCanonical(valueSet)[0]) ? 'extensible' : strength, valueSet }, bindingOf)
  if (max === undefined) return own
  const limit = against({ strength: 'required', valueSet: max }, bindingOf)
  return (value, run) => {
    own(value, run)
    if (!saysNoCode(value)) limit(value, run)
  }
}
