// The decision (aidbox-behaviour §3.2): the first policy that is true grants; none is a denial. No order matters, no policy forbids.
import type { CompiledPolicies, CompiledPolicy } from './compile.ts'
import { at } from './matcho/value.ts'
import { inRole, type RequestObject } from './request-object.ts'

export type PolicyDecision = { readonly granted: true; readonly by: string } | { readonly granted: false }

/** Who asks for what, by id: what policies can be linked to. */
export interface Subject {
  readonly user: string | undefined
  readonly client: string | undefined
  readonly operation: string | undefined
}

const textAt = (request: RequestObject, path: readonly string[]): string | undefined => {
  const value = at(request, path)
  return typeof value === 'string' ? value : undefined
}

const subjectOf = (request: RequestObject): Subject => ({
  user: textAt(request, ['user', 'id']),
  client: textAt(request, ['client', 'id']),
  operation: textAt(request, ['operation', 'id']),
})

const NONE: readonly CompiledPolicy[] = []

/** The policies that are asked, in their lists: the global ones, and those linked to this user, client or operation. */
const listsFor = ({ linked, global }: CompiledPolicies, { user, client, operation }: Subject): ReadonlyArray<readonly CompiledPolicy[]> => [
  user === undefined ? NONE : (linked.get(`User/${user}`) ?? NONE),
  client === undefined ? NONE : (linked.get(`Client/${client}`) ?? NONE),
  operation === undefined ? NONE : (linked.get(`Operation/${operation}`) ?? NONE),
  global,
]

const kindOf = ({ operation }: Subject): 'rpc' | 'rest' => (operation === 'rpc' ? 'rpc' : 'rest')

/** The policies that are asked about a request. */
export const candidates = (policies: CompiledPolicies, request: RequestObject): readonly CompiledPolicy[] => {
  const subject = subjectOf(request)
  const kind = kindOf(subject)
  return listsFor(policies, subject).flatMap((list) => list.filter(({ type }) => type === undefined || type === kind))
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

/** Decides a request by the policies alone. `subject` is given where it is known without looking into the request. */
export const decide = (policies: CompiledPolicies, request: RequestObject, subject: Subject = subjectOf(request)): PolicyDecision => {
  const kind = kindOf(subject)
  for (const list of listsFor(policies, subject)) {
    for (const policy of list) {
      if ((policy.type === undefined || policy.type === kind) && grants(policy, request)) return { granted: true, by: policy.id }
    }
  }
  return { granted: false }
}
