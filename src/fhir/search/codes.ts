// Modifiers that ask terminology (R4 search.html#modifiers): :in and :not-in a value set, :below and :above a code.
import type { Criterion } from '../../store/criterion.ts'
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import type { Terminology } from '../terminology/terminology.ts'
import { FhirSearchError } from './errors.ts'
import { pathsOf } from './expression.ts'
import { compilePaths } from './path.ts'
import { anyOf, split, withoutEscapes } from './value.ts'

interface Coded {
  readonly system: string
  readonly code: string
}

/** What a search may ask of the terminology at hand. */
export interface SearchedCodes {
  readonly terminology: Terminology
  /** May the principal know of this value set or code system. */
  readonly allows: (canonical: string) => boolean
}

export interface CodeUse {
  readonly parameter: SearchParameter
  readonly param: string
  /** The searched type. */
  readonly type: string
  readonly value: string
  readonly definitions: Definitions
  readonly codes: SearchedCodes | undefined
}

/** Does the parameter need the terminology? `:below` and `:above` of a uri have no bar. */
export const asksTerminology = (name: string, value: string): boolean => {
  const modifier = name.slice(name.lastIndexOf(':') + 1)
  if (modifier === 'in' || modifier === 'not-in') return true
  return (modifier === 'below' || modifier === 'above') && value.includes('|')
}

/** Elements of type code are indexed without the system that they imply. */
const isBare = ({ definitions, parameter, type }: CodeUse): boolean => {
  const seen: string[] = []
  compilePaths(definitions, pathsOf(parameter.expression, type), type, (code) => {
    seen.push(code)
    return undefined
  })
  return seen.includes('code')
}

const anyCode = (use: CodeUse, codes: readonly Coded[]): Criterion => {
  const all = isBare(use) ? codes.flatMap((one) => [one, { system: '', code: one.code }]) : codes
  return { kind: 'tokens', param: use.param, codes: all }
}

const terminologyOf = ({ codes, parameter }: CodeUse): SearchedCodes => {
  if (!codes) throw new FhirSearchError('not-supported', `${parameter.code} cannot be searched by terminology here`)
  return codes
}

const inValueSet = (use: CodeUse, canonical: string): Criterion => {
  const { terminology, allows } = terminologyOf(use)
  const url = /^ValueSet\/[A-Za-z0-9\-.]{1,64}$/.test(canonical) ? undefined : canonical
  const valueSet = url !== undefined && allows(url) ? terminology.valueSet(url) : undefined
  if (!valueSet) throw new FhirSearchError('not-supported', 'the value set is not at hand: name it by its url')
  const { codes, missing } = valueSet.expand()
  // An answer that lacks codes would be wrong, so there is none.
  if (missing.length > 0) throw new FhirSearchError('not-supported', `the value set cannot be expanded: ${missing.join(', ')}`)
  return anyCode(use, codes)
}

const hierarchy = (use: CodeUse, text: string, direction: 'below' | 'above'): Criterion => {
  const { terminology, allows } = terminologyOf(use)
  const [system = '', code = '', ...others] = split(text, '|').map(withoutEscapes)
  if (code === '' || others.length > 0) throw new FhirSearchError('invalid', `:${direction} expects system|code`)
  const codes = allows(system) ? terminology.codes(system) : undefined
  const concept = codes?.find(code)
  if (!codes || !concept) throw new FhirSearchError('not-supported', 'the code system is not at hand, or has no such code')
  const found = direction === 'below' ? codes.below(concept) : codes.concepts.filter((one) => codes.subsumes(one.code, concept.code))
  return anyCode(
    use,
    found.map((one) => ({ system, code: one.code })),
  )
}

const value = (use: CodeUse, one: (text: string) => Criterion): Criterion => anyOf(use.param, use.value, one)

/** The criterion of a token parameter with one of these modifiers; undefined for another modifier. */
export const byTerminology = (use: CodeUse, modifier: string): Criterion | undefined => {
  if (modifier === 'in') return value(use, (one) => inValueSet(use, withoutEscapes(one)))
  if (modifier === 'not-in') return { kind: 'not', of: value(use, (one) => inValueSet(use, withoutEscapes(one))) }
  if (modifier === 'below' || modifier === 'above') return value(use, (one) => hierarchy(use, one, modifier))
  return undefined
}
