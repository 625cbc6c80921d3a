// The routing table of one generation of tables, as a Hono app: built when tables compile, thrown away when they are swapped.
import { Hono } from 'hono'
import type { Router } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { renderError } from './answer.ts'
import { demoFiles, demoResponse } from './console/demo.ts'
import { DEMO_CLIENT, homePage } from './console/home.ts'
import { explainRequest, type Run } from './debug-policy.ts'
import type { Authorize } from './fhir/access.ts'
import type { FhirRequest, FhirResponse, Format } from './fhir/request.ts'
import { canonicalRequest, type Wire } from './http/canonical.ts'
import { type CorsPolicy, corsHeaders, preflight } from './http/cors.ts'
import { HttpError } from './http/errors.ts'
import type { Reply } from './http/reply.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Clock, Log } from './http/runtime.ts'
import { sent } from './http/utf8.ts'
import type { Caller } from './identify.ts'
import type { Principal } from './oauth/principal.ts'
import type { Endpoint, Provider } from './oauth/provider.ts'
import type { Explanation } from './policy/explain.ts'

/** A base path of the FHIR API: `/fhir`, an Api's path, and the root in Aidbox's format. */
export interface FhirMount {
  /** Without a trailing slash; `''` is the root. */
  readonly path: string
  readonly format: Format
  /** Bounds callers to what the base is about. A segment `{patient}` of the path is theirs to read. */
  readonly bind?: (request: CanonicalRequest, caller: Caller) => Caller
}

/** A route that needs a caller but is not FHIR: `/rpc`, `PUT /`. */
export interface CallerRoute {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  handle(request: CanonicalRequest, caller: Caller): Promise<Response>
}

export interface MountOptions {
  readonly provider: Provider
  readonly endpoints: readonly Endpoint[]
  readonly callerRoutes: readonly CallerRoute[]
  readonly fhirMounts: readonly FhirMount[]
  fhir(request: FhirRequest): Promise<FhirResponse>
  identify(request: CanonicalRequest): Promise<Caller>
  /** A caller who is named and not proven: only for explanations. */
  callerOf(principal: Principal): Caller
  /** Runs a route, or explains it (debug-policy.ts). */
  debug(request: CanonicalRequest, caller: Caller, run: Run): Promise<Response>
  /** Facts for `GET /health`; constant for a generation. */
  readonly digest: string
  readonly cors: CorsPolicy
  readonly clock: Clock
  readonly log: Log
  /** Bytes. */
  readonly maxBody: number
  requestId(): string
}

/** An explanation that this process asks for, never the wire: the request is explained as if the principal had made it. */
export interface ExplainBinding {
  readonly principal: Principal
  into(explanations: readonly Explanation[]): void
}

type Env = { Bindings: { wire?: Wire; explain?: ExplainBinding } }

/** What answers a path. It sees the canonical request and nothing else of the wire, and names it in `X-Request-Id`. */
type Route = (request: CanonicalRequest, explain: ExplainBinding | undefined) => Response | Promise<Response>
type Routes = Router<Route>
type Headers = Readonly<Record<string, string>>

/** Bytes of a body below `/auth/`, where anybody may post: much more than any request of OAuth holds. */
const MAX_AUTH_BODY = 2_097_152

const ANY = 'ALL'
const SECURITY = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/**
 * Every header is given to the constructor: to set one later would cost the adapter's short cut from text to socket. They are assigned,
 * here and in presentation.ts: spreading several objects into one takes fifty times as long.
 */
const toResponse = ({ status, headers, body }: FhirResponse | Reply, cors: Headers, id: string): Response => {
  const all: Record<string, string> = Object.assign({ 'x-request-id': id }, SECURITY, cors, headers)
  if (cors.vary && headers.vary) all.vary = `${headers.vary}, ${cors.vary}`
  return new Response(typeof body === 'string' ? sent(body) : (body ?? null), { status, headers: all })
}

const named = (response: Response, id: string): Response => {
  response.headers.set('x-request-id', id)
  for (const [name, value] of Object.entries(SECURITY)) if (!response.headers.has(name)) response.headers.set(name, value)
  return response
}

const withHeaders = (response: Response, headers: Headers, id: string): Response => {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') response.headers.append(name, value)
    else response.headers.set(name, value)
  }
  return named(response, id)
}

type Bind = NonNullable<FhirMount['bind']>
const unbound: Bind = (_request, caller) => caller

/** A route that needs a caller: as the request's credentials say, or explained as a named principal. */
const served = async (
  options: MountOptions,
  request: CanonicalRequest,
  asked: ExplainBinding | undefined,
  run: Run,
  bind: Bind = unbound,
): Promise<Response> => {
  if (!asked) return options.debug(request, bind(request, await options.identify(request)), run)
  const { explanations, response } = await explainRequest(request, bind(request, options.callerOf(asked.principal)), run)
  asked.into(explanations)
  return response ?? new Response(null, { status: 204 })
}

const nobody: Authorize = async () => ({ permit: false, status: 401, reason: 'anonymous' })

