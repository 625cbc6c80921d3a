// AccessPolicy as aidbox-behaviour §3.2 to §3.4 says it: which policies are asked, as whom, and what each engine means. It shares nothing
// with src/.
import { holds } from './json-logic.ts'
import { isValid } from './json-schema.ts'
import { matches, valueAt } from './matcho.ts'

export type Members = Readonly<Record<string, unknown>>

const listOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value : [])

const grantsByEngine = (policy: Members, request: Members): boolean => {
  const method = valueAt(request, 'params._m')
  const rpc = (policy.rpc ?? {}) as Members
  const named = typeof method === 'string' && Object.hasOwn(rpc, method) ? rpc[method] : undefined
  switch (policy.engine) {
    case 'allow':
      return true
    case 'matcho':
      return matches(request, policy.matcho, request)
    case 'json-schema':
      return isValid(request, policy.schema, request)
    case 'json-logic':
      return holds(policy['json-logic'], request)
    case 'complex':
      return policy.and
        ? listOf(policy.and).every((item) => grantsByEngine(item, request))
        : listOf(policy.or).some((item) => grantsByEngine(item, request))
    case 'allow-rpc':
      return named === true
    case 'matcho-rpc':
      return named !== undefined && (Object.keys(named as object).length === 0 || matches(request, named, request))
    default:
      throw new Error(`no such engine: ${String(policy.engine)}`)
  }
}

/** "for roleName policies evaluate once per matching Role with `role` = that Role and `session.role` = [matching first, …]" */
const asEachRole = (roleName: unknown, request: Members): readonly Members[] => {
  if (roleName === undefined) return [request]
  const roles = listOf(request.role)
  return roles
    .filter(({ name }) => name === roleName)
    .map((role) => ({
      ...request,
      role,
      session: { ...(request.session as Members), role: [role, ...roles.filter((one) => one !== role)] },
    }))
}

const isLinked = ({ link }: Members, request: Members): boolean =>
  link === undefined ||
  listOf(link).some(({ reference }) =>
    ['User', 'Client', 'Operation'].some((type) => {
      const id = valueAt(request, `${type.toLowerCase()}.id`)
      return typeof id === 'string' && reference === `${type}/${id}`
    }),
  )

const isOfKind = ({ type }: Members, request: Members): boolean =>
  type === undefined || (type === 'rpc') === (valueAt(request, 'operation.id') === 'rpc')

/** Is the request granted by these policies. */
export const isGranted = (policies: readonly Members[], request: Members): boolean =>
  policies.some(
    (policy) =>
      isLinked(policy, request) &&
      isOfKind(policy, request) &&
      asEachRole(policy.roleName, request).some((view) => grantsByEngine(policy, view)),
  )
