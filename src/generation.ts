// One generation of a box: everything that is made when tables compile, and thrown away when they are swapped (design, seam 4).

import { decodeJwt } from 'jose'
import { type PatientRows, patientRows, withinPatient } from './aidbox/patient-api.ts'
import { aidboxRoutes } from './aidbox-routes.ts'
import type { Tables } from './bundle/tables.ts'
import { createDebug, type Explained } from './debug-policy.ts'
import { debugRoutes } from './debug-routes.ts'
import { type ExplainAs, principalOf } from './explain-as.ts'
import type { Definitions } from './fhir/definitions/definitions.ts'
import type { FhirRequest, FhirResponse } from './fhir/request.ts'
import { criterionOf } from './fhir/search/parse.ts'
import type { Api } from './fhir/types/api.ts'
import type { Wire } from './http/canonical.ts'
import type { CorsPolicy } from './http/cors.ts'
import { HttpError } from './http/errors.ts'
import { stringifyJson } from './http/json.ts'
import { formatParameters, parametersOf } from './http/parameters.ts'
import { remembering } from './http/remember.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Clock, Fetch, Log, Random } from './http/runtime.ts'
import type { Caller } from './identify.ts'
import { type FhirMount, mount } from './mount.ts'
import { accountEndpoints } from './oauth/account/endpoints.ts'
import { authorizeEndpoints } from './oauth/authorize/endpoints.ts'
import { authenticate } from './oauth/bearer.ts'
import { settingsOf } from './oauth/client/methods.ts'
import { tokenEndpoints } from './oauth/endpoints.ts'
import type { Keys } from './oauth/keys.ts'
import { mintAccess } from './oauth/mint.ts'
import type { Principal } from './oauth/principal.ts'
import type { Provider, Users } from './oauth/provider.ts'
import { registrationEndpoints } from './oauth/registration/endpoints.ts'
import { isRegistrationOn } from './oauth/registration/settings.ts'
import { openidEndpoints } from './openid/endpoints.ts'
import { mintIdToken } from './openid/id-token.ts'
import { readIdTokenHint } from './openid/id-token-hint.ts'
import { adminsOf } from './policy/admin.ts'
import { type AuthorizeDependencies, createAuthorize } from './policy/authorize.ts'
import type { BoundedDependencies } from './policy/bounded.ts'
import { type DecisionLog, LOGGED_POLICIES } from './policy/decision-log.ts'
import { createExplain, type Explanation, explainPolicies, explainScopes } from './policy/explain.ts'
import { requestObject } from './policy/request-object.ts'
import type { AccessPolicy } from './policy/types/access-policy.ts'
import { scopeRows } from './smart/criteria.ts'
import { smartEndpoints } from './smart/endpoints.ts'
import { createProfile, type ProfileDeps } from './smart/profile.ts'
import { type CompileQuery, readScope, rememberingReader } from './smart/scope-reader.ts'
import { ALL } from './store/criterion.ts'
import { authorizeSearch } from './store/plan.ts'
import type { Store } from './store/store.ts'

const SCOPES_REMEMBERED = 2_000

/** What stays while generations come and go. */
export interface Ground {
  /** The base URL, without a trailing slash. */
  readonly issuer: string
  readonly store: Store
  readonly users: Users
  readonly registrations: Provider['registrations']
  readonly keys: Keys
  readonly definitions: Definitions
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly log: Log
  readonly cors: CorsPolicy
  /** Bytes. */
  readonly maxBody: number
  readonly fhir: (request: FhirRequest) => Promise<FhirResponse>
  requestId(): string
  /** `BOX_SECURITY_DEV_MODE`. */
  readonly devMode: boolean
  readonly decisions: DecisionLog
}

/** A request that is explained and not made. */
export interface AskedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, a text as it is. */
  readonly body?: unknown
}

export interface ExplainedAs extends Explained {
  readonly policies: ReadonlyMap<string, AccessPolicy>
}

export interface Generation {
  fetch(request: Request, bindings: { readonly wire?: Wire }): Response | Promise<Response>
  /** With the policies as they are declared. Rejects with NoSuchPrincipal. */
  explain(as: ExplainAs, request: AskedRequest): Promise<ExplainedAs>
}

