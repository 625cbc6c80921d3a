// The routing table of one generation of tables, as a Hono app: built when tables compile, thrown away when they are swapped.
import { type Context, Hono } from 'hono'
import { renderError } from './answer.ts'
import { demoFiles, demoResponse } from './console/demo.ts'
import { DEMO_CLIENT, homePage } from './console/home.ts'
import { explainRequest, type Run } from './debug-policy.ts'
import type { Authorize } from './fhir/access.ts'
import type { FhirRequest, FhirResponse, Format } from './fhir/request.ts'
import { canonicalRequest, type Wire } from './http/canonical.ts'
import { type CorsPolicy, corsHeaders, preflight } from './http/cors.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Clock, Log } from './http/runtime.ts'
import type { Caller } from './identify.ts'
import type { Principal } from './oauth/principal.ts'
import type { Endpoint, Provider } from './oauth/provider.ts'
import type { Explanation } from './policy/explain.ts'

/** A base path of the FHIR API: `/fhir`, an Api's path, and the root in Aidbox's format. */
export interface FhirMount {
  /** Without a trailing slash; `''` is the root. */
  readonly path: string
  readonly format: Format
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

type Env = {
  Bindings: { wire?: Wire; explain?: ExplainBinding }
  Variables: { canonical: CanonicalRequest; id: string; named: boolean }
}

const SECURITY = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** Every header is given to the constructor: to set one later would cost the adapter's short cut from text to socket. */
const toResponse = ({ status, headers, body }: FhirResponse, added: Readonly<Record<string, string>>): Response => {
  const both: Readonly<Record<string, string>> = added.vary && headers.vary ? { vary: `${headers.vary}, ${added.vary}` } : {}
  return new Response(body ?? null, { status, headers: { ...SECURITY, ...added, ...headers, ...both } })
}

const withHeaders = (response: Response, headers: Readonly<Record<string, string>>): Response => {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') response.headers.append(name, value)
    else response.headers.set(name, value)
  }
  for (const [name, value] of Object.entries(SECURITY)) if (!response.headers.has(name)) response.headers.set(name, value)
  return response
}

/** A route that needs a caller: as the request's credentials say, or explained as a named principal. */
const served = async (c: Context<Env>, options: MountOptions, run: Run): Promise<Response> => {
  const request = c.get('canonical')
  const asked = c.env?.explain
  if (!asked) return options.debug(request, await options.identify(request), run)
  const { explanations, response } = await explainRequest(request, options.callerOf(asked.principal), run)
  asked.into(explanations)
  return response ?? new Response(null, { status: 204 })
}

/** `/fhir` and further bases: everything below them is FHIR's, its errors OperationOutcomes. */
const mountFhir = (app: Hono<Env>, options: MountOptions, { path, format }: FhirMount): void => {
  const depth = path === '' ? 0 : path.split('/').length - 1
  const denied: Authorize = async () => ({ permit: false, status: 401, reason: 'anonymous' })
  const answer = async (request: CanonicalRequest, authorize: Authorize): Promise<Response> => {
    const base = `${options.provider.issuer}${path}`
    const answered = await options.fhir({ request, segments: request.segments.slice(depth), base, format, authorize })
    return toResponse(answered, { ...corsHeaders(options.cors, request), 'x-request-id': request.id })
  }
  const patterns = path === '' ? ['*'] : [path, `${path}/*`]
  for (const pattern of patterns) {
    app.all(pattern, async (c) => {
      const request = c.get('canonical')
      if (request.method === 'OPTIONS') return preflight(options.cors, request)
      c.set('named', true)
      const isPublic = request.segments.length === depth + 1 && request.segments[depth] === 'metadata'
      return isPublic ? answer(request, denied) : served(c, options, (asked, { authorize }) => answer(asked, authorize))
    })
  }
}

const mountEndpoints = (app: Hono<Env>, options: MountOptions): void => {
  const methods = new Map<string, Set<string>>()
  for (const endpoint of options.endpoints) {
    methods.set(endpoint.path, (methods.get(endpoint.path) ?? new Set()).add(endpoint.method))
    app.on(endpoint.method, endpoint.path, async (c) => {
      const request = c.get('canonical')
      if (c.env?.explain) return new Response(null, { status: 204 })
      const response = await endpoint.handle(request, options.provider)
      return withHeaders(response, endpoint.cors ? corsHeaders(options.cors, request) : {})
    })
    if (endpoint.cors) app.options(endpoint.path, (c) => preflight(options.cors, c.get('canonical')))
  }
  for (const [path, allowed] of methods) {
    app.all(path, () => new Response(null, { status: 405, headers: { allow: [...allowed].join(', ') } }))
  }
}

const mountPages = (app: Hono<Env>, options: MountOptions): void => {
  const { provider } = options
  app.get('/health', () => Response.json({ status: 'pass', live: true, ready: true, digest: options.digest }))
  if (provider.clients.has(DEMO_CLIENT)) {
    for (const [path, file] of demoFiles()) app.get(path, () => withHeaders(demoResponse(file), {}))
    app.get('/demo', (c) => c.redirect(`${provider.issuer}/demo/`))
  }
  app.get('/', (c) => {
    if (!c.get('canonical').headers.get('accept')?.includes('text/html')) return c.notFound()
    return homePage({ baseUrl: provider.issuer, fhirBase: `${provider.issuer}/fhir`, clients: provider.clients.values() })
  })
}

/** Builds the app. It never throws for a request: every failure is rendered by `renderError`. */
export const mount = (options: MountOptions): Hono<Env> => {
  const app = new Hono<Env>()
  app.use('*', async (c, next) => {
    const id = options.requestId()
    const began = options.clock.now()
    c.set('id', id)
    await next()
    if (!c.get('named') || c.error) c.res.headers.set('x-request-id', id)
    // The path alone: a query may name a patient.
    const { method, path } = c.req
    options.log.info({ request: id, method, path, status: c.res.status, ms: options.clock.now() - began }, 'request')
  })
  app.use('*', async (c, next) => {
    c.set('canonical', canonicalRequest(c.req.raw, c.env?.wire, { id: c.get('id'), maxBody: options.maxBody }))
    await next()
  })
  app.onError((error, c) => {
    const path = new URL(c.req.url).pathname
    const request: CanonicalRequest | undefined = c.get('canonical')
    const headers = request ? corsHeaders(options.cors, request) : {}
    return withHeaders(renderError(error, path, request, options.log), path.startsWith('/auth/') ? {} : headers)
  })
  mountPages(app, options)
  mountEndpoints(app, options)
  for (const { method, path, handle } of options.callerRoutes) {
    app.on(method, path, async (c) =>
      withHeaders(await served(c, options, (request, caller) => handle(request, caller)), corsHeaders(options.cors, c.get('canonical'))),
    )
  }
  for (const fhirMount of options.fhirMounts) mountFhir(app, options, fhirMount)
  return app
}
