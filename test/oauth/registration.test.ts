// Dynamic client registration (RFC 7591), its management (RFC 7592) and what a stranger may not register (security-requirements O-32, E-01).
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { type Box, createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const folder = mkdtempSync(join(tmpdir(), 'emberbox-registration-'))
after(() => rmSync(folder, { recursive: true }))
const time = { now: 1_800_000_000_000 }

const boxes: Box[] = []
after(async () => {
  for (const box of boxes) await box.close()
})
const open = async (name: string, registration: object | undefined): Promise<Box> => {
  const file = join(folder, `${name}.json`)
  const policy = {
    resourceType: 'AccessPolicy',
    id: 'registered-apps',
    engine: 'matcho',
    matcho: { client: { registration: 'present?' }, 'request-method': 'get' },
  }
  writeFileSync(
    file,
    JSON.stringify([
      ...(registration ? [{ resourceType: 'AuthConfig', id: 'auth', registration }] : []),
      ...(name === 'granting' ? [policy] : []),
    ]),
  )
  const box = await createBox({
    bundles: ['test/oauth/people-and-apps.yaml', file],
    baseUrl: BASE,
    env: {},
    data: join(folder, `${name}.db`),
    rootClientSecret: 'r',
    clock: { now: () => time.now },
  })
  boxes.push(box)
  return box
}
const closed = await open('closed', undefined)
const byToken = await open('token', { initial_access_tokens: ['canary-initial-token'] })
const anybody = await open('anybody', { open: true, grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] })
const granting = await open('granting', { open: true, scope: ['openid', 'launch/patient', 'patient/Patient.rs', 'offline_access'] })

const TOKEN = { authorization: 'Bearer canary-initial-token' }
const WEB = { client_name: 'Growth charts', redirect_uris: ['https://charts.example/cb'] }
const NATIVE = { ...WEB, token_endpoint_auth_method: 'none', redirect_uris: ['com.example.charts:/cb', 'http://127.0.0.1/cb'] }

type Answer = { status: number; headers: Headers; body: Record<string, string> & { [name: string]: unknown } }
const send = async (box: Box, path: string, method: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
  // Each is a minute after the last: what is limited per minute has a test of its own.
  time.now += 61_000
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const response = await box.request(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(text !== undefined && { body: text }),
  })
  const answer = await response.text()
  return { status: response.status, headers: response.headers, body: answer === '' ? {} : JSON.parse(answer) }
}
const register = (box: Box, metadata: unknown, headers: Record<string, string> = {}) =>
  send(box, '/auth/register', 'POST', metadata, headers)
const discovery = async (box: Box, path: string) => (await (await box.request(path)).json()) as Record<string, unknown>
const DOCUMENTS = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/smart-configuration',
  '/fhir/.well-known/smart-configuration',
]

test('off unless a setting lets somebody in: no endpoint, and no metadata names one', async () => {
  assert.ok([401, 404].includes((await register(closed, WEB)).status))
  for (const path of DOCUMENTS) assert.equal('registration_endpoint' in (await discovery(closed, path)), false, path)
  assert.ok(!(await (await closed.request('/fhir/metadata')).text()).includes('/auth/register'))
  for (const path of DOCUMENTS) assert.equal((await discovery(byToken, path)).registration_endpoint, `${BASE}/auth/register`, path)
  assert.ok((await (await byToken.request('/fhir/metadata')).text()).includes(`{"url":"register","valueUri":"${BASE}/auth/register"}`))
})

test('RFC 7591 §3: with an initial access token only; none, a wrong one and Basic are 401', async () => {
  assert.equal((await register(byToken, WEB)).status, 401)
  const wrong = await register(byToken, WEB, { authorization: 'Bearer wrong' })
  assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_token'])
  assert.match(wrong.headers.get('www-authenticate') ?? '', /^Bearer/)
  assert.equal((await register(byToken, WEB, { authorization: `Basic ${btoa('root:r')}` })).status, 401)
  assert.equal((await register(byToken, WEB, TOKEN)).status, 201)
})

