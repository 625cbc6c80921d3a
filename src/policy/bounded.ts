// The decision of policies that name searches (design, "Policies"), asked where no policy grants without them. A search of the requested
// type becomes a filter of its rows; filters of all policies that grant are a union. A search of another type is a check: it must find
// something. All checks of a decision are asked at once, each once.
import type { Definitions } from '../fhir/definitions/definitions.ts'
import { filter } from '../fhir/search/filter.ts'
import { ALL, type Criterion, NOTHING } from '../store/criterion.ts'
import { and, or } from '../store/plan.ts'
import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { type Asked, eachFor, viewsFor } from './decide.ts'
import type { BoundSearch, Grant } from './grant.ts'
import type { RequestObject } from './request-object.ts'

/** A search that must find something, whatever its principal may see: it is the policy's own. */
export interface Check {
  readonly type: string
  readonly where: Criterion
}

export interface BoundedDependencies {
  readonly definitions: Definitions
  /** Does each find something: one unit of work for all of them. */
  readonly find: (checks: readonly Check[]) => Promise<readonly boolean[]>
}

/** Granted within rows: `rows(type)` bounds every type that the request reaches, by includes and chains too. */
export interface Within {
  readonly by: readonly string[]
  readonly rows: (type: string) => Criterion
}

interface Granting {
  readonly policy: CompiledPolicy
  readonly grant: Grant
}

/** Undefined: it cannot be asked, so nothing matches it. */
const criterionOf = ({ type, entries }: BoundSearch, definitions: Definitions): Criterion | undefined => {
  try {
    // Its chains are the policy's own words: they lead where it says, and no further.
    const context = { definitions, base: '', permitted: () => ALL }
    return and(...entries.map(([name, value]) => filter(context, type, name, value)))
  } catch {
    return undefined
  }
}

const keyOf = ({ type, entries }: BoundSearch): string => JSON.stringify([type, entries])

/** The searches of a grant that are checks where `type` is requested. */
const checksOf = (grant: Grant, type: string): readonly BoundSearch[] => {
  if (typeof grant === 'boolean') return []
  if (grant.kind !== 'search') return grant.of.flatMap((one) => checksOf(one, type))
  return grant.searches.filter((search) => search.type !== type)
}

type Rows = Criterion | boolean

const bothRows = (one: Rows, other: Rows): Rows => {
  if (one === false || other === false) return false
  if (one === true) return other
  return other === true ? one : and(one, other)
}

const eitherRows = (one: Rows, other: Rows): Rows => {
  if (one === true || other === true) return true
  if (one === false) return other
  return other === false ? one : or(one, other)
}

interface Resolution {
  readonly type: string
  /** FHIR's code. */
  readonly interaction: string
  readonly definitions: Definitions
  readonly found: (search: BoundSearch) => boolean
}

/** true: without bounds. A policy that names neither the type nor anything of the request says nothing of the request. */
const rowsOf = (grant: Grant, to: Resolution): Rows => {
  if (typeof grant === 'boolean') return grant
  if (grant.kind === 'and') return grant.of.map((one) => rowsOf(one, to)).reduce(bothRows, true)
  if (grant.kind === 'or') return grant.of.map((one) => rowsOf(one, to)).reduce(eitherRows, false)
  const filters = grant.searches.filter(({ type }) => type === to.type)
  // What is submitted says all of a resource that is created, and nothing of one that is replaced.
  const ofRequest = grant.ofParams || (grant.ofResource && to.interaction === 'create')
  if (filters.length === 0 && !ofRequest) return false
  if (!grant.searches.every((search) => search.type === to.type || to.found(search))) return false
  return filters.map((search): Rows => criterionOf(search, to.definitions) ?? false).reduce(bothRows, true)
}

const NOTHING_FOUND = (): boolean => false

