// The parameters that shape a search's result rather than filter it (R4 search.html#return).

import { ALL } from '../../store/criterion.ts'
import type { Include, SortKey } from '../../store/store.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { FhirSearchError } from './errors.ts'
import { checkComplete, UnknownParameter } from './filter.ts'
import { indexName } from './index-name.ts'

export const RESULT_PARAMETERS: ReadonlySet<string> = new Set(['_count', '_sort', '_total', '_summary', '_elements'])

const SORT_KINDS = new Map<string, SortKey['kind']>([
  ['date', 'date'],
  ['string', 'string'],
  ['token', 'token'],
  ['number', 'number'],
  ['quantity', 'number'],
  ['reference', 'reference'],
  // Kept as terms, as codes are.
  ['uri', 'token'],
])

const sortKey = (definitions: Definitions, types: readonly string[], text: string): SortKey => {
  const descending = text.startsWith('-')
  const code = descending ? text.slice(1) : text
  if (code === '_lastUpdated') return { param: code, kind: 'lastUpdated', descending }
  if (code === '_id') return { param: code, kind: 'id', descending }
  const [type = ''] = types
  const parameter = types.length === 1 ? definitions.searchParameters(type).get(code) : undefined
  const kind = SORT_KINDS.get(parameter?.type ?? '')
  if (!parameter || !kind) throw new UnknownParameter('not-supported', `this search cannot be sorted by ${code}`)
  checkComplete(parameter)
  return { param: indexName(type, parameter), kind, descending }
}

/** Where the next page begins compares each key after all before it (security-requirements R-04). */
const MAX_SORT = 10

/** `_sort=status,-date` */
export const sortOf = (definitions: Definitions, types: readonly string[], value: string): readonly SortKey[] => {
  const keys = value.split(',')
  if (keys.length > MAX_SORT) throw new FhirSearchError('too-costly', `_sort has more than ${MAX_SORT} keys`)
  return keys.map((text) => sortKey(definitions, types, text))
}

/** `_count`: at most `max`; 0 counts only. */
export const countOf = (value: string, max: number): number => {
  if (!/^\d{1,9}$/.test(value)) throw new FhirSearchError('invalid', '_count is a whole number')
  return Math.min(Number(value), max)
}

const INCLUDE = /^_(rev)?include(?::(iterate|recurse))?$/

/** Is this parameter an `_include` or a `_revinclude`? */
export const isInclude = (name: string): boolean => INCLUDE.test(name)

const referencesOf = (definitions: Definitions, type: string, code: string): ReadonlyArray<readonly [string, readonly string[]]> =>
  [...definitions.searchParameters(type).values()].flatMap((parameter): Array<readonly [string, readonly string[]]> => {
    const wanted = parameter.type === 'reference' && (code === '*' || parameter.code === code)
    if (!wanted) return []
    checkComplete(parameter)
    return [[indexName(type, parameter), parameter.target]]
  })

const forward = (definitions: Definitions, types: readonly string[], value: string, iterate: boolean): Include[] => {
  const [source = '', code = '*', target] = value.split(':')
  // What an iteration comes to can be of any type.
  const sources = iterate ? [...definitions.types] : types
  return (source === '*' ? sources : [source])
    .flatMap((type) => referencesOf(definitions, type, code))
    .map(([param, targets]) => {
      const wanted = targets.filter((type) => definitions.types.has(type) && (target === undefined || type === target))
      return { param, reverse: false, iterate, targets: wanted.map((type) => ({ type, where: ALL })) }
    })
}

const reverse = (definitions: Definitions, types: readonly string[], value: string, iterate: boolean): Include[] => {
  const [source = '', code = '*', target] = value.split(':')
  const reaches = (targets: readonly string[]): boolean =>
    target ? targets.includes(target) : iterate || types.some((type) => targets.includes(type))
  return (source === '*' ? [...definitions.types] : [source]).flatMap((type) =>
    referencesOf(definitions, type, code)
      .filter(([, targets]) => reaches(targets))
      .map(([param]) => ({ param, reverse: true, iterate, targets: [{ type, where: ALL }], ...(target && { of: target }) })),
  )
}

/** The includes that one parameter asks for. `types` are those searched. */
export const includesOf = (definitions: Definitions, types: readonly string[], name: string, value: string): readonly Include[] => {
  const [, rev, modifier] = INCLUDE.exec(name) ?? []
  const includes = (rev ? reverse : forward)(definitions, types, value, modifier !== undefined)
  if (includes.length === 0 && !value.startsWith('*')) throw new UnknownParameter('not-supported', `${name}=${value} is not a reference`)
  return includes
}