test('RFC 7591 §3.2.1: the answer has id, secret, times and all metadata with the defaults; what is not understood is left out', async () => {
  const { status, headers, body } = await register(
    byToken,
    { ...WEB, tos_uri: 'https://charts.example/tos', made_up: true, scope: 'openid patient/Patient.rs made-up' },
    TOKEN,
  )
  assert.equal(status, 201)
  assert.equal(headers.get('cache-control'), 'no-store')
  const { client_id, client_secret, registration_access_token, registration_client_uri, ...rest } = body
  assert.match(client_id ?? '', /^[A-Za-z0-9.-]{43}$/)
  assert.match(client_secret ?? '', /^[\w-]{43}$/)
  assert.match(registration_access_token ?? '', /^[\w-]{43}$/)
  assert.equal(registration_client_uri, `${BASE}/auth/register/${client_id}`)
  assert.deepEqual(rest, {
    client_id_issued_at: Math.floor(time.now / 1_000),
    client_secret_expires_at: 0,
    client_name: 'Growth charts',
    redirect_uris: ['https://charts.example/cb'],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid patient/Patient.rs',
    require_pushed_authorization_requests: false,
  })
})

test('C-06: secrets and tokens are stored as hashes and never shown', async () => {
  const { body } = await register(byToken, WEB, TOKEN)
  const shown = await (await byToken.request(`/Client/${body.client_id}`, { headers: { authorization: `Basic ${btoa('root:r')}` } })).text()
  const settings = await (await byToken.request('/AuthConfig/auth', { headers: { authorization: `Basic ${btoa('root:r')}` } })).text()
  assert.ok(shown.includes('Growth charts'))
  for (const text of [shown, settings]) assert.ok(!/\$sha256\$|canary|access_token"/.test(text), text)
  const bytes = Buffer.concat([readFileSync(join(folder, 'token.db')), readFileSync(join(folder, 'token.db-wal'))])
  for (const secret of [body.client_secret, body.registration_access_token, 'canary-initial-token'])
    assert.equal(bytes.includes(secret ?? '-'), false)
})

const signIn = async (box: Box, client_id: string, redirect_uri: string, scope: string) => {
  const browser = new Browser(box)
  const query = {
    response_type: 'code',
    client_id,
    redirect_uri,
    scope,
    state: 's',
    aud: `${BASE}/fhir`,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  }
  await browser.open(`/auth/authorize?${new URLSearchParams(query)}`)
  assert.match(browser.page, /Growth charts/)
  await browser.submit({ username: 'amy', password: 'amy-password' })
  await browser.submit({ decision: 'allow' })
  return new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
}
const tokenFor = async (box: Box, fields: Record<string, string>) =>
  (await (await box.request('/auth/token', { method: 'POST', body: new URLSearchParams(fields) })).json()) as Record<string, string>
const reads = async (box: Box, token: string | undefined) =>
  (await box.request('/fhir/Patient/p1', { headers: { authorization: `Bearer ${token}` } })).status

test('a registered app signs people in at once; it reads nothing until a policy grants, and a policy can mean registered apps', async () => {
  const asked = { redirect_uri: 'com.example.charts:/cb', code_verifier: VERIFIER, grant_type: 'authorization_code' }
  for (const [box, status] of [
    [anybody, 403],
    [granting, 200],
  ] as const) {
    const { body } = await register(box, NATIVE)
    assert.equal(body.client_secret, undefined)
    const client_id = body.client_id ?? ''
    const code = await signIn(box, client_id, asked.redirect_uri, 'openid launch/patient patient/Patient.rs')
    const token = await tokenFor(box, { ...asked, client_id, code })
    assert.equal(token.patient, 'p1')
    assert.equal(await reads(box, token.access_token), status)
  }
})

test('AuthConfig.registration bounds grants and scopes', async () => {
  const bounded = await register(granting, { ...NATIVE, scope: 'openid patient/*.cruds' })
  assert.equal(bounded.body.scope, 'openid patient/Patient.rs')
  assert.equal((await register(granting, NATIVE)).body.scope, 'openid launch/patient patient/Patient.rs offline_access')
  assert.equal((await register(granting, { ...NATIVE, scope: 'system/*.rs' })).body.error, 'invalid_client_metadata')
  const backend = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' }
  assert.equal((await register(granting, backend)).body.error, 'invalid_client_metadata')
  assert.equal((await register(anybody, backend)).status, 201)
})

test('O-32: addresses that must not be registered are invalid_redirect_uri', async () => {
  for (const uri of [
    ...[
      'javascript:alert(1)',
      'data:text/html,x',
      'http://host/cb',
      'http://charts.example/cb',
      'https://charts.example/cb#f',
      'https://u:p@charts.example/',
    ],
    ...[
      'file:///etc/passwd',
      'about:blank',
      'blob:https://charts.example/x',
      'vbscript:x',
      'app:/cb',
      '//charts.example/cb',
      '/cb',
      '',
      'https://*.example/cb',
    ],
    ...[
      'https://charts.example\\cb',
      'https://charts.example/ cb',
      'https://charts.example/\u0000',
      `https://charts.example/${'a'.repeat(3_000)}`,
    ],
    ...['http://localhost.evil.example/cb', 'http://127.0.0.1.evil.example/', 'java\nscript:alert(1)', 'javascript.x:alert(1)//'],
  ]) {
    const { status, body } = await register(anybody, { ...WEB, redirect_uris: ['https://charts.example/cb', uri] })
    if (uri === 'javascript.x:alert(1)//') assert.equal(status, 201, 'a scheme of a domain turned round runs nowhere')
    else assert.deepEqual([status, body.error], [400, 'invalid_redirect_uri'], uri.slice(0, 60))
  }
  for (const redirect_uris of [undefined, []])
    assert.equal((await register(anybody, { client_name: 'x', redirect_uris })).body.error, 'invalid_redirect_uri')
  for (const redirect_uris of [
    'https://charts.example/cb',
    [1],
    [null],
    Array.from({ length: 21 }, (_, at) => `https://charts.example/${at}`),
  ]) {
    assert.equal((await register(anybody, { redirect_uris })).body.error, 'invalid_client_metadata')
  }
  for (const uri of ['http://127.0.0.1:4567/cb', 'http://[::1]/cb', 'http://localhost:3000/cb', 'com.example.charts:/cb']) {
    assert.equal((await register(anybody, { ...WEB, redirect_uris: [uri] })).status, 201, uri)
  }
})

test('O-32: metadata that is wrong, contradicts itself or is too long is invalid_client_metadata', async () => {
  for (const more of [
    { grant_types: ['implicit'] },
    { grant_types: ['password'] },
    { grant_types: [] },
    { grant_types: ['refresh_token'] },
    { response_types: ['token'] },
    { response_types: ['code', 'token'] },
    { token_endpoint_auth_method: 'tls_client_auth' },
    { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
    { token_endpoint_auth_method: 'private_key_jwt' },
    { client_name: 'x'.repeat(201) },
    { client_name: 'a\u0000b' },
    { client_name: { en: 'x' } },
    { subject_type: 'pairwise' },
    { id_token_signed_response_alg: 'none' },
    { token_endpoint_auth_signing_alg: 'HS256' },
    { post_logout_redirect_uris: ['javascript:alert(1)'] },
    { require_pushed_authorization_requests: 'yes' },
    { scope: 'made-up' },
    { scope: 'patient/Observation.rs?nonsense=1' },
    { contacts: 'x'.repeat(100_000) },
  ]) {
    const { status, body } = await register(anybody, { ...WEB, ...more })
    assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'], JSON.stringify(more).slice(0, 80))
  }
  for (const body of ['', '[]', 'null', '{', '{"client_name":"a","client_name":"b"}'])
    assert.equal((await register(anybody, body)).body.error, 'invalid_client_metadata', body)
  assert.equal((await register(anybody, 'client_name=x', { 'content-type': 'application/x-www-form-urlencoded' })).status, 415)
})

test('E-01: jwks_uri is public https; inline keys are public, of a known kind and strong; never both', async () => {
  const pair = await generateKeyPair('ES384', { extractable: true })
  const weak = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k' }
  const uri = 'https://charts.example/jwks.json'
  const asserting = { ...WEB, token_endpoint_auth_method: 'private_key_jwt' }
  for (const more of [
    ...[
      'http://charts.example/jwks',
      'https://127.0.0.1/jwks',
      'https://[::1]/',
      'https://10.0.0.1/',
      'https://169.254.169.254/latest',
      'https://localhost/jwks',
    ].map((jwks_uri) => ({ jwks_uri })),
    ...[
      'https://2130706433/',
      'https://0x7f.1/',
      'https://u:p@charts.example/',
      'file:///etc/passwd',
      'https://intranet/jwks',
      'https://a.internal/',
    ].map((jwks_uri) => ({ jwks_uri })),
    { jwks_uri: uri, jwks: { keys: [jwk] } },
    { jwks: { keys: [await exportJWK(pair.privateKey)] } },
    { jwks: { keys: [await exportJWK(weak.privateKey)] } },
    { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } },
    { jwks: { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] } },
    { jwks: { keys: [] } },
    { jwks: [jwk] },
    { jwks: { keys: Array.from({ length: 21 }, () => jwk) } },
  ]) {
    const { status, body } = await register(anybody, { ...asserting, ...more })
    assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'], JSON.stringify(more).slice(0, 80))
  }
  assert.equal((await register(anybody, { ...asserting, jwks_uri: uri })).body.jwks_uri, uri)
  const { body } = await register(anybody, {
    ...asserting,
    grant_types: ['client_credentials'],
    jwks: { keys: [jwk] },
    scope: 'system/Patient.rs',
  })
  const client_assertion = await new SignJWT({ jti: 'j1' })
    .setProtectedHeader({ alg: 'ES384', kid: 'k' })
    .setIssuer(body.client_id ?? '')
    .setSubject(body.client_id ?? '')
    .setAudience(`${BASE}/auth/token`)
    .setExpirationTime(Math.floor(time.now / 1_000) + 60)
    .sign(pair.privateKey)
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const token = await tokenFor(anybody, { grant_type: 'client_credentials', client_assertion_type, client_assertion })
  assert.deepEqual([token.scope, Number(token.expires_in)], ['system/Patient.rs', 300])
})

