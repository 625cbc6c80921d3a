// What policies see of a request (aidbox-behaviour §3.1): made of the canonical request and of what routing understood, never of raw input.
import type { AccessRequest } from '../fhir/access.ts'
import type { Principal } from '../oauth/principal.ts'
import { dualView } from './dual-view.ts'
import { isMap, isMissing, type Json } from './matcho/value.ts'

export type RequestObject = Json

/** Never shown to a policy, nor to whom a policy is explained. */
const SECRETS = new Set(['secret', 'password', 'secretKey', 'access_token', 'refresh_token', 'authorization_code'])

const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (SECRETS.has(key) ? [] : [[key, withoutSecrets(item)]])))
}

const view = (resource: unknown): unknown => dualView(withoutSecrets(resource))

const sessionOf = (principal: Principal): Json | undefined => {
  const { session } = principal
  if (!session) return undefined
  const { authorization } = session
  const { patient } = authorization.context
  return {
    id: session.id,
    scope: principal.scope ?? authorization.scope,
    audience: authorization.aud,
    ctx: authorization.context,
    client: { resourceType: 'Client', id: authorization.client_id },
    ...(authorization.user_id && { user: { resourceType: 'User', id: authorization.user_id } }),
    ...(patient && { patient: { resourceType: 'Patient', id: patient } }),
  }
}

const stripped = (members: Json): Json => Object.fromEntries(Object.entries(members).filter(([, value]) => !isMissing(value)))

/** The principal's part, made once per principal: most requests of a batch, and every policy, share it. */
const views = new WeakMap<Principal, Json>()

const principalView = (principal: Principal): Json => {
  const known = views.get(principal)
  if (known) return known
  const role = view(principal.roles)
  const session = view(sessionOf(principal))
  const made = stripped({
    jwt: principal.jwt,
    token: principal.token,
    user: view(principal.user),
    client: view(principal.client),
    session: { ...(isMap(session) && session), ...(principal.roles.length > 0 && { role }) },
    role,
  })
  views.set(principal, made)
  return made
}

/** `_include:iterate` is also visible as `_include`, so that a `nil?` on it cannot be passed by (P-08). */
const paramsOf = (params: AccessRequest['params']): Json => {
  const seen = new Map<string, unknown>()
  for (const [name, value] of Object.entries(params)) if (!isMissing(value)) seen.set(name, value)
  for (const [name, value] of [...seen]) {
    const [, base] = /^(_(?:rev)?include):/.exec(name) ?? []
    if (base && !seen.has(base)) seen.set(base, value)
  }
  return Object.fromEntries(seen)
}

/** HEAD is GET without its body, for policies too. */
const methodOf = (method: string): string => (method === 'HEAD' ? 'get' : method.toLowerCase())

/** The request object of one request. The body's view is made when a policy first looks at it. */
export const requestObject = (access: AccessRequest, principal: Principal): RequestObject => {
  const { request } = access
  let body: { readonly view: unknown } | undefined
  const resource = () => {
    body ??= { view: dualView(access.resource) }
    return body.view
  }
  const members = stripped({
    'request-method': methodOf(request.method),
    uri: request.path,
    'query-string': request.queryString,
    'remote-addr': request.remoteAddr,
    headers: Object.fromEntries([...request.headers].filter(([name]) => name !== 'authorization' && name !== 'cookie')),
    params: paramsOf(access.params),
    operation: { id: access.operation, resourceType: 'Operation' },
    ...principalView(principal),
  })
  if (isMissing(access.resource)) return members
  return Object.defineProperties(
    { ...members },
    { resource: { get: resource, enumerable: true }, body: { get: resource, enumerable: true } },
  )
}

/** The same request for one Role of the user: `role` is that Role, and it is the first of `session.role` (§3.4). */
export const inRole = (request: RequestObject, role: unknown): RequestObject => {
  const session: Json = isMap(request.session) ? request.session : {}
  const roles: readonly unknown[] = Array.isArray(session.role) ? session.role : []
  const own = { value: { ...session, role: [role, ...roles.filter((other) => other !== role)] }, enumerable: true }
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(request), role: { value: role, enumerable: true }, session: own },
  )
}
