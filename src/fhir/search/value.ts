// One search value → one criterion, by search type (R4 search.html#ptypes).

import type { Comparator, Criterion } from '../../store/criterion.ts'
import { or } from '../../store/plan.ts'
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import { isId } from '../ids.ts'
import type { SearchedCodes } from './codes.ts'
import { componentsOf } from './components.ts'
import { intervalOf } from './date.ts'
import { decimalOf } from './decimal.ts'
import { FhirSearchError } from './errors.ts'
import { fold } from './fold.ts'
import { localReference } from './reference.ts'

export interface ValueContext {
  readonly definitions: Definitions
  readonly base: string
  /** Where the search asks terminology. */
  readonly codes?: SearchedCodes | undefined
}

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+.-])(.*)$/s
const COMPARATORS: ReadonlyMap<string, Comparator> = new Map(
  (['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const).map((one) => [one, one]),
)

/** Splits at an unescaped separator; the parts keep their escapes. */
export const split = (text: string, separator: string): string[] => {
  const parts = ['']
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === separator) parts.push('')
    else parts[parts.length - 1] += character === '\\' ? character + text.charAt(++at) : character
  }
  return parts
}

/** Removes FHIR's escapes (R4 search.html#escaping). */
export const withoutEscapes = (text: string): string => text.replace(/\\([\\,|$])/g, '$1')

const prefixOf = (text: string): { readonly comparator: Comparator; readonly rest: string } => {
  const [, prefix = '', rest = text] = PREFIXED.exec(text) ?? []
  return { comparator: COMPARATORS.get(prefix) ?? 'eq', rest }
}

const invalid = (param: string, why: string): FhirSearchError => new FhirSearchError('invalid', `${param.replace(/^.*\./, '')}: ${why}`)

/** A date value: its prefix and its interval. */
export const dateOf = (param: string, value: string): { readonly comparator: Comparator; readonly value: { from: number; to: number } } => {
  const { comparator, rest } = prefixOf(value)
  const interval = intervalOf(rest)
  if (!interval) throw invalid(param, 'a date is expected, such as 2024-05 or ge2024-05-01T10:00:00Z')
  return { comparator, value: interval }
}

/** `code`, `system|code`, `|code`, `system|`. A system that is implied is not in the index. */
export const tokenOf = (param: string, value: string, implied: readonly string[] = []): Criterion => {
  const [first = '', ...others] = split(value, '|').map(withoutEscapes)
  if (others.length === 0) return { kind: 'token', param, code: first }
  const code = others.join('|')
  if (code === '' && first === '') throw invalid(param, 'a code or a system is expected')
  return { kind: 'token', param, system: implied.includes(first) ? '' : first, ...(code !== '' && { code }) }
}

const numberOf = (param: string, value: string): Criterion => {
  const { comparator, rest } = prefixOf(value)
  const number = decimalOf(rest)
  if (!number) throw invalid(param, 'a number is expected, such as 0.8 or gt100')
  return { kind: 'number', param, comparator, ...number }
}

const quantityOf = (param: string, value: string): Criterion => {
  const { comparator, rest } = prefixOf(value)
  const [literal = '', system, ...others] = split(rest, '|').map(withoutEscapes)
  const number = decimalOf(literal)
  if (!number || others.length > 1) throw invalid(param, 'a number is expected, such as 5.4 or 5.4|http://unitsofmeasure.org|mg')
  const [code] = others
  return { kind: 'number', param, comparator, ...number, ...(system && { system }), ...(code && { code }) }
}

const configuredReference = (value: string, types: readonly string[]): { readonly type: string; readonly id: string } | undefined => {
  const [type = '', id = '', ...others] = value.split('/')
  return types.includes(type) && isId(id, true) && others.length === 0 ? { type, id } : undefined
}

/** A reference by url, by `Type/id`, or by an id alone, which then is one of the parameter's target types. */
export const referenceOf = (param: string, targets: readonly string[], raw: string, { definitions, base }: ValueContext): Criterion => {
  const value = withoutEscapes(raw)
  // Targets that are not FHIR's are the configuration's.
  const configured = targets.filter((type) => !definitions.types.has(type))
  const local = localReference(value, base, definitions.types) ?? configuredReference(value, configured)
  if (local) return { kind: 'reference', param, type: local.type, id: local.id }
  if (!isId(value, configured.length > 0)) return { kind: 'reference-url', param, url: value }
  const [only] = targets
  return { kind: 'reference', param, ...(targets.length === 1 && only && { type: only }), id: value }
}

const compositeOf = (parameter: SearchParameter, param: string, value: string, context: ValueContext): Criterion => {
  const components = componentsOf(context.definitions, parameter, param)
  const values = split(value, '$')
  if (values.length !== components.length) throw invalid(param, `${components.length} values joined by $ are expected`)
  const parts = components.map(({ name, parameter: part }, at) => valueCriterion(part, name, values[at] ?? '', context))
  return { kind: 'composite', param, parts }
}

/** The criterion of one value without modifier; `param` is its name in the index. */
export const valueCriterion = (parameter: SearchParameter, param: string, value: string, context: ValueContext): Criterion => {
  switch (parameter.type) {
    case 'token':
      return tokenOf(param, value, context.definitions.impliedSystems(param))
    case 'string':
      return { kind: 'string', param, match: 'starts', value: fold(withoutEscapes(value)) }
    case 'date':
      return { kind: 'date', param, ...dateOf(param, value) }
    case 'number':
      return numberOf(param, value)
    case 'quantity':
      return quantityOf(param, value)
    case 'uri':
      return { kind: 'uri', param, match: 'exact', value: withoutEscapes(value) }
    case 'reference':
      return referenceOf(param, parameter.target, value, context)
    case 'composite':
      return compositeOf(parameter, param, value, context)
    default:
      throw new FhirSearchError('not-supported', `the search parameter ${parameter.code} is not supported`)
  }
}

/** The values of an OR list: at most 1,000, none of them empty; they keep their escapes. */
export const valuesOf = (param: string, value: string): readonly string[] => {
  const values = split(value, ',')
  if (values.length > 1000) throw new FhirSearchError('too-costly', 'a parameter has more than 1000 values')
  if (values.includes('')) throw invalid(param, 'a value is empty')
  return values
}

/** An OR list as one criterion. */
export const anyOf = (param: string, value: string, one: (value: string) => Criterion): Criterion => or(...valuesOf(param, value).map(one))