test('open registration: six a minute from one address, then 429', async () => {
  const post = () =>
    anybody.request('/auth/register', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(WEB) })
  time.now += 61_000
  for (let at = 0; at < 6; at++) assert.equal((await post()).status, 201)
  const limited = await post()
  assert.equal(limited.status, 429)
  assert.ok(Number(limited.headers.get('retry-after')) > 0)
})

test('RFC 7592: its own token reads, replaces and deletes a registration; nobody else’s does', async () => {
  const one = (await register(byToken, WEB, TOKEN)).body
  const other = (await register(byToken, WEB, TOKEN)).body
  const path = `/auth/register/${one.client_id}`
  const own = { authorization: `Bearer ${one.registration_access_token}` }
  const read = await send(byToken, path, 'GET', undefined, own)
  assert.equal(read.status, 200)
  const { client_secret, client_secret_expires_at, ...shown } = one
  assert.deepEqual(read.body, shown)
  assert.ok(client_secret && client_secret_expires_at !== undefined)
  for (const headers of [{ authorization: `Bearer ${other.registration_access_token}` }, TOKEN, {}] as Record<string, string>[]) {
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal((await send(byToken, path, method, method === 'PUT' ? WEB : undefined, headers)).status, 401)
  }
  assert.equal((await send(byToken, '/auth/register/app', 'GET', undefined, own)).status, 401, 'a declared client has no such token')

  const changed = { client_id: one.client_id, redirect_uris: ['https://new.example/cb'], client_secret }
  assert.equal((await send(byToken, path, 'PUT', { ...changed, client_id: other.client_id }, own)).body.error, 'invalid_client_metadata')
  assert.equal((await send(byToken, path, 'PUT', { ...changed, client_secret: 'chosen' }, own)).body.error, 'invalid_client_metadata')
  assert.equal((await send(byToken, path, 'PUT', { ...changed, redirect_uris: ['javascript:x'] }, own)).body.error, 'invalid_redirect_uri')
  const updated = await send(byToken, path, 'PUT', changed, own)
  assert.deepEqual([updated.status, updated.body.redirect_uris, updated.body.client_name], [200, ['https://new.example/cb'], undefined])
  assert.equal(updated.body.client_id_issued_at, one.client_id_issued_at)
  // The secret stays what it was.
  const refused = await tokenFor(byToken, {
    grant_type: 'authorization_code',
    code: 'x',
    client_id: one.client_id ?? '',
    client_secret: client_secret ?? '',
  })
  assert.equal(refused.error, 'invalid_grant')

  assert.equal((await send(byToken, path, 'DELETE', undefined, own)).status, 204)
  assert.equal((await send(byToken, path, 'GET', undefined, own)).status, 401)
  assert.equal(
    (
      await send(byToken, `/auth/register/${other.client_id}`, 'GET', undefined, {
        authorization: `Bearer ${other.registration_access_token}`,
      })
    ).status,
    200,
  )
})