/** `/fhir` and further bases: everything below them is FHIR's, its errors OperationOutcomes. */
const mountFhir = (routes: Routes, options: MountOptions, { path, format, bind }: FhirMount): void => {
  const depth = path === '' ? 0 : path.split('/').length - 1
  const pattern = path.replace('{patient}', ':patient')
  const baseOf = ({ segments }: CanonicalRequest): string =>
    `${options.provider.issuer}${pattern === path ? path : `/${segments.slice(0, depth).join('/')}`}`
  const answer = async (request: CanonicalRequest, authorize: Authorize): Promise<Response> => {
    const answered = await options.fhir({
      request,
      segments: request.segments.slice(depth),
      base: baseOf(request),
      format,
      authorize,
      bytes: true,
    })
    return toResponse(answered, corsHeaders(options.cors, request), request.id)
  }
  const run: Run = (request, { authorize }) => answer(request, authorize)
  const route: Route = (request, explain) => {
    const { id, method, segments } = request
    if (method === 'OPTIONS') return named(preflight(options.cors, request), id)
    const isPublic = segments.length === depth + 1 && segments[depth] === 'metadata'
    return isPublic ? answer(request, nobody) : served(options, request, explain, run, bind)
  }
  for (const one of path === '' ? ['*'] : [pattern, `${pattern}/*`]) routes.add(ANY, one, route)
}

const mountEndpoints = (routes: Routes, options: MountOptions): void => {
  const methods = new Map<string, Set<string>>()
  for (const { method, path, cors, handle } of options.endpoints) {
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
    routes.add(method, path, async (request, explain) => {
      if (explain) return new Response(null, { status: 204 })
      const shared = cors ? corsHeaders(options.cors, request) : {}
      const answered = await handle(request, options.provider)
      return answered instanceof Response ? withHeaders(answered, shared, request.id) : toResponse(answered, shared, request.id)
    })
    if (cors) routes.add('OPTIONS', path, (request) => named(preflight(options.cors, request), request.id))
  }
  for (const [path, allowed] of methods) {
    const headers = { allow: [...allowed].join(', ') }
    routes.add(ANY, path, ({ id }) => named(new Response(null, { status: 405, headers }), id))
  }
}

const mountPages = (routes: Routes, options: MountOptions): void => {
  const { provider, digest } = options
  const { issuer, clients } = provider
  routes.add('GET', '/health', ({ id }) => named(Response.json({ status: 'pass', live: true, ready: true, digest }), id))
  if (clients.has(DEMO_CLIENT)) {
    for (const [path, file] of demoFiles()) routes.add('GET', path, ({ id }) => withHeaders(demoResponse(file), {}, id))
    routes.add('GET', '/demo', ({ id }) => named(new Response(null, { status: 302, headers: { location: `${issuer}/demo/` } }), id))
  }
  routes.add('GET', '/', ({ id }) => named(homePage({ baseUrl: issuer, fhirBase: `${issuer}/fhir`, clients: clients.values() }), id))
}

/** In this order, the first route that fits answers: the last one is the root in Aidbox's format, which fits everything. */
const routesOf = (options: MountOptions): Routes => {
  const routes: Routes = new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })
  mountPages(routes, options)
  mountEndpoints(routes, options)
  for (const { method, path, handle } of options.callerRoutes) {
    routes.add(method, path, async (request, explain) =>
      withHeaders(await served(options, request, explain, handle), corsHeaders(options.cors, request), request.id),
    )
  }
  for (const fhirMount of options.fhirMounts) mountFhir(routes, options, fhirMount)
  return routes
}

/** Builds the app. It never throws for a request: every failure is rendered by `renderError`. */
export const mount = (options: MountOptions): Hono<Env> => {
  const { clock, cors, log, maxBody } = options
  const routes = routesOf(options)
  const routeOf = ({ method }: CanonicalRequest, path: string): Route => {
    const [first] = routes.match(method === 'HEAD' ? 'GET' : method, path)[0]
    if (!first) throw new HttpError(404, 'there is nothing here')
    return first[0]
  }
  const respond = async (raw: Request, path: string, { wire, explain }: Env['Bindings'] = {}): Promise<Response> => {
    const id = options.requestId()
    const began = clock.now()
    let request: CanonicalRequest | undefined
    let response: Response
    try {
      request = canonicalRequest(raw, wire, { id, maxBody: path.startsWith('/auth/') ? Math.min(maxBody, MAX_AUTH_BODY) : maxBody })
      response = await routeOf(request, path)(request, explain)
    } catch (error) {
      const headers = request && !path.startsWith('/auth/') ? corsHeaders(cors, request) : {}
      response = withHeaders(renderError(error, path, request, log), headers, id)
    }
    // The path alone: a query may name a patient.
    log.info({ request: id, method: raw.method, path, status: response.status, ms: clock.now() - began }, 'request')
    return response
  }
  const app = new Hono<Env>()
  app.all('*', (c) => respond(c.req.raw, c.req.path, c.env))
  return app
}
