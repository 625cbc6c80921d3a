// From granted scopes to the rows they reach: a union over the scopes, each bounded by its context (design, Who may; S-16, S-17, S-27).
import type { Permission } from '../fhir/access.ts'
import { compartmentKind } from '../fhir/definitions/compartment.ts'
import type { Definitions } from '../fhir/definitions/definitions.ts'
import type { Parameters } from '../http/parameters.ts'
import { ALL, type Criterion, NOTHING } from '../store/criterion.ts'
import { and, or } from '../store/plan.ts'
import { type FhirUser, isId, isPractitioner } from './fhir-user.ts'
import { type ResourceScope, resourceScopes } from './scopes.ts'

export interface ScopeRowsInput {
  readonly scope: readonly string[]
  /** The launch context, or the `context` claim of an external token. */
  readonly context: Readonly<Record<string, unknown>>
  /** undefined: the client acts for itself, and only then do `system/` scopes count. */
  readonly user: { readonly fhirUser: FhirUser | undefined } | undefined
  readonly definitions: Definitions
  /** Absolute base, which `context.patient[].url` may start with. */
  readonly base: string
  /** Compiles the query of a granular scope; throws on a bad one, which then grants nothing. */
  readonly criterionOf: (type: string, query: Parameters) => Criterion
}

export interface ScopeRows {
  /** Does any scope reach this type for this permission: 403 otherwise. */
  covers(type: string, permission: Permission): boolean
  rows(type: string, permission: Permission): Criterion
  /** Some scope is bounded by a compartment or a query. */
  readonly confined: boolean
}

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

/** The patients that bound the scope: 'all' for an unbounded one; none means that it grants nothing. */
const boundOf = ({ context: kind }: ResourceScope, { context, user, base }: ScopeRowsInput): readonly string[] | 'all' => {
  if (kind === 'patient') return patientsOf(context, base)
  if (kind === 'system') return user ? [] : 'all'
  if (isPractitioner(user?.fhirUser)) return 'all'
  return user?.fhirUser?.type === 'Patient' ? [user.fhirUser.id] : []
}

const withinPatients = (definitions: Definitions, type: string, permission: Permission, patients: readonly string[]): Criterion => {
  const kind = patients.length === 0 ? 'none' : compartmentKind(definitions, type)
  if (kind === 'member') return { kind: 'compartment', patients }
  return kind === 'shared' && (permission === 'r' || permission === 's') ? ALL : NOTHING
}

const filterOf = (scope: ResourceScope, criterionOf: ScopeRowsInput['criterionOf']): Criterion => {
  if (!scope.query) return ALL
  try {
    return criterionOf(scope.type, scope.query)
  } catch {
    return NOTHING
  }
}

const isNothing = (criterion: Criterion): boolean => criterion.kind === 'or' && criterion.of.length === 0

/** What the scopes let their bearer see and touch. Constant for one request. */
export const scopeRows = (input: ScopeRowsInput): ScopeRows => {
  const { definitions } = input
  const grants = resourceScopes(input.scope).map((scope) => ({
    scope,
    bound: boundOf(scope, input),
    filter: filterOf(scope, input.criterionOf),
  }))
  const rows = (type: string, permission: Permission): Criterion => {
    if (!definitions.types.has(type)) return NOTHING
    const reaching = grants.filter(({ scope }) => (scope.type === '*' || scope.type === type) && scope.permissions.has(permission))
    return or(
      ...reaching.map(({ bound, filter }) => and(bound === 'all' ? ALL : withinPatients(definitions, type, permission, bound), filter)),
    )
  }
  return {
    rows,
    covers: (type, permission) => !isNothing(rows(type, permission)),
    confined: grants.some(({ scope, bound }) => bound !== 'all' || scope.query !== undefined),
  }
}