test('RFC 7592 §2.3: what a deleted client bought is dead, also where a policy is linked to it', async () => {
  const { body } = await register(anybody, { ...NATIVE, grant_types: ['authorization_code', 'refresh_token'] })
  const client_id = body.client_id ?? ''
  const policy = { resourceType: 'AccessPolicy', id: 'charts', engine: 'allow', link: [{ reference: `Client/${client_id}` }] }
  const root = { authorization: `Basic ${btoa('root:r')}` }
  assert.equal((await send(anybody, '/AccessPolicy/charts', 'PUT', policy, root)).status, 201)
  const code = await signIn(anybody, client_id, 'com.example.charts:/cb', 'openid launch/patient patient/Patient.rs offline_access')
  const asked = { grant_type: 'authorization_code', redirect_uri: 'com.example.charts:/cb', code_verifier: VERIFIER, client_id, code }
  const token = await tokenFor(anybody, asked)
  assert.equal(await reads(anybody, token.access_token), 200)
  const own = { authorization: `Bearer ${body.registration_access_token}` }
  assert.equal((await send(anybody, `/auth/register/${client_id}`, 'DELETE', undefined, own)).status, 204)
  assert.equal(await reads(anybody, token.access_token), 401)
  assert.equal(
    (await tokenFor(anybody, { grant_type: 'refresh_token', client_id, refresh_token: token.refresh_token ?? '' })).error,
    'invalid_client',
  )
  assert.equal((await send(anybody, `/auth/register/${client_id}`, 'GET', undefined, own)).status, 401)
})

test('registered clients outlive a restart', async () => {
  const { body } = await register(granting, NATIVE)
  boxes.splice(boxes.indexOf(granting), 1)
  await granting.close()
  const again = await open('granting', { open: true, scope: ['openid', 'launch/patient', 'patient/Patient.rs', 'offline_access'] })
  const own = { authorization: `Bearer ${body.registration_access_token}` }
  assert.equal((await send(again, `/auth/register/${body.client_id}`, 'GET', undefined, own)).status, 200)
})

test('oauth4webapi, unmodified, registers with an initial access token', async () => {
  time.now += 61_000
  const options = {
    [oauth.customFetch]: (url: string, { method, headers, body }: oauth.CustomFetchOptions<string, string | undefined>) =>
      byToken.request(new Request(url, { method, headers, ...(body !== undefined && { body }) })),
    [oauth.allowInsecureRequests]: true,
  } as const
  const issuer = new URL(BASE)
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' }))
  const response = await oauth.dynamicClientRegistrationRequest(as, WEB, { ...options, initialAccessToken: 'canary-initial-token' })
  const client = await oauth.processDynamicClientRegistrationResponse(response)
  assert.deepEqual([typeof client.client_id, client.token_endpoint_auth_method], ['string', 'client_secret_basic'])
})