const placeOf = ({ path }: Api): number => path.split('/').length * 2 - (path.includes('{') ? 1 : 0)
const byPlace = (one: Api, other: Api): number => placeOf(other) - placeOf(one)

/** `/fhir`, the paths of Apis, longer ones before those that they begin with, and the root in Aidbox's format. */
const fhirMountsOf = (ground: Ground, { apis }: Tables): readonly FhirMount[] => {
  const compile = queryCompiler(ground)
  const rowsOf: PatientRows = (type, patient) => patientRows(ground.definitions, type, patient, compile)
  const declared = [...apis.values()].sort(byPlace).map(
    ({ path, compartment }): FhirMount => ({
      path,
      format: 'fhir',
      ...(compartment && { bind: (request, caller) => withinPatient(caller, request, path, rowsOf) }),
    }),
  )
  return [{ path: '/fhir', format: 'fhir' }, ...declared, { path: '', format: 'aidbox' }]
}

/** What a person's own policies let them see: no client, so no policy of a client adds to it, and no scope narrows it. */
const searchPatients =
  (ground: Ground, authorizeOf: (principal: Principal) => Caller['authorize']): ProfileDeps['searchPatients'] =>
  async (user, _client, parameters) => {
    const roles = user.id === undefined ? [] : await ground.users.rolesOf(user.id)
    const query = parametersOf([...parameters.entries, ['_count', '50'] as const])
    const request: CanonicalRequest = {
      id: ground.requestId(),
      method: 'GET',
      path: '/fhir/Patient',
      segments: ['fhir', 'Patient'],
      query,
      queryString: formatParameters(query.entries),
      headers: new Map([['accept', 'application/fhir+json']]),
      remoteAddr: undefined,
      body: async () => new Uint8Array(),
    }
    const authorize = authorizeOf({ method: 'bearer', user, roles })
    const answer = await ground.fhir({ request, segments: ['Patient'], base: `${ground.issuer}/fhir`, format: 'fhir', authorize })
    if (answer.status !== 200 || typeof answer.body !== 'string') return []
    const bundle: { entry?: ReadonlyArray<{ resource: Readonly<Record<string, unknown>> }> } = JSON.parse(answer.body)
    return (bundle.entry ?? []).map(({ resource }) => resource)
  }

const queryCompiler =
  ({ definitions, issuer }: Ground): CompileQuery =>
  (type, query, permitted) =>
    criterionOf(definitions, type, formatParameters(query.entries), `${issuer}/fhir`, permitted)

/** The checks of search policies look at everything: what their principal may see is what they decide. */
const finderIn =
  (store: Store): BoundedDependencies['find'] =>
  (checks) =>
    Promise.all(
      checks.map(async ({ type, where }) => {
        const plan = { from: [{ type, where }], sort: [], count: 1, total: 'none', includes: [] } as const
        return (await store.search(authorizeSearch(plan, () => ALL))).matches.length > 0
      }),
    )

/** How callers are made of principals: what may be, and why. */
const callers = (ground: Ground, tables: Tables): ((principal: Principal) => Caller) => {
  const { definitions, issuer, log, decisions } = ground
  const read = rememberingReader(definitions, queryCompiler(ground))
  const { policies } = tables
  const reach = {
    scopeRows: (granted) => scopeRows({ ...granted, definitions, base: `${issuer}/fhir`, read }),
    definitions,
    find: finderIn(ground.store),
  } satisfies Omit<AuthorizeDependencies, 'policies' | 'decisionLog'>
  const explainOf = createExplain({ policies, ...reach })
  const authorizeOf = createAuthorize({
    policies,
    ...reach,
    decisionLog: (denial, { access, principal }) => {
      log.info({ ...denial }, 'denied')
      const scopes = explainScopes(access, principal, reach)
      decisions.record({
        denial,
        access,
        principal,
        scopes,
        policies: explainPolicies(policies, requestObject(access, principal), LOGGED_POLICIES),
      })
    },
  })
  return (principal) => ({ principal, authorize: authorizeOf(principal), explain: explainOf(principal) })
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** Through the app's own routing, as a principal that is named. */
const explainer =
  (app: ReturnType<typeof mount>, issuer: string) =>
  async (principal: Principal, { method, url, headers, body }: AskedRequest): Promise<Explained> => {
    if (!METHODS.has(method) || !url.startsWith('/')) throw new HttpError(400, 'a request has a method and a url that starts with /')
    const withBody =
      body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: typeof body === 'string' ? body : stringifyJson(body) }
    const sent = new Headers({ ...('body' in withBody && { 'content-type': 'application/json' }), ...headers })
    let explanations: readonly Explanation[] = []
    const into = (found: readonly Explanation[]) => {
      explanations = found
    }
    const request = new Request(`${issuer}${url}`, { method, headers: sent, ...withBody })
    const response = await app.fetch(request, { explain: { principal, into } })
    return { explanations, response }
  }

