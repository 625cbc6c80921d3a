// A search request → a plan, not yet authorized, and what was understood of it (R4 search.html).
import { type Parameters, parametersOf, parseParameters } from '../../http/parameters.ts'
import { ALL, type Criterion } from '../../store/criterion.ts'
import { and } from '../../store/plan.ts'
import type { Include, SearchPlan, SortKey } from '../../store/store.ts'
import type { Definitions } from '../definitions/definitions.ts'
import type { SearchedCodes } from './codes.ts'
import { FhirSearchError } from './errors.ts'
import { type FilterContext, filter, UnknownParameter } from './filter.ts'
import { countOf, includesOf, isInclude, RESULT_PARAMETERS, sortOf } from './result.ts'

export interface SearchInput {
  /** The types searched: one, or several for a search over the system. */
  readonly types: readonly string[]
  readonly parameters: Parameters
  /** Over the system or a whole compartment, `_type` has chosen the types; elsewhere it is unknown. */
  readonly typed?: boolean
  /** `Prefer: handling=lenient`: what is unknown is left out, of `self` and `understood` too. */
  readonly lenient: boolean
  /** Our own absolute FHIR base. */
  readonly base: string
  /** What the principal may search of a type: becomes part of every hop of chains and `_has`. */
  readonly permitted: (type: string) => Criterion
  readonly maxCount?: number
  /** The terminology, where a parameter asks it. */
  readonly codes?: SearchedCodes | undefined
}

export interface ParsedSearch {
  readonly plan: SearchPlan
  /** What was understood, in order: the self link. */
  readonly self: ReadonlyArray<readonly [name: string, value: string]>
  /** The same for policies. */
  readonly understood: Parameters
  readonly summary: string | undefined
  readonly elements: readonly string[] | undefined
}

const DEFAULT_COUNT = 100
const MAX_COUNT = 1000
const MAX_INCLUDES = 50
const PRESENTATION: ReadonlySet<string> = new Set(['_format', '_pretty', '_cursor'])
const SUMMARIES: ReadonlySet<string> = new Set(['true', 'text', 'data', 'count', 'false'])
const TOTALS: ReadonlySet<string> = new Set(['none', 'estimate', 'accurate'])

interface Draft {
  readonly where: Map<string, Criterion[]>
  readonly includes: Include[]
  sort: readonly SortKey[]
  count: number
  total: 'none' | 'accurate'
  summary: string | undefined
  elements: readonly string[] | undefined
}

const oneOf = (name: string, value: string, allowed: ReadonlySet<string>): string => {
  if (!allowed.has(value)) throw new FhirSearchError('not-supported', `${name} is one of ${[...allowed].join(', ')}`)
  return value
}

const applyResult = (draft: Draft, definitions: Definitions, input: SearchInput, name: string, value: string): void => {
  if (name === '_count') draft.count = countOf(value, input.maxCount ?? MAX_COUNT)
  else if (name === '_sort') draft.sort = sortOf(definitions, input.types, value)
  else if (name === '_total') draft.total = oneOf(name, value, TOTALS) === 'none' ? 'none' : 'accurate'
  else if (name === '_summary') draft.summary = oneOf(name, value, SUMMARIES)
  else draft.elements = value.split(',').filter((element) => element !== '')
}

const apply = (draft: Draft, context: FilterContext, input: SearchInput, name: string, value: string): void => {
  if (RESULT_PARAMETERS.has(name)) {
    applyResult(draft, context.definitions, input, name, value)
    return
  }
  if (isInclude(name)) {
    draft.includes.push(...includesOf(context.definitions, input.types, name, value))
    return
  }
  // Every type is asked before any is changed: a parameter that one of them does not know changes nothing.
  const criteria = input.types.map((type) => [type, filter(context, type, name, value)] as const)
  for (const [type, criterion] of criteria) draft.where.get(type)?.push(criterion)
}

const planOf = ({ where, includes, sort, count, total, summary }: Draft): SearchPlan => {
  const counts = summary === 'count'
  return {
    from: [...where].map(([type, criteria]) => ({ type, where: and(...criteria) })),
    sort,
    count: counts ? 0 : count,
    total: counts || count === 0 ? 'accurate' : total,
    includes: counts ? [] : includes,
  }
}

const checkRepetitions = (parameters: Parameters): void => {
  const repeated = parameters.names().find((name) => RESULT_PARAMETERS.has(name) && parameters.getAll(name).length > 1)
  if (repeated) throw new FhirSearchError('invalid', `${repeated} stands more than once`)
}

/** Reads a search. Throws FhirSearchError. */
export const parseSearch = (definitions: Definitions, input: SearchInput): ParsedSearch => {
  checkRepetitions(input.parameters)
  const context: FilterContext = { definitions, base: input.base, permitted: input.permitted, codes: input.codes }
  const where = new Map(input.types.map((type): [string, Criterion[]] => [type, []]))
  const draft: Draft = { where, includes: [], sort: [], count: DEFAULT_COUNT, total: 'none', summary: undefined, elements: undefined }
  const self: Array<readonly [string, string]> = []
  const includes = input.parameters.entries.filter(([name]) => isInclude(name)).length
  if (includes > MAX_INCLUDES) throw new FhirSearchError('too-costly', `more than ${MAX_INCLUDES} includes`)
  for (const [name, value] of input.parameters.entries) {
    // A parameter without a value is as good as absent (R4 search.html#errors).
    if (PRESENTATION.has(name) || value === '' || (name === '_type' && input.typed)) continue
    try {
      apply(draft, context, input, name, value)
      self.push([name, value])
    } catch (error) {
      if (!(error instanceof UnknownParameter && input.lenient)) throw error
    }
  }
  if (draft.summary === 'text' && draft.includes.length > 0) throw new FhirSearchError('invalid', '_summary=text has no includes')
  return { plan: planOf(draft), self, understood: parametersOf(self), summary: draft.summary, elements: draft.elements }
}

/**
 * The criterion of a query part, for granular scopes and search policies: filters only, nothing unknown, no empty value.
 * Throws FhirSearchError. `permitted` bounds the hops of chains, where the caller has bounds.
 */
export const criterionOf = (
  definitions: Definitions,
  type: string,
  query: string,
  base: string,
  permitted: (type: string) => Criterion = () => ALL,
): Criterion => {
  const { entries } = parseParameters(query)
  const empty = entries.find(([, value]) => value === '')
  if (empty) throw new FhirSearchError('invalid', `${empty[0]} has no value`)
  return and(...entries.map(([name, value]) => filter({ definitions, base, permitted }, type, name, value)))
}
