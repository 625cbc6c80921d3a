// One filter parameter of a search → one criterion: plain, modified, chained or reverse-chained (R4 search.html#chaining, #has).

import type { Criterion } from '../../store/criterion.ts'
import { and, or } from '../../store/plan.ts'
import type { SearchParameter } from '../definitions/definitions.ts'
import { isId } from '../ids.ts'
import { FhirSearchError } from './errors.ts'
import { indexName } from './index-name.ts'
import { modified } from './modifier.ts'
import { anyOf, dateOf, split, type ValueContext, valuesOf, withoutEscapes } from './value.ts'

export interface FilterContext extends ValueContext {
  /** What the principal may search of a type: part of every hop of a chain and of `_has`. */
  readonly permitted: (type: string) => Criterion
}

const MAX_HOPS = 4

/** This parameter is not known for the type: an error, unless the client asked for lenient handling. */
export class UnknownParameter extends FhirSearchError {}

/** R4's own that are not served: known, and refused by name. */
const NOT_SERVED: ReadonlySet<string> = new Set(['near', '_text', '_content', '_query', '_filter', '_contained', '_containedType'])

const unknown = (type: string, code: string): UnknownParameter =>
  new UnknownParameter(
    'not-supported',
    NOT_SERVED.has(code) ? `the search parameter ${code} is not served` : `unknown search parameter ${code} for ${type}`,
  )

/** What is not indexed of every resource yet cannot be answered truly, so it is not answered at all. */
export const checkComplete = ({ code, pending }: SearchParameter): void => {
  if (pending) throw new FhirSearchError('transient', `the search parameter ${code} is being indexed`)
}

const parameterOf = ({ definitions }: ValueContext, type: string, code: string): SearchParameter => {
  const parameter = definitions.searchParameters(type).get(code)
  if (!parameter || parameter.type === 'special' || parameter.expression === '') throw unknown(type, code)
  checkComplete(parameter)
  return parameter
}

const deeper = (hops: number): number => {
  if (hops >= MAX_HOPS) throw new FhirSearchError('too-costly', `a chain has more than ${MAX_HOPS} hops`)
  return hops + 1
}

const hasOf = (context: FilterContext, name: string, value: string, hops: number): Criterion => {
  const [, type = '', code = '', rest = ''] = /^_has:([A-Za-z]+):([\w-]+):(.+)$/s.exec(name) ?? []
  if (!context.definitions.types.has(type)) throw new FhirSearchError('invalid', '_has is written _has:Type:reference:parameter')
  const parameter = parameterOf(context, type, code)
  if (parameter.type !== 'reference') throw new FhirSearchError('invalid', `${code} is not a reference`)
  const where = and(context.permitted(type), filter(context, type, rest, value, deeper(hops)))
  return { kind: 'has', type, param: indexName(type, parameter), where }
}

/** The types that a hop may lead to: the one that is named, or each target that knows the parameter that follows. */
const hopTypes = ({ definitions }: ValueContext, parameter: SearchParameter, named: string, rest: string): readonly string[] => {
  if (named !== '') return definitions.types.has(named) && parameter.target.includes(named) ? [named] : []
  const [code = ''] = rest.split(/[:.]/)
  return parameter.target.filter((type) => code === '_has' || definitions.searchParameters(type).has(code))
}

const chainOf = (context: FilterContext, type: string, name: string, value: string, hops: number): Criterion => {
  const dot = name.indexOf('.')
  const [code = '', named = ''] = name.slice(0, dot).split(':')
  const rest = name.slice(dot + 1)
  const parameter = parameterOf(context, type, code)
  const types = parameter.type === 'reference' ? hopTypes(context, parameter, named, rest) : []
  if (types.length === 0) throw unknown(type, name)
  const param = indexName(type, parameter)
  const depth = deeper(hops)
  const ways = types.flatMap((target): Criterion[] => {
    try {
      const where = and(context.permitted(target), filter(context, target, rest, value, depth))
      return [{ kind: 'chain', param, type: target, where }]
    } catch (error) {
      // Of several possible targets, one from which the chain does not go on leads nowhere.
      if (error instanceof UnknownParameter && types.length > 1) return []
      throw error
    }
  })
  if (ways.length === 0) throw unknown(type, name)
  return or(...ways)
}

/** `_list`: what a List has as its items (R4 search.html#list); it must be one that the principal may search. */
const listOf = (context: FilterContext, value: string): Criterion => {
  const ids = split(value, ',').map(withoutEscapes)
  if (ids.some((id) => !isId(id, false)))
    throw new FhirSearchError('invalid', '_list is the id of a List; the functional lists are not served')
  return { kind: 'has', type: 'List', param: 'List.item', where: and(context.permitted('List'), { kind: 'id', ids }) }
}

/** All of them at once, so that they are looked up, however many. */
const idOf = (value: string): Criterion => ({ kind: 'id', ids: valuesOf('_id', value).map(withoutEscapes) })

/** The criterion of `name=value` on a type. Throws FhirSearchError; UnknownParameter where the type has no such parameter. */
export const filter = (context: FilterContext, type: string, name: string, value: string, hops = 0): Criterion => {
  if (name.startsWith('_has:')) return hasOf(context, name, value, hops)
  if (name.includes('.')) return chainOf(context, type, name, value, hops)
  if (name === '_id') return idOf(value)
  if (name === '_list') return listOf(context, value)
  if (name === '_lastUpdated') return anyOf(name, value, (one) => ({ kind: 'lastUpdated', ...dateOf(name, one) }))
  const colon = name.indexOf(':')
  const code = colon < 0 ? name : name.slice(0, colon)
  if (code === '_id' || code === '_lastUpdated') throw new FhirSearchError('not-supported', `${code} has no modifiers`)
  const parameter = parameterOf(context, type, code)
  return modified({ parameter, type, param: indexName(type, parameter), value, context }, colon < 0 ? '' : name.slice(colon + 1))
}
