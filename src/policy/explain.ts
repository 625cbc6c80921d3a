// Why a request is granted or denied: the same steps as the decision (authorize.ts), but every policy is asked and says its first
// failing condition. One function for HTTP, the command line, the tests of policies and the log of denials.
import type { AccessRequest, Decision, Permission } from '../fhir/access.ts'
import type { Principal } from '../oauth/principal.ts'
import { type AuthorizeDependencies, createAuthorize, isUncovered, reachOf } from './authorize.ts'
import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { candidates, viewsFor } from './decide.ts'
import type { Mismatch } from './diagnostics.ts'
import type { Json } from './matcho/value.ts'
import { type RequestObject, requestObject } from './request-object.ts'

/** What one policy says of a request. `no-role`: the user has no Role of its `roleName`; `failed`: it could not be evaluated. */
export type PolicyAnswer = { readonly id: string } & (
  | { readonly granted: true }
  | { readonly granted: false; readonly why: 'mismatch'; readonly mismatch: Mismatch }
  | { readonly granted: false; readonly why: 'no-role' | 'failed' }
)

export interface ScopeAnswer {
  /** Scopes bound this principal; where they do not, policies decide alone. */
  readonly enforced: boolean
  readonly granted: readonly string[]
  /** Permissions that the request needs and no scope covers. */
  readonly uncovered: readonly Permission[]
}

export interface Explanation {
  readonly access: AccessRequest
  readonly principal: Principal
  readonly request: Json
  readonly scopes: ScopeAnswer
  /** The policies that were asked, in the order in which they are. */
  readonly policies: readonly PolicyAnswer[]
  readonly decision: Decision
}

const answerOf = (policy: CompiledPolicy, view: RequestObject): PolicyAnswer => {
  try {
    const mismatch = policy.matcher.explain(view, view, [])
    return mismatch ? { id: policy.id, granted: false, why: 'mismatch', mismatch } : { id: policy.id, granted: true }
  } catch {
    return { id: policy.id, granted: false, why: 'failed' }
  }
}

/** Asks one policy; of several Roles, the first that is granted speaks, or else the first. */
export const askPolicy = (policy: CompiledPolicy, request: RequestObject): PolicyAnswer => {
  const answers = viewsFor(policy, request).map((view) => answerOf(policy, view))
  return answers.find(({ granted }) => granted) ?? answers[0] ?? { id: policy.id, granted: false, why: 'no-role' }
}

/** Asks every policy that the decision is about, those that are linked first; at most `limit` of them. */
export const explainPolicies = (
  policies: CompiledPolicies,
  request: RequestObject,
  limit = Number.POSITIVE_INFINITY,
): readonly PolicyAnswer[] => {
  const asked = [...new Set(candidates(policies, request))]
  return asked.slice(0, limit).map((policy) => askPolicy(policy, request))
}

/** The scopes' part of the decision. */
export const explainScopes = (
  access: AccessRequest,
  principal: Principal,
  dependencies: Pick<AuthorizeDependencies, 'scopeRows'>,
): ScopeAnswer => {
  const reach = reachOf(principal, dependencies)
  return {
    enforced: reach !== undefined,
    granted: principal.scope ?? [],
    uncovered: access.permissions.filter((permission) => isUncovered(access, permission, reach)),
  }
}

/** Binds the explanation to who asks. Its decision is the real one; nothing is logged. */
export const createExplain = (
  dependencies: Omit<AuthorizeDependencies, 'decisionLog'>,
): ((principal: Principal) => (access: AccessRequest) => Promise<Explanation>) => {
  const authorizeOf = createAuthorize({ ...dependencies, decisionLog: () => undefined })
  return (principal) => {
    const authorize = authorizeOf(principal)
    return async (access) => {
      const request = requestObject(access, principal)
      return {
        access,
        principal,
        request,
        scopes: explainScopes(access, principal, dependencies),
        policies: explainPolicies(dependencies.policies, request),
        decision: await authorize(access),
      }
    }
  }
}
