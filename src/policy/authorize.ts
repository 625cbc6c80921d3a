// FHIR's `Authorize`, made of scopes and policies (design, "Who may"): both are needed, scopes never grant alone.
import type { AccessRequest, Authorize, Decision, Permission, Rows } from '../fhir/access.ts'
import type { LaunchContext } from '../oauth/authorization.ts'
import type { Principal } from '../oauth/principal.ts'
import type { ScopeRows } from '../smart/criteria.ts'
import { type FhirUser, fhirUserOf } from '../smart/fhir-user.ts'
import { ALL, type Criterion } from '../store/criterion.ts'
import { and } from '../store/plan.ts'
import { type BoundedDependencies, decideBounded, type Within } from './bounded.ts'
import type { CompiledPolicies } from './compile.ts'
import { type Asked, decide, roleNames } from './decide.ts'
import { isMap } from './matcho/value.ts'
import { methodOf, RequestView } from './request-object.ts'

/** One denial, for the operator: the outside learns nothing of it. */
export interface Denial {
  readonly request: string
  readonly operation: string
  readonly reason: 'scope' | 'policy'
  readonly client: string | undefined
  readonly user: string | undefined
}

export interface AuthorizeDependencies extends BoundedDependencies {
  readonly policies: CompiledPolicies
  /** `scopeRows` with this box's definitions and base. */
  readonly scopeRows: (granted: {
    readonly scope: readonly string[]
    readonly context: LaunchContext
    /** undefined only for a client that acts for itself. */
    readonly user: { readonly fhirUser: FhirUser | undefined } | undefined
  }) => ScopeRows
  /** Told of each denial, with what was asked by whom. */
  readonly decisionLog: (denial: Denial, asked: { readonly access: AccessRequest; readonly principal: Principal }) => void
}

const SMART_CLIENTS: ReadonlySet<unknown> = new Set([
  'smart-app',
  'bulk-api-client',
  'patient-facing-smart-app',
  'provider-facing-smart-app',
  'bulk',
])

const isResourceScope = (scope: string): boolean => /^(patient|user|system)\//.test(scope)

/** A smart-app's or bulk client's token is always held to its scopes; any other as soon as it carries a resource scope. */
export const scopesAreEnforced = (principal: Principal): boolean =>
  SMART_CLIENTS.has(principal.client?.type) || (principal.scope ?? []).some(isResourceScope)

/** Only a session of ours that was opened without a person is a client on its own: a user who is not known here is not. */
const subjectOf = ({ user, session }: Principal): { readonly fhirUser: FhirUser | undefined } | undefined => {
  if (user) return { fhirUser: fhirUserOf(user) }
  return session && session.authorization.user_id === undefined ? undefined : { fhirUser: undefined }
}

const contextOf = ({ session, jwt }: Principal): LaunchContext => {
  if (session) return session.authorization.context
  return isMap(jwt?.context) ? jwt.context : {}
}

/** What the principal's scopes reach; undefined where they bound nothing. */
export const reachOf = (principal: Principal, { scopeRows }: Pick<AuthorizeDependencies, 'scopeRows'>): ScopeRows | undefined =>
  scopesAreEnforced(principal)
    ? scopeRows({ scope: principal.scope ?? [], context: contextOf(principal), user: subjectOf(principal) })
    : undefined

/** A session's scopes and context do not change: its rows are worked out once for as long as its user is the same person. */
const rememberedReach = (dependencies: AuthorizeDependencies): ((principal: Principal) => ScopeRows | undefined) => {
  const known = new WeakMap<object, { readonly key: string; readonly reach: ScopeRows | undefined }>()
  return (principal) => {
    const { session, user } = principal
    if (!session || principal.scope !== session.authorization.scope) return reachOf(principal, dependencies)
    const key = `${principal.client?.type} ${user?.id} ${JSON.stringify(user?.fhirUser)}`
    const found = known.get(session.authorization)
    if (found?.key === key) return found.reach
    const reach = reachOf(principal, dependencies)
    known.set(session.authorization, { key, reach })
    return reach
  }
}

/** Is this one of the permissions that no scope covers? */
export const isUncovered = ({ type }: AccessRequest, permission: Permission, reach: ScopeRows | undefined): boolean =>
  reach !== undefined && (type === undefined || !reach.covers(type, permission))

const uncovered = (access: AccessRequest, reach: ScopeRows | undefined): boolean =>
  reach !== undefined && access.permissions.some((permission) => isUncovered(access, permission, reach))

/** What policies are looked up by is known without making their request object. */
const askedOf = (access: AccessRequest, principal: Principal): Asked => {
  const type = access.params['resource/type']
  return {
    request: new RequestView(access, principal),
    method: methodOf(access.request.method),
    uri: access.request.path,
    user: principal.user?.id,
    client: principal.client?.id,
    operation: access.operation,
    type: typeof type === 'string' ? type : undefined,
    roles: roleNames(principal.roles),
  }
}

const EVERYTHING: Rows = () => ALL

/** What both the scopes and the policies' searches reach. */
const rowsWithin = (within: Within, reach: ScopeRows | undefined): Rows => {
  const known = new Map<string, Criterion>()
  const filterOf = (type: string): Criterion => {
    const found = known.get(type) ?? within.rows(type)
    known.set(type, found)
    return found
  }
  return (type, permission) => (reach ? and(reach.rows(type, permission), filterOf(type)) : filterOf(type))
}

const UNAUTHENTICATED: Decision = { permit: false, status: 401, reason: 'authentication is required' }
const OUT_OF_SCOPE: Decision = { permit: false, status: 403, reason: 'no granted scope covers this request', insufficientScope: true }
const FORBIDDEN: Decision = { permit: false, status: 403, reason: 'Forbidden' }

/** Binds the decision to who asks: scopes (403), then policies (401 for anonymous, else 403), then the rows that the scopes reach. */
export const createAuthorize = (dependencies: AuthorizeDependencies): ((principal: Principal) => Authorize) => {
  const reachFor = rememberedReach(dependencies)
  const bounded = (access: AccessRequest, asked: Asked) =>
    decideBounded(dependencies.policies, asked, { type: access.type, interaction: access.interaction }, dependencies)
  return (principal) => {
    const reach = reachFor(principal)
    const deny = (access: AccessRequest, decision: Decision, reason: Denial['reason']): Decision => {
      if (access.supposed) return decision
      const { client, user } = principal
      const denial = { request: access.request.id, operation: access.operation, reason, client: client?.id, user: user?.id }
      dependencies.decisionLog(denial, { access, principal })
      return decision
    }
    return async (access) => {
      if (uncovered(access, reach)) return deny(access, OUT_OF_SCOPE, 'scope')
      const asked = askedOf(access, principal)
      const { policies } = dependencies
      const granted =
        decide(policies, asked.request, asked).granted || (!access.supposed && policies.bounded && (await bounded(access, asked)))
      if (granted === true) return { permit: true, rows: reach?.rows ?? EVERYTHING, confined: reach?.confined ?? false }
      if (granted) return { permit: true, rows: rowsWithin(granted, reach), confined: true }
      return deny(access, principal.method === 'anonymous' ? UNAUTHENTICATED : FORBIDDEN, 'policy')
    }
  }
}
