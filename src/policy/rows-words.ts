// The filter that bounds what a permitted request sees, in words: the criterion of scopes and of policies (store/criterion.ts).
import type { Criterion } from '../store/criterion.ts'

/** `Observation.category` of Observation is `category`. */
const parameter = (param: string): string => param.slice(param.indexOf('.') + 1)
const day = (time: number): string => new Date(time).toISOString().replace(/T00:00:00\.000Z$/, '')

const token = ({ system, code }: { readonly system?: string; readonly code?: string }): string =>
  system ? `${system}|${code ?? ''}` : (code ?? 'anything')

const join = (of: readonly Criterion[], word: string): string => {
  const parts = of.map((one) => (one.kind === 'and' || one.kind === 'or' ? `(${words(one)})` : words(one)))
  return parts.join(` ${word} `)
}

const words = (one: Criterion): string => {
  switch (one.kind) {
    case 'and':
      return join(one.of, 'and')
    case 'or':
      return join(one.of, 'or')
    case 'not':
      return `not ${words(one.of)}`
    case 'compartment':
      return `in the record of ${one.patients.map((id) => `Patient/${id}`).join(' or ')}`
    case 'id':
      return `with the id ${one.ids.join(' or ')}`
    case 'lastUpdated':
      return `last updated ${one.comparator} ${day(one.value.from)}`
    case 'token':
      return `with ${parameter(one.param)} ${token(one)}`
    case 'tokens':
      return `with ${parameter(one.param)} one of ${one.codes.length} codes`
    case 'uri':
    case 'string':
      return `with ${parameter(one.param)} ${one.match} ${one.value}`
    case 'date':
      return `with ${parameter(one.param)} ${one.comparator} ${day(one.value.from)}`
    case 'number':
      return `with ${parameter(one.param)} ${one.comparator} ${one.value}${one.code === undefined ? '' : ` ${one.code}`}`
    case 'reference':
      return `whose ${parameter(one.param)} is ${one.type === undefined ? '' : `${one.type}/`}${one.id}`
    case 'reference-url':
      return `whose ${parameter(one.param)} is ${one.url}`
    case 'missing':
      return one.missing ? `without ${parameter(one.param)}` : `with any ${parameter(one.param)}`
    case 'composite':
      return `with ${parameter(one.param)}: ${join(one.parts, 'and')}`
    case 'chain':
      return `whose ${parameter(one.param)} is a ${one.type} ${words(one.where)}`
    case 'has':
      return `that a ${one.type} names as its ${parameter(one.param)}, ${words(one.where)}`
  }
}

/** `every Observation`, `no Observation`, or `Observation in the record of Patient/amy`. */
export const rowsInWords = (type: string, criterion: Criterion): string => {
  if (criterion.kind === 'and' && criterion.of.length === 0) return `every ${type}`
  if (criterion.kind === 'or' && criterion.of.length === 0) return `no ${type}`
  return `${type} ${words(criterion)}`
}
