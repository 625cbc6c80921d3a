// $validate-code of ValueSet and CodeSystem (R4 valueset-operation-validate-code, codesystem-operation-validate-code). What is not known is
// refused, never answered with a yes or a no.
import type { Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { fold } from '../search/fold.ts'
import type { Terminology } from '../terminology/terminology.ts'
import type { Answer } from '../terminology/value-set.ts'
import { type Coded, codeSystemOf, codesAsked, valueSetOf } from './terminology.ts'
import { parametersAnswer, readInputs } from './typed-input.ts'

const OF_VALUE_SETS: ReadonlySet<string> = new Set([
  ...['url', 'valueSet', 'valueSetVersion', 'code', 'system', 'systemVersion', 'display', 'coding', 'codeableConcept'],
])
const OF_CODE_SYSTEMS: ReadonlySet<string> = new Set(['url', 'version', 'code', 'display', 'coding', 'codeableConcept'])

interface Checked {
  readonly coded: Coded
  readonly answer: Answer
  /** The display that the code system gives. */
  readonly display: string | undefined
}

const spelt = ({ system, code }: Coded): string => (system === undefined ? code : `${system}|${code}`)

/** A display that differs is a hint only: other designations may be right, and are not at hand. */
const answerOf = (checked: readonly Checked[], where: string) => {
  const found = checked.find(({ answer }) => answer === true)
  if (!found) {
    const open = checked.find(({ answer }) => answer === 'unknown')
    if (open) throw new FhirError('processing', `whether ${spelt(open.coded)} is in ${where} is not known: its code system is not at hand`)
    const message = `${checked.map(({ coded }) => spelt(coded)).join(', ')} is not in ${where}`
    return parametersAnswer([
      { name: 'result', valueBoolean: false },
      { name: 'message', valueString: message },
    ])
  }
  const { coded, display } = found
  const differs = display !== undefined && coded.display !== undefined && fold(display) !== fold(coded.display)
  return parametersAnswer([
    { name: 'result', valueBoolean: true },
    differs ? { name: 'message', valueString: `the display is "${display}"` } : undefined,
    display === undefined ? undefined : { name: 'display', valueString: display },
  ])
}

const displayOf = (terminology: Terminology, { system, code }: Coded): string | undefined =>
  system === undefined ? undefined : terminology.codes(system)?.find(code)?.display

export const validateCodeInValueSet: Handler = async (call) => {
  const inputs = await readInputs(call, OF_VALUE_SETS)
  const terminology = await call.deps.canonicals.terminology()
  const valueSet = await valueSetOf(call, inputs, terminology)
  const checked = codesAsked(inputs, inputs.text('system')).map((coded): Checked => {
    const answer = valueSet.contains(coded.system, coded.code)
    return { coded, answer, display: displayOf(terminology, coded) }
  })
  return answerOf(checked, valueSet.url === '' ? 'the value set' : valueSet.url)
}

export const validateCodeInCodeSystem: Handler = async (call) => {
  const inputs = await readInputs(call, OF_CODE_SYSTEMS)
  const codings = codesAsked(inputs, undefined)
  const url = inputs.text('url') ?? codings.find(({ system }) => system !== undefined)?.system
  const codes = await codeSystemOf(call, inputs, await call.deps.canonicals.terminology(), url)
  const checked = codings.map((coded): Checked => {
    const foreign = coded.system !== undefined && coded.system !== codes.url
    const concept = foreign ? undefined : codes.find(coded.code)
    const absent = codes.complete || foreign ? false : 'unknown'
    return { coded, answer: concept ? true : absent, display: concept?.display }
  })
  return answerOf(checked, codes.url)
}
