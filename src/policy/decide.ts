// The decision (aidbox-behaviour §3.2): the first policy that is true grants; none is a denial. No order matters, no policy forbids.
import type { CompiledPolicies, CompiledPolicy, PolicyIndex } from './compile.ts'
import { findIn, type Keys, type Slice } from './decision-index.ts'
import { at, member } from './matcho/value.ts'
import { inRole, type RequestObject } from './request-object.ts'

export type PolicyDecision = { readonly granted: true; readonly by: string } | { readonly granted: false }

/** A request object with what its policies are looked up by. */
export interface Asked extends Keys {
  readonly request: RequestObject
}

/** What cannot be read is as good as absent: a policy that needs it is false (P-02). */
const textAt = (request: RequestObject, path: readonly string[]): string | undefined => {
  try {
    const value = at(request, path)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

const PATHS = {
  method: ['request-method'],
  uri: ['uri'],
  user: ['user', 'id'],
  client: ['client', 'id'],
  operation: ['operation', 'id'],
  type: ['params', 'resource/type'],
} as const

const NO_ROLES: readonly string[] = []

/** Each name once. */
export const roleNames = (roles: unknown): readonly string[] => {
  if (!Array.isArray(roles) || roles.length === 0) return NO_ROLES
  return [...new Set(roles.map((role: unknown) => member(role, 'name')).filter((name) => typeof name === 'string'))]
}

const askedOf = (request: RequestObject): Asked => ({
  request,
  method: textAt(request, PATHS.method),
  uri: textAt(request, PATHS.uri),
  user: textAt(request, PATHS.user),
  client: textAt(request, PATHS.client),
  operation: textAt(request, PATHS.operation),
  type: textAt(request, PATHS.type),
  roles: roleNames(member(request, 'role')),
})

const kindOf = ({ operation }: Keys): 'rpc' | 'rest' => (operation === 'rpc' ? 'rpc' : 'rest')

/** The policies that are asked about a request: the global ones, and those linked to its user, client or operation. */
export const candidates = (policies: CompiledPolicies, request: RequestObject): readonly CompiledPolicy[] => {
  const asked = askedOf(request)
  const kind = kindOf(asked)
  const { global, linked } = policies
  const lists = [linked.get(`User/${asked.user}`), linked.get(`Client/${asked.client}`), linked.get(`Operation/${asked.operation}`), global]
  return lists.flatMap((list) => list?.filter(({ type }) => type === undefined || type === kind) ?? [])
}

/** The views of the request that a policy is asked about: with `roleName`, one for each Role of that name. */
export const viewsFor = (policy: CompiledPolicy, request: RequestObject): readonly RequestObject[] => {
  if (policy.roleName === undefined) return [request]
  const role = at(request, ['role'])
  const roles: readonly unknown[] = Array.isArray(role) ? role : []
  return roles.filter((one) => at(one, ['name']) === policy.roleName).map((one) => inRole(request, one))
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

const firstGranting = (policies: readonly CompiledPolicy[], { request, method }: Asked): CompiledPolicy | undefined => {
  for (const policy of policies) {
    const { methods } = policy.facts
    if ((methods === undefined || (method !== undefined && methods.has(method))) && grants(policy, request)) return policy
  }
  return undefined
}

const inSlice = (slice: Slice<CompiledPolicy> | undefined, asked: Asked): CompiledPolicy | undefined =>
  slice && findIn(slice, asked, firstGranting)

const slicesOf = ({ users, clients, operations, global }: PolicyIndex, { user, client, operation }: Asked) =>
  [
    user === undefined ? undefined : users.get(user),
    client === undefined ? undefined : clients.get(client),
    operation === undefined ? undefined : operations.get(operation),
    global,
  ] as const

const granting = (index: PolicyIndex, asked: Asked): CompiledPolicy | undefined => {
  for (const slice of slicesOf(index, asked)) {
    const found = inSlice(slice, asked)
    if (found) return found
  }
  return undefined
}

/** Every policy of an index that may grant the request, each once. */
export const eachFor = (index: PolicyIndex | undefined, asked: Asked, visit: (policy: CompiledPolicy) => void): void => {
  const seen = new Set<CompiledPolicy>()
  const all = (policies: readonly CompiledPolicy[]): undefined => {
    for (const policy of policies) if (!seen.has(policy)) visit(policy)
    for (const policy of policies) seen.add(policy)
  }
  for (const slice of index ? slicesOf(index, asked) : []) if (slice) findIn(slice, asked, all)
}

/** Decides a request by the policies alone. `asked` is given where it is known without looking into the request. */
export const decide = (policies: CompiledPolicies, request: RequestObject, asked: Asked = askedOf(request)): PolicyDecision => {
  const policy = granting(policies.index[kindOf(asked)], asked)
  return policy ? { granted: true, by: policy.id } : { granted: false }
}
