// What the terminology operations have in common: which value set or code system is asked about, and which codes.
import { ALL } from '../../store/criterion.ts'
import { authorizeRead } from '../../store/plan.ts'
import type { Call } from '../call.ts'
import { notHere } from '../interactions/read.ts'
import { FhirError } from '../outcome.ts'
import { permitOf } from '../permit.ts'
import { parseStored, type Resource } from '../resource.ts'
import { type Codes, codesOf } from '../terminology/code-system.ts'
import { terminologyResource } from '../terminology/resources.ts'
import type { Terminology } from '../terminology/terminology.ts'
import type { CompiledValueSet } from '../terminology/value-set.ts'
import type { Inputs } from './typed-input.ts'

export interface Coded {
  readonly system: string | undefined
  readonly code: string
  readonly display: string | undefined
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

interface Readable {
  /** The instance that the operation is called on. */
  stored(): Promise<Resource | undefined>
  /** What is stored under this canonical may be read; what R4 itself defines is everyone's. */
  allows(canonical: string): Promise<boolean>
}

/** Is asked before anything is looked up. */
const readable = async (call: Call, { parameters, resource }: Inputs): Promise<Readable> => {
  const { type = '', id } = call.route
  const { store, canonicals } = call.deps
  const permit = await permitOf(call, { parameters, ...(resource && { resource }) })
  const read = async (one: string): Promise<Resource | undefined> => {
    const found = await store.read(authorizeRead({ type, id: one, where: ALL }, permit.rows(type, 'r')))
    return found?.text === undefined ? undefined : parseStored(found.text)
  }
  return {
    stored: async () => {
      if (id === undefined) return undefined
      const found = await read(id)
      if (!found) throw notHere()
      return found
    },
    allows: async (canonical) => {
      const found = canonicals.find(type, canonical)
      return !found || (await read(found.id)) !== undefined
    },
  }
}

/** The value set of the instance, of the body, or of a canonical. Throws FhirError 400 or 404. */
export const valueSetOf = async (call: Call, inputs: Inputs, terminology: Terminology): Promise<CompiledValueSet> => {
  const { stored, allows } = await readable(call, inputs)
  const given = (await stored()) ?? inputs.fields('valueSet')
  if (given) {
    const found = terminologyResource({ url: '', ...given })
    if (found?.resourceType !== 'ValueSet') throw new FhirError('structure', 'valueSet is no ValueSet')
    return terminology.compile(found)
  }
  const url = inputs.text('url')
  if (url === undefined) throw new FhirError('invalid', 'url or valueSet says which value set is meant')
  const version = inputs.text('valueSetVersion')
  const canonical = version === undefined ? url : `${url}|${version}`
  const found = terminology.valueSet(canonical)
  if (!found || !(await allows(canonical))) throw new FhirError('not-found', `the value set ${url} is not at hand`)
  return found
}

/** The code system of the instance, or of a canonical. Throws FhirError 400 or 404. */
export const codeSystemOf = async (call: Call, inputs: Inputs, terminology: Terminology, url: string | undefined): Promise<Codes> => {
  const { stored, allows } = await readable(call, inputs)
  const own = await stored()
  const resource = own && terminologyResource({ url: '', ...own })
  if (resource?.resourceType === 'CodeSystem') return codesOf(resource)
  if (url === undefined) throw new FhirError('invalid', 'the code system is not said')
  const found = terminology.codes(url, inputs.text('version'))
  if (!found || !(await allows(url))) throw new FhirError('not-found', `the code system ${url} is not at hand`)
  return found
}

const codingOf = (coding: unknown): readonly Coded[] => {
  if (typeof coding !== 'object' || coding === null || !('code' in coding)) return []
  const { system, code, display }: { system?: unknown; code?: unknown; display?: unknown } = coding
  return typeof code === 'string' ? [{ system: textOf(system), code, display: textOf(display) }] : []
}

/** The codes that are asked about: code, coding or codeableConcept. Throws FhirError 400 where there is none. */
export const codesAsked = (inputs: Inputs, system: string | undefined): readonly Coded[] => {
  const code = inputs.text('code')
  if (code !== undefined) return [{ system, code, display: inputs.text('display') }]
  const concept = inputs.fields('codeableConcept')?.coding
  const found = Array.isArray(concept) ? concept.flatMap(codingOf) : codingOf(inputs.fields('coding'))
  if (found.length === 0) throw new FhirError('invalid', 'code, coding or codeableConcept says which code is meant')
  return found
}
