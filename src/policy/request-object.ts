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

/** A resource's view is made when a policy first looks at it, and once: clients live as long as their tables. */
const views = new WeakMap<object, unknown>()

/** A resource as policies see it: both spellings, no secrets. */
export const resourceView = (resource: object | undefined): unknown => {
  if (resource === undefined) return undefined
  const known = views.get(resource)
  if (known !== undefined) return known
  const made = dualView(withoutSecrets(resource))
  views.set(resource, made)
  return made
}

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

const rolesOf = ({ roles }: Principal): unknown => (roles.length > 0 ? resourceView(roles) : undefined)

/** With the user's roles, which have no place in what is recorded of a session. */
const sessionView = (principal: Principal): unknown => {
  const session = dualView(withoutSecrets(sessionOf(principal)))
  const role = rolesOf(principal)
  if (role === undefined) return session
  return { ...(isMap(session) && session), role }
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

/** Where there is nothing, the member is undefined: to a policy that is the same as absent. */
const unlessMissing = (value: unknown): unknown => (isMissing(value) ? undefined : value)

/** The request object of one request. A member's view is made when a policy first looks at it. */
export const requestObject = (access: AccessRequest, principal: Principal): RequestObject => {
  const { request } = access
  let params: Json | undefined
  let headers: Json | undefined
  let session: { readonly view: unknown } | undefined
  let body: { readonly view: unknown } | undefined
  const resource = () => {
    body ??= { view: isMissing(access.resource) ? undefined : dualView(access.resource) }
    return body.view
  }
  return {
    'request-method': methodOf(request.method),
    uri: request.path,
    'query-string': request.queryString === '' ? undefined : request.queryString,
    'remote-addr': request.remoteAddr,
    operation: { id: access.operation, resourceType: 'Operation' },
    get headers() {
      headers ??= Object.fromEntries([...request.headers].filter(([name]) => name !== 'authorization' && name !== 'cookie'))
      return unlessMissing(headers)
    },
    get params() {
      params ??= paramsOf(access.params)
      return unlessMissing(params)
    },
    get jwt() {
      return unlessMissing(principal.jwt)
    },
    get token() {
      return unlessMissing(principal.token)
    },
    get user() {
      return resourceView(principal.user)
    },
    get client() {
      return resourceView(principal.client)
    },
    get session() {
      session ??= { view: sessionView(principal) }
      return unlessMissing(session.view)
    },
    get role() {
      return rolesOf(principal)
    },
    get resource() {
      return resource()
    },
    get body() {
      return resource()
    },
  }
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