const grantsOf = (policies: CompiledPolicies, asked: Asked): readonly Granting[] => {
  const granting: Granting[] = []
  eachFor(policies.bounded, asked, (policy) => {
    for (const view of viewsFor(policy, asked.request)) {
      try {
        const grant = policy.matcher.grant?.(view) ?? false
        if (grant !== false) granting.push({ policy, grant })
      } catch {
        // What throws is false, and the others are still asked (P-02).
      }
    }
  })
  return granting
}

const findAll = async (searches: readonly BoundSearch[], { definitions, find }: BoundedDependencies): Promise<Resolution['found']> => {
  const checks = new Map<string, Check>()
  for (const search of searches) {
    const where = criterionOf(search, definitions)
    if (where) checks.set(keyOf(search), { type: search.type, where })
  }
  if (checks.size === 0) return NOTHING_FOUND
  const answers = await find([...checks.values()])
  const found = new Set([...checks.keys()].filter((_, index) => answers[index]))
  return (search) => found.has(keyOf(search))
}

/** The rows of another type than the requested one: of policies that would say the same where that type was asked for. */
const otherRows = (granting: readonly Granting[], definitions: Definitions, type: string): Criterion => {
  const alike = granting.filter(({ policy }) => policy.ofWho)
  const rows = alike
    .map(({ grant }) => rowsOf(grant, { type, interaction: 'read', definitions, found: NOTHING_FOUND }))
    .reduce(eitherRows, false)
  return typeof rows === 'boolean' ? NOTHING : rows
}

/** What is asked for. */
export interface Wanted {
  readonly type?: string | undefined
  /** FHIR's code. */
  readonly interaction: string
}

/** `true`: granted without bounds; undefined: not granted. */
export const decideBounded = async (
  policies: CompiledPolicies,
  asked: Asked,
  { type, interaction }: Wanted,
  dependencies: BoundedDependencies,
): Promise<true | Within | undefined> => {
  const { definitions } = dependencies
  if (type === undefined || !definitions.types.has(type)) return undefined
  const granting = grantsOf(policies, asked)
  if (granting.length === 0) return undefined
  const checks = granting.flatMap(({ grant }) => checksOf(grant, type))
  const found = await findAll(checks, dependencies)
  const answers = granting.map(({ policy, grant }) => ({ policy, rows: rowsOf(grant, { type, interaction, definitions, found }) }))
  const union = answers.map(({ rows }) => rows).reduce(eitherRows, false)
  if (typeof union === 'boolean') return union || undefined
  return {
    by: answers.filter(({ rows }) => rows !== false).map(({ policy }) => policy.id),
    rows: (other) => (other === type ? union : otherRows(granting, definitions, other)),
  }
}

const wordsOf = ({ type, entries }: BoundSearch): string =>
  entries.length === 0 ? type : `${type}?${entries.map(([name, value]) => `${name}=${value}`).join('&')}`

const searchesOf = (grant: Grant): readonly BoundSearch[] => {
  if (typeof grant === 'boolean') return []
  return grant.kind === 'search' ? grant.searches : grant.of.flatMap(searchesOf)
}

/** What one policy's searches come to: the filters that it grants within, or the searches that grant nothing here. */
export interface BoundedAnswer {
  readonly granted: boolean
  readonly searches: readonly string[]
}

/** Asks one policy alone, for an explanation. */
export const askBounded = async (
  policy: CompiledPolicy,
  view: RequestObject,
  { type, interaction }: Wanted,
  dependencies: BoundedDependencies,
): Promise<BoundedAnswer> => {
  const grant = policy.matcher.grant?.(view) ?? false
  const searches = searchesOf(grant)
  if (type === undefined || !dependencies.definitions.types.has(type)) return { granted: false, searches: searches.map(wordsOf) }
  const checks = checksOf(grant, type)
  const found = await findAll(checks, dependencies)
  const granted = rowsOf(grant, { type, interaction, definitions: dependencies.definitions, found }) !== false
  const unmet = checks.filter((check) => !found(check))
  const told = granted ? searches.filter((search) => search.type === type) : unmet.length > 0 ? unmet : searches
  return { granted, searches: told.map(wordsOf) }
}
