// What policies see of a request (aidbox-behaviour §3.1): made of the canonical request and of what routing understood, never of raw input.
import type { AccessRequest } from '../fhir/access.ts'
import type { Method } from '../http/request.ts'
import type { Principal } from '../oauth/principal.ts'
import { sessionPatient } from '../smart/session-patient.ts'
import { dualView } from './dual-view.ts'
import { isMap, isMissing, type Json, Lazy } from './matcho/value.ts'

/** A map: a RequestView, or what a test or an administrator writes down. */
export type RequestObject = Json | RequestView

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
  const patient = sessionPatient(principal)
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

const isPlain = (name: string, value: unknown): boolean => !/^_(?:rev)?include:/.test(name) && !isMissing(value)

/** `_include:iterate` is also visible as `_include`, so that a `nil?` on it cannot be passed by (P-08). */
const paramsOf = (params: AccessRequest['params']): Json => {
  let plain = true
  for (const name in params) if (!isPlain(name, params[name])) plain = false
  if (plain) return params
  const seen = new Map<string, unknown>()
  for (const [name, value] of Object.entries(params)) if (!isMissing(value)) seen.set(name, value)
  for (const [name, value] of [...seen]) {
    const [, base] = /^(_(?:rev)?include):/.exec(name) ?? []
    if (base && !seen.has(base)) seen.set(base, value)
  }
  return Object.fromEntries(seen)
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => [method, method.toLowerCase()] as const),
  // HEAD is GET without its body, for policies too.
  ['HEAD', 'get'],
])

export const methodOf = (method: Method): string | undefined => METHODS.get(method)

/** Where there is nothing, the member is undefined: to a policy that is the same as absent. */
const unlessMissing = (value: unknown): unknown => (isMissing(value) ? undefined : value)

const MEMBERS = [
  ...['request-method', 'uri', 'query-string', 'remote-addr', 'operation', 'headers', 'params', 'jwt', 'token'],
  ...['user', 'client', 'session', 'role', 'resource', 'body'],
] as const

const NAMES: ReadonlySet<string> = new Set(MEMBERS)

/** Is there a member of this name in a request object. */
export const isRequestMember = (name: string): boolean => NAMES.has(name)

/** The request object of one request: each member is made when a policy first looks at it. */
export class RequestView extends Lazy {
  readonly #access: AccessRequest
  readonly #principal: Principal
  #params: Json | undefined
  #headers: Json | undefined
  #session: { readonly view: unknown } | undefined
  #resource: { readonly view: unknown } | undefined
  #role: { readonly view: unknown } | undefined

  constructor(access: AccessRequest, principal: Principal) {
    super()
    this.#access = access
    this.#principal = principal
  }

  member(key: string): unknown {
    switch (key) {
      case 'request-method':
        return methodOf(this.#access.request.method)
      case 'uri':
        return this.#access.request.path
      case 'params':
        this.#params ??= paramsOf(this.#access.params)
        return unlessMissing(this.#params)
      case 'user':
        return resourceView(this.#principal.user)
      case 'client':
        return resourceView(this.#principal.client)
      case 'session':
        return this.#sessionOf()
      case 'role':
        return this.#role ? this.#role.view : rolesOf(this.#principal)
      case 'resource':
      case 'body':
        return this.#resourceOf()
      default:
        return this.#seldom(key)
    }
  }

  #seldom(key: string): unknown {
    const { request, operation } = this.#access
    switch (key) {
      case 'operation':
        return { id: operation, resourceType: 'Operation' }
      case 'query-string':
        return unlessMissing(request.queryString)
      case 'remote-addr':
        return request.remoteAddr
      case 'headers':
        this.#headers ??= Object.fromEntries([...request.headers].filter(([name]) => name !== 'authorization' && name !== 'cookie'))
        return unlessMissing(this.#headers)
      case 'jwt':
        return unlessMissing(this.#principal.jwt)
      case 'token':
        return unlessMissing(this.#principal.token)
      default:
        return undefined
    }
  }

  #sessionOf(): unknown {
    this.#session ??= { view: sessionView(this.#principal) }
    return this.#role ? sessionOfRole(this.#session.view, this.#role.view) : unlessMissing(this.#session.view)
  }

  #resourceOf(): unknown {
    const { resource } = this.#access
    this.#resource ??= { view: isMissing(resource) ? undefined : dualView(resource) }
    return this.#resource.view
  }

  /** The same request for one Role of the user. */
  forRole(role: unknown): RequestView {
    const own = new RequestView(this.#access, this.#principal)
    own.#role = { view: role }
    own.#resource = this.#resource
    own.#session = this.#session
    return own
  }
}

const sessionOfRole = (view: unknown, role: unknown): unknown => {
  const session: Json = isMap(view) ? view : {}
  const roles: readonly unknown[] = Array.isArray(session.role) ? session.role : []
  return { ...session, role: [role, ...roles.filter((other) => other !== role)] }
}

/** The request object with members of its own, which are made when they are looked at: to be shown, and for what reads plain objects. */
export const ownMembers = (request: RequestObject): Json => {
  if (!(request instanceof RequestView)) return request
  const properties = MEMBERS.map((key) => [key, { get: () => request.member(key), enumerable: true }] as const)
  return Object.defineProperties({}, Object.fromEntries(properties))
}

/** The request object of one request, with members of its own. */
export const requestObject = (access: AccessRequest, principal: Principal): Json => ownMembers(new RequestView(access, principal))

/** The same request for one Role of the user: `role` is that Role, and it is the first of `session.role` (§3.4). */
export const inRole = (request: RequestObject, role: unknown): RequestObject => {
  if (request instanceof RequestView) return request.forRole(role)
  const own = { value: sessionOfRole(request.session, role), enumerable: true }
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(request), role: { value: role, enumerable: true }, session: own },
  )
}