/** A token is minted to read what it says; it is recorded nowhere, so nobody can use it. */
const claimsOf =
  (provider: Provider): Parameters<typeof principalOf>[1]['claimsOf'] =>
  async (asked) => {
    if (settingsOf(asked.client, asked.grant).token_format !== 'jwt') return undefined
    return decodeJwt((await mintAccess({ ...asked, session: 'explained' }, provider)).token)
  }

/** The application that serves this generation of tables. */
export const createGeneration = (ground: Ground, tables: Tables): Generation => {
  const { issuer, store, users, keys, clock, random, fetch, log } = ground
  const fhirMounts = fhirMountsOf(ground, tables)
  const fhirBases = fhirMounts.filter(({ path }) => !path.includes('{')).map(({ path }) => `${issuer}${path}`)
  const callerOf = callers(ground, tables)
  const own = { issuer, fhirBases, records: store.records, keys, clock }
  const profile = createProfile({
    ...own,
    scopes: tables.scopes,
    readScope: remembering(SCOPES_REMEMBERED, (text) => readScope(text, ground.definitions, queryCompiler(ground))),
    searchPatients: searchPatients(ground, (principal) => callerOf(principal).authorize),
  })
  const provider: Provider = {
    ...own,
    clients: tables.clients,
    authConfig: tables.authConfig,
    registrations: ground.registrations,
    users,
    random,
    fetch,
    log,
    profile,
    insecureCookies: issuer.startsWith('http:'),
    idToken: mintIdToken,
    idTokenHint: readIdTokenHint,
  }
  const launch = { ...own, clients: tables.clients, users, random }
  const explain = async (principal: Principal, request: AskedRequest): Promise<Explained> => explainer(app, issuer)(principal, request)
  const app = mount({
    provider,
    endpoints: [
      ...tokenEndpoints,
      ...authorizeEndpoints,
      ...accountEndpoints,
      ...(isRegistrationOn(provider) ? registrationEndpoints : []),
      ...openidEndpoints,
      ...smartEndpoints(fhirBases),
    ],
    callerRoutes: [
      ...aidboxRoutes({ issuer, launch, fhir: ground.fhir }),
      ...debugRoutes({
        devMode: ground.devMode,
        decisions: ground.decisions,
        definitions: ground.definitions,
        find: finderIn(store),
        route: async (simulation) => (await explain({ method: 'anonymous', roles: [] }, simulation)).explanations[0],
        userById: users.byLogin,
        clientById: async (id) => tables.clients.get(id),
      }),
    ],
    fhirMounts,
    fhir: ground.fhir,
    identify: async (request) => callerOf(await authenticate(request, provider)),
    callerOf,
    debug: createDebug({ devMode: ground.devMode, isAdmin: adminsOf(tables.accessPolicies.values()), sources: tables.accessPolicies, log }),
    digest: tables.digest,
    cors: ground.cors,
    clock,
    log,
    maxBody: ground.maxBody,
    requestId: ground.requestId,
  })
  return {
    fetch: (request, bindings) => app.fetch(request, bindings),
    explain: async (as, request) => {
      const principal = await principalOf(as, { clients: tables.clients, users, claimsOf: claimsOf(provider) })
      return { ...(await explain(principal, request)), policies: tables.accessPolicies }
    },
  }
}
