// One generation of a box: everything that is made when tables compile, and thrown away when they are swapped (design, seam 4).
import { aidboxRoutes } from './aidbox-routes.ts'
import type { Tables } from './bundle/tables.ts'
import type { Definitions } from './fhir/definitions/definitions.ts'
import type { FhirRequest, FhirResponse } from './fhir/request.ts'
import { criterionOf } from './fhir/search/parse.ts'
import type { CorsPolicy } from './http/cors.ts'
import { formatParameters, parametersOf } from './http/parameters.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Clock, Fetch, Log, Random } from './http/runtime.ts'
import type { Caller } from './identify.ts'
import { type FhirMount, mount } from './mount.ts'
import { authorizeEndpoints } from './oauth/authorize/endpoints.ts'
import { authenticate } from './oauth/bearer.ts'
import { tokenEndpoints } from './oauth/endpoints.ts'
import type { Keys } from './oauth/keys.ts'
import type { Principal } from './oauth/principal.ts'
import type { Provider, Users } from './oauth/provider.ts'
import { openidEndpoints } from './openid/endpoints.ts'
import { mintIdToken } from './openid/id-token.ts'
import { readIdTokenHint } from './openid/id-token-hint.ts'
import { createAuthorize, type Denial } from './policy/authorize.ts'
import { scopeRows } from './smart/criteria.ts'
import { smartEndpoints } from './smart/endpoints.ts'
import { createProfile, type ProfileDeps } from './smart/profile.ts'
import { type CompileQuery, readScope, rememberingReader } from './smart/scope-reader.ts'
import type { Store } from './store/store.ts'

/** What stays while generations come and go. */
export interface Ground {
  /** The base URL, without a trailing slash. */
  readonly issuer: string
  readonly store: Store
  readonly users: Users
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
  denied(denial: Denial): void
}

const fhirPathsOf = (tables: Tables): readonly string[] => ['/fhir', ...[...tables.apis.values()].map(({ path }) => path)]

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

const authorizer = (ground: Ground, tables: Tables): ((principal: Principal) => Caller['authorize']) => {
  const { definitions, issuer } = ground
  const read = rememberingReader(definitions, queryCompiler(ground))
  return createAuthorize({
    policies: tables.policies,
    scopeRows: (granted) => scopeRows({ ...granted, definitions, base: `${issuer}/fhir`, read }),
    decisionLog: ground.denied,
  })
}

/** The application that serves this generation of tables. */
export const createGeneration = (ground: Ground, tables: Tables): ReturnType<typeof mount> => {
  const { issuer, store, users, keys, clock, random, fetch, log } = ground
  const paths = fhirPathsOf(tables)
  const fhirBases = [...paths.map((path) => `${issuer}${path}`), issuer]
  const authorizeOf = authorizer(ground, tables)
  const own = { issuer, fhirBases, records: store.records, keys, clock }
  const profile = createProfile({
    ...own,
    scopes: tables.scopes,
    readScope: (text) => readScope(text, ground.definitions, queryCompiler(ground)),
    searchPatients: searchPatients(ground, authorizeOf),
  })
  const provider: Provider = {
    ...own,
    clients: tables.clients,
    authConfig: tables.authConfig,
    users,
    random,
    fetch,
    log,
    profile,
    insecureCookies: issuer.startsWith('http:'),
    idToken: mintIdToken,
    idTokenHint: readIdTokenHint,
  }
  const fhirMounts = [...paths, ''].map((path): FhirMount => ({ path, format: path === '' ? 'aidbox' : 'fhir' }))
  const launch = { ...own, clients: tables.clients, users, random }
  return mount({
    provider,
    endpoints: [...tokenEndpoints, ...authorizeEndpoints, ...openidEndpoints, ...smartEndpoints(fhirBases)],
    callerRoutes: aidboxRoutes({ issuer, policies: tables.policies, launch, fhir: ground.fhir }),
    fhirMounts,
    fhir: ground.fhir,
    identify: async (request) => {
      const principal = await authenticate(request, provider)
      return { principal, authorize: authorizeOf(principal) }
    },
    digest: tables.digest,
    cors: ground.cors,
    clock,
    log,
    maxBody: ground.maxBody,
    requestId: ground.requestId,
  })
}
