// An authorization server in a test: fixed clients and users, a clock that the test turns, a stub of SMART's profile.
import { randomBytes } from 'node:crypto'
import { parametersOf, parseParameters } from '../../src/http/parameters.ts'
import type { Reply } from '../../src/http/reply.ts'
import type { CanonicalRequest, Method } from '../../src/http/request.ts'
import type { Authorization } from '../../src/oauth/authorization.ts'
import { tokenEndpoints } from '../../src/oauth/endpoints.ts'
import { openKeys } from '../../src/oauth/keys/open.ts'
import type { Profile, Provider, Users } from '../../src/oauth/provider.ts'
import { hashClientSecret, sha256 } from '../../src/oauth/secret.ts'
import type { Client } from '../../src/oauth/types/client.ts'
import type { User } from '../../src/oauth/types/user.ts'
import { mintIdToken } from '../../src/openid/id-token.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

export const ISSUER = 'https://box.example'
/** RFC 7636 appendix B */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
export const REDIRECT = 'https://app.example/cb'

const random = { bytes: (length: number) => randomBytes(length) }
const keys = await openKeys({ random, clock: { now: () => Date.now() } })
const code = { redirect_uri: REDIRECT, token_format: 'jwt', refresh_token: true } as const
const codeClient: Pick<Client, 'resourceType' | 'type' | 'grant_types'> = {
  resourceType: 'Client',
  type: 'smart-app',
  grant_types: ['authorization_code'],
}

export const CLIENTS: readonly Client[] = [
  { ...codeClient, id: 'public', auth: { authorization_code: { ...code, pkce: true } } },
  { ...codeClient, id: 'opaque', auth: { authorization_code: { redirect_uri: REDIRECT, refresh_token: true } } },
  { ...codeClient, id: 'secret', secret: hashClientSecret('s3cret'), auth: { authorization_code: { ...code, secret_required: true } } },
  {
    resourceType: 'Client',
    id: 'service',
    secret: hashClientSecret('s3cret'),
    grant_types: ['client_credentials', 'basic'],
    scope: ['system/Patient.rs'],
  },
  { resourceType: 'Client', id: 'api', secret: hashClientSecret('s3cret'), grant_types: ['basic'], resource_server: true },
  { resourceType: 'Client', id: 'form', grant_types: ['password'], auth: { password: { refresh_token: true } } },
  { resourceType: 'Client', id: 'off', secret: hashClientSecret('s3cret'), active: false, grant_types: ['client_credentials', 'basic'] },
]

const profile: Profile = {
  checks: [],
  launch: async () => undefined,
  grantable: (client, asked) => ({ scope: asked.filter((one) => !client.scope || client.scope.includes(one)), refused: [] }),
  offered: (scope) => scope,
  patientFor: async () => undefined,
  patients: async () => [],
  consent: () => [],
  choose: (asked) => asked,
  consumeLaunch: async () => true,
  tokenParameters: ({ context }) => context,
  tokenClaims: ({ context }) => ({ atv: 2, context }),
  spell: (scope) => scope.join(' '),
  forClientItself: (scope) => ({
    scope: scope.filter((one) => one.startsWith('system/')),
    refused: scope.filter((one) => !one.startsWith('system/')),
  }),
  fhirUser: (user) => (user.fhirUser?.reference ? `${ISSUER}/fhir/${user.fhirUser.reference}` : undefined),
  scopesSupported: ['openid', 'fhirUser'],
}

const usersOf = (people: Map<string, User>): Users => ({
  byId: async (id) => people.get(id),
  byLogin: async (name) => people.get(name),
  rolesOf: async () => [],
  grantOf: async () => undefined,
  grantsOf: async () => [],
  putGrant: async () => undefined,
  deleteGrant: async () => undefined,
})

interface Call {
  readonly method?: Method
  readonly headers?: Record<string, string>
  readonly query?: string
  readonly body?: string
}

/** A canonical request. */
export const request = (path: string, { method = 'POST', headers = {}, query = '', body = '' }: Call = {}): CanonicalRequest => ({
  id: 'r1',
  method,
  path,
  segments: path.split('/').slice(1),
  query: query === '' ? parametersOf([]) : parseParameters(query),
  queryString: query,
  headers: new Map(Object.entries(headers)),
  remoteAddr: undefined,
  body: async () => Buffer.from(body),
})

export const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
export const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` })
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** What an endpoint answered, as it goes on the wire. */
export const responseOf = (answered: Response | Reply): Response =>
  answered instanceof Response ? answered : new Response(answered.body, answered)

/** A box, its clock, and its token family over the wire's form. */
export const createTestBox = async (
  extra: readonly Client[] = [],
  fetch: Provider['fetch'] = async () => new Response('', { status: 404 }),
) => {
  const time = { now: 1_700_000_000_000 }
  const people = new Map<string, User>([
    ['amy', { resourceType: 'User', id: 'amy', email: 'amy@example.com', password: 'x', fhirUser: { reference: 'Patient/p1' } }],
  ])
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const provider: Provider = {
    issuer: ISSUER,
    clients: new Map([...CLIENTS, ...extra].map((client) => [client.id, client])),
    authConfig: undefined,
    registrations: { put: async () => undefined, remove: async () => undefined },
    records: (await openStore({ file: ':memory:', clock: { now: () => time.now } })).records,
    users: usersOf(people),
    keys,
    clock: { now: () => time.now },
    random,
    fetch,
    log,
    profile,
    fhirBases: [`${ISSUER}/fhir`],
    insecureCookies: false,
    idToken: mintIdToken,
  }
  const send = async (path: string, call: Call) => {
    const endpoint = tokenEndpoints.find((one) => one.path === path && one.method === (call.method ?? 'POST'))
    if (!endpoint) throw new Error(`no endpoint ${path}`)
    const response = responseOf(await endpoint.handle(request(path, call), provider))
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
  }
  const post = (path: string, parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    send(path, { headers: { ...FORM, ...headers }, body: new URLSearchParams(parameters).toString() })
  const issueCode = async (text: string, authorization: Partial<Authorization> = {}) => {
    const whole: Authorization = {
      client_id: 'public',
      user_id: 'amy',
      scope: ['openid', 'fhirUser', 'offline_access', 'patient/Patient.rs'],
      aud: `${ISSUER}/fhir`,
      context: { patient: 'p1' },
      redirect_uri: REDIRECT,
      code_challenge: CHALLENGE,
      ...authorization,
    }
    await provider.records.putCode({ hash: sha256(text), expires: time.now + 60_000, authorization: JSON.stringify(whole) })
  }
  const redeem = (text: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    post(
      '/auth/token',
      { grant_type: 'authorization_code', code: text, redirect_uri: REDIRECT, client_id: 'public', code_verifier: VERIFIER, ...more },
      headers,
    )
  return { provider, time, people, send, post, issueCode, redeem }
}
