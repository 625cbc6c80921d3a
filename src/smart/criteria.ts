// From granted scopes to the rows they reach: a union over the scopes, each bounded by its context (design, Who may; S-16, S-17, S-27).
import type { Permission } from '../fhir/access.ts'
import { compartmentKind } from '../fhir/definitions/compartment.ts'
import type { Definitions } from '../fhir/definitions/definitions.ts'
import { ALL, type Criterion, NOTHING } from '../store/criterion.ts'
import { and, isNothing, or } from '../store/plan.ts'
import { type FhirUser, isId, isPractitioner } from './fhir-user.ts'
import type { ReadScope, ScopesReader } from './scope-reader.ts'
import type { ScopeContext } from './scopes.ts'

export interface ScopeRowsInput {
  readonly scope: readonly string[]
  /** The launch context, or the `context` claim of an external token. */
  readonly context: Readonly<Record<string, unknown>>
  /** undefined: the client acts for itself, and only then do `system/` scopes count. */
  readonly user: { readonly fhirUser: FhirUser | undefined } | undefined
  readonly definitions: Definitions
  /** Absolute base, which `context.patient[].url` may start with. */
  readonly base: string
  readonly read: ScopesReader
}

export interface ScopeRows {
  /** Does any scope reach this type for this permission: 403 otherwise. */
  covers(type: string, permission: Permission): boolean
  rows(type: string, permission: Permission): Criterion
  /** Some scope is bounded by a compartment or a query. */
  readonly confined: boolean
}

/** What is compiled to tables is configuration, whose writes no scope covers: a search parameter decides what policies and scopes mean. */
const COMPILED: ReadonlySet<string> = new Set(['SearchParameter'])
const isReading = (permission: Permission): boolean => permission === 'r' || permission === 's'

const patientsOf = (context: ScopeRowsInput['context'], base: string): readonly string[] => {
  const named: readonly unknown[] = Array.isArray(context.patient) ? context.patient : [context.patient]
  return named.flatMap((one) => {
    if (isId(one)) return [one]
    if (typeof one !== 'object' || one === null) return []
    const prefix = `${base}/Patient/`
    const id: unknown =
      'url' in one && typeof one.url === 'string' && one.url.startsWith(prefix)
        ? one.url.slice(prefix.length)
        : 'id' in one
          ? one.id
          : undefined
    return isId(id) ? [id] : []
  })
}

type Bound = readonly string[] | 'all'

/** The patients that bound a context's scopes: 'all' for unbounded ones; none means that they grant nothing. */
const boundOf = (kind: ScopeContext, { context, user, base }: ScopeRowsInput): Bound => {
  if (kind === 'patient') return patientsOf(context, base)
  if (kind === 'system') return user ? [] : 'all'
  if (isPractitioner(user?.fhirUser)) return 'all'
  return user?.fhirUser?.type === 'Patient' ? [user.fhirUser.id] : []
}

const withinBound = (definitions: Definitions, type: string, permission: Permission, bound: Bound): Criterion => {
  if (bound === 'all') return ALL
  const kind = bound.length === 0 ? 'none' : compartmentKind(definitions, type)
  if (kind === 'member') return { kind: 'compartment', patients: bound }
  return kind === 'shared' && isReading(permission) ? ALL : NOTHING
}

/**
 * What the scopes let their bearer see and touch; constant for one request. Each scope grants the rows of its type that satisfy its
 * query, within its context: `patient/` the compartments of the launch's patients, `user/` everything for a practitioner and the own
 * compartment for a patient, `system/` everything for a client that acts for itself. Several scopes are a union, also across contexts.
 * A chain leads only to rows that the token may search by its scopes without chains.
 */
export const scopeRows = (input: ScopeRowsInput): ScopeRows => {
  const { definitions } = input
  const scopes = input.read(input.scope)
  const bounds: Partial<Record<ScopeContext, Bound>> = {}
  const bound = (kind: ScopeContext): Bound => {
    bounds[kind] ??= boundOf(kind, input)
    return bounds[kind]
  }
  const reaching = (type: string, permission: Permission): readonly ReadScope[] =>
    scopes.filter((scope) => (scope.type === '*' || scope.type === type) && scope.permissions.has(permission))
  const union = (type: string, permission: Permission, of: readonly ReadScope[]): Criterion =>
    or(...of.map((scope) => and(withinBound(definitions, type, permission, bound(scope.context)), scope.filterFor(searchable))))
  const searchable = (type: string): Criterion =>
    union(
      type,
      's',
      reaching(type, 's').filter(({ chained }) => !chained),
    )
  const known = new Map<string, Criterion>()
  const rows = (type: string, permission: Permission): Criterion => {
    const key = `${type}.${permission}`
    const found = known.get(key)
    if (found) return found
    const covered = definitions.types.has(type) && (isReading(permission) || !COMPILED.has(type))
    const reached = covered ? union(type, permission, reaching(type, permission)) : NOTHING
    known.set(key, reached)
    return reached
  }
  return {
    rows,
    covers: (type, permission) => !isNothing(rows(type, permission)),
    confined: scopes.some((scope) => scope.query !== undefined || bound(scope.context) !== 'all'),
  }
}
