// CodeSystem/$lookup (R4 codesystem-operation-lookup) and CodeSystem/$subsumes (codesystem-operation-subsumes).
import type { Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import type { Codes, Concept } from '../terminology/code-system.ts'
import { codeSystemOf, codesAsked } from './terminology.ts'
import { parametersAnswer, readInputs } from './typed-input.ts'

const OF_LOOKUP: ReadonlySet<string> = new Set(['code', 'system', 'version', 'coding', 'property'])
const OF_SUBSUMES: ReadonlySet<string> = new Set(['codeA', 'codeB', 'system', 'version', 'codingA', 'codingB'])

const concept = (codes: Codes, code: string): Concept => {
  const found = codes.find(code)
  if (!found) throw new FhirError('not-found', `${codes.url} has no code ${code}${codes.complete ? '' : ', as far as it is at hand'}`)
  return found
}

const typedValue = (value: string | boolean | number) => {
  if (typeof value === 'boolean') return { valueBoolean: value }
  return typeof value === 'number' ? { valueDecimal: value } : { valueString: value }
}

const propertiesOf = ({ parents, children, property }: Concept, wanted: readonly string[]) => {
  const all = [
    ...parents.map(({ code }) => ({ code: 'parent', value: { valueCode: code } })),
    ...children.map(({ code }) => ({ code: 'child', value: { valueCode: code } })),
    ...property.filter(({ code }) => code !== 'parent' && code !== 'child').map(({ code, value }) => ({ code, value: typedValue(value) })),
  ]
  return all
    .filter(({ code }) => wanted.length === 0 || wanted.includes(code))
    .map(({ code, value }) => ({
      name: 'property',
      part: [
        { name: 'code', valueCode: code },
        { name: 'value', ...value },
      ],
    }))
}

export const lookup: Handler = async (call) => {
  const inputs = await readInputs(call, OF_LOOKUP)
  const [coded] = codesAsked(inputs, inputs.text('system'))
  const codes = await codeSystemOf(call, inputs, await call.deps.canonicals.terminology(), coded?.system)
  const found = concept(codes, coded?.code ?? '')
  return parametersAnswer([
    { name: 'name', valueString: codes.name ?? codes.url },
    codes.version === undefined ? undefined : { name: 'version', valueString: codes.version },
    { name: 'display', valueString: found.display ?? found.code },
    ...propertiesOf(found, inputs.texts('property')),
  ])
}

export const subsumes: Handler = async (call) => {
  const inputs = await readInputs(call, OF_SUBSUMES)
  const [a, b] = ['A', 'B'].map((which) => {
    const coding = inputs.fields(`coding${which}`)
    const code = inputs.text(`code${which}`) ?? coding?.code
    if (typeof code !== 'string') throw new FhirError('invalid', `code${which} or coding${which} is needed`)
    return { code, system: inputs.text('system') ?? coding?.system }
  })
  if (!a || !b || a.system !== b.system) throw new FhirError('invalid', 'both codes are of one code system')
  const system = typeof a.system === 'string' ? a.system : undefined
  const codes = await codeSystemOf(call, inputs, await call.deps.canonicals.terminology(), system)
  const [left, right] = [concept(codes, a.code), concept(codes, b.code)]
  const outcome = (): string => {
    if (left === right) return 'equivalent'
    if (codes.subsumes(left.code, right.code)) return 'subsumes'
    return codes.subsumes(right.code, left.code) ? 'subsumed-by' : 'not-subsumed'
  }
  return parametersAnswer([{ name: 'outcome', valueCode: outcome() }])
}
