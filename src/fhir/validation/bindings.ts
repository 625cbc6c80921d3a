// Codes against the value sets that elements are bound to (R4 terminologies.html#strength).
import type { Terminology } from '../terminology/terminology.ts'
import type { Answer, Binding } from '../terminology/value-set.ts'
import type { BindingRule } from './definition.ts'
import { type Check, type Fields, fail, isFields, note, type Run, warn } from './run.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const codingAnswer = (binding: Binding, { system, code }: Fields): Answer | undefined =>
  text(code) === undefined ? undefined : binding.contains(text(system) ?? '', text(code) ?? '')

/** One coding that is in it is enough. */
const conceptAnswer = (binding: Binding, { coding }: Fields): Answer | undefined => {
  let best: Answer | undefined
  for (const one of Array.isArray(coding) ? coding : []) {
    const answer = isFields(one) ? codingAnswer(binding, one) : undefined
    if (answer === true) return true
    if (answer !== undefined && best !== 'unknown') best = answer
  }
  return best
}

type Ask = (binding: Binding, value: unknown) => Answer | undefined

const askFields =
  (ask: (binding: Binding, value: Fields) => Answer | undefined): Ask =>
  (binding, value) =>
    isFields(value) ? ask(binding, value) : undefined

/** By type: is the coded value in the value set; undefined where it holds no code. */
const ASK: ReadonlyMap<string, Ask> = new Map<string, Ask>([
  ['CodeableConcept', askFields(conceptAnswer)],
  ['Coding', askFields(codingAnswer)],
  ['Quantity', askFields(codingAnswer)],
  ...['code', 'string', 'uri', 'url', 'canonical', 'markdown', 'id'].map((type): [string, Ask] => [
    type,
    (binding, value) => (typeof value === 'string' ? binding.contains(undefined, value) : undefined),
  ]),
])

const hasExtension = (value: unknown): boolean => isFields(value) && Array.isArray(value.extension)

/** A CodeableConcept of text alone has no code of a required value set. */
const lacksCode = (type: string, value: unknown): boolean =>
  type === 'CodeableConcept' && isFields(value) && value.coding === undefined && !hasExtension(value)

const judge = (
  terminology: Terminology,
  valueSet: string,
  type: string,
  say: (run: Run, code: string, diagnostics: string) => void,
): Check => {
  const ask = ASK.get(type)
  return (value, run) => {
    const binding = terminology.bindingOf(valueSet)
    const answer = binding ? ask?.(binding, value) : 'unknown'
    if (answer === false) say(run, 'code-invalid', `this is not in the value set ${valueSet}`)
    else if (answer === 'unknown') note(run, 'not-found', `codes of ${valueSet} are not checked: it is not wholly at hand`)
  }
}

/** The check of a coded element of this type; undefined where the type holds no codes. */
export const bindingCheck = (terminology: Terminology, { strength, valueSet, max }: BindingRule, type: string): Check | undefined => {
  if (!ASK.has(type)) return undefined
  const own = judge(terminology, valueSet, type, strength === 'required' ? fail : warn)
  const limit = max === undefined ? undefined : judge(terminology, max, type, fail)
  return (value, run) => {
    if (strength === 'required' && lacksCode(type, value)) fail(run, 'code-invalid', `a code of the value set ${valueSet} is expected`)
    else own(value, run)
    limit?.(value, run)
  }
}
