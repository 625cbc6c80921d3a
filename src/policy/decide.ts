// The decision (aidbox-behaviour §3.2): the first policy that is true grants; none is a denial. No order matters, no policy forbids.
import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { at } from './matcho/value.ts'
import { inRole, type RequestObject } from './request-object.ts'

export type PolicyDecision = { readonly granted: true; readonly by: string } | { readonly granted: false }

const LINKS = [
  ['User/', ['user', 'id']],
  ['Client/', ['client', 'id']],
  ['Operation/', ['operation', 'id']],
] as const

/** The policies that are asked: the global ones, and those linked to this user, client or operation. */
export const candidates = (policies: CompiledPolicies, request: RequestObject): readonly CompiledPolicy[] => {
  const linked = LINKS.flatMap(([type, path]) => {
    const id = at(request, path)
    return typeof id === 'string' ? (policies.linked.get(type + id) ?? []) : []
  })
  const kind = at(request, ['operation', 'id']) === 'rpc' ? 'rpc' : 'rest'
  return [...linked, ...policies.global].filter(({ type }) => type === undefined || type === kind)
}

/** The views of the request that a policy is asked about: with `roleName`, one for each Role of that name. */
export const viewsFor = (policy: CompiledPolicy, request: RequestObject): readonly RequestObject[] => {
  if (policy.roleName === undefined) return [request]
  const roles = Array.isArray(request.role) ? request.role : []
  return roles.filter((role) => at(role, ['name']) === policy.roleName).map((role) => inRole(request, role))
}

/** What throws is false, and the others are still asked (P-02). */
const grants = (policy: CompiledPolicy, request: RequestObject): boolean => {
  try {
    if (policy.roleName === undefined) return policy.matcher.test(request, request)
    return viewsFor(policy, request).some((view) => policy.matcher.test(view, view))
  } catch {
    return false
  }
}

/** Decides a request by the policies alone. */
export const decide = (policies: CompiledPolicies, request: RequestObject): PolicyDecision => {
  const granting = candidates(policies, request).find((policy) => grants(policy, request))
  return granting ? { granted: true, by: granting.id } : { granted: false }
}
