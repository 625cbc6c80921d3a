// Why a request is granted or denied: the same steps as the decision (authorize.ts), but every policy is asked and says its first
// failing condition. One function for HTTP, the command line, the tests of policies and the log of denials.
import type { AccessRequest, Decision, Permission } from '../fhir/access.ts'
import type { Principal } from '../oauth/principal.ts'
import { type AuthorizeDependencies, createAuthorize, isUncovered, reachOf } from './authorize.ts'
import { askBounded, type BoundedDependencies, type Wanted } from './bounded.ts'
import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { candidates, viewsFor } from './decide.ts'
import type { Mismatch } from './diagnostics.ts'
import type { Json } from './matcho/value.ts'
import { type RequestObject, requestObject } from './request-object.ts'

/** What one policy says of a request. `no-role`: the user has no Role of its `roleName`; `failed`: it could not be evaluated. */
export type PolicyAnswer = { readonly id: string } & (
  | {
      readonly granted: true
      /** Searches that bound the rows; absent: no bounds. */
      readonly within?: readonly string[]
    }
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

/** Where searches decide and are not asked: they are said. */
const NOT_ASKED = 'find nothing for this request'

const answerOf = (policy: CompiledPolicy, view: RequestObject): PolicyAnswer => {
  try {
    const mismatch = policy.matcher.explain(view, view, [])
    if (mismatch) return { id: policy.id, granted: false, why: 'mismatch', mismatch }
    if (!policy.matcher.grant) return { id: policy.id, granted: true }
    return { id: policy.id, granted: false, why: 'mismatch', mismatch: { expected: 'the searches', but: NOT_ASKED, path: ['search'] } }
  } catch {
    return { id: policy.id, granted: false, why: 'failed' }
  }
}

const spokenFor = (policy: CompiledPolicy, answers: readonly PolicyAnswer[]): PolicyAnswer =>
  answers.find(({ granted }) => granted) ?? answers[0] ?? { id: policy.id, granted: false, why: 'no-role' }

/** Asks one policy; of several Roles, the first that is granted speaks, or else the first. Its searches count as finding nothing. */
export const askPolicy = (policy: CompiledPolicy, request: RequestObject): PolicyAnswer =>
  spokenFor(
    policy,
    viewsFor(policy, request).map((view) => answerOf(policy, view)),
  )

/** Asks every policy that the decision is about, those that are linked first; at most `limit` of them. After a denial, searches found nothing. */
export const explainPolicies = (
  policies: CompiledPolicies,
  request: RequestObject,
  limit = Number.POSITIVE_INFINITY,
): readonly PolicyAnswer[] => {
  const asked = [...new Set(candidates(policies, request))]
  return asked.slice(0, limit).map((policy) => askPolicy(policy, request))
}

const answerBounded = async (
  policy: CompiledPolicy,
  view: RequestObject,
  wanted: Wanted,
  dependencies: BoundedDependencies,
): Promise<PolicyAnswer> => {
  const { id } = policy
  try {
    const { granted, searches } = await askBounded(policy, view, wanted, dependencies)
    if (granted) return { id, granted, ...(searches.length > 0 && { within: searches }) }
    const mismatch = policy.matcher.explain(view, view, [])
    const found = { expected: searches.join(' and ') || 'no search', but: 'finds nothing', path: ['search'] }
    return { id, granted, why: 'mismatch', mismatch: mismatch ?? found }
  } catch {
    return { id, granted: false, why: 'failed' }
  }
}

/** Asks one policy, with its searches. */
export const askSearching = async (
  policy: CompiledPolicy,
  request: RequestObject,
  wanted: Wanted,
  dependencies: BoundedDependencies,
): Promise<PolicyAnswer> => {
  if (!policy.matcher.grant) return askPolicy(policy, request)
  const views = viewsFor(policy, request)
  return spokenFor(policy, await Promise.all(views.map((view) => answerBounded(policy, view, wanted, dependencies))))
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
        policies: await Promise.all(
          [...new Set(candidates(dependencies.policies, request))].map((policy) => askSearching(policy, request, access, dependencies)),
        ),
        decision: await authorize(access),
      }
    }
  }
}
