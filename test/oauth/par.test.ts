// Pushed authorization requests (RFC 9126; security-requirements O-16, O-17) on a whole box.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const time = { now: 1_800_000_000_000 }
const pair = await generateKeyPair('ES384')
const box = await createBox({
  bundles: ['test/oauth/people-and-apps.yaml'],
  baseUrl: BASE,
  env: {},
  rootClientSecret: 'r',
  clock: { now: () => time.now },
})
after(() => box.close())
const ROOT = { authorization: `Basic ${btoa('root:r')}` }

const ASKED = {
  response_type: 'code',
  redirect_uri: 'https://app.example/cb',
  state: 's1',
  scope: 'patient/Patient.rs',
  aud: `${BASE}/fhir`,
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}
const push = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const response = await box.request('/auth/par', { method: 'POST', body: new URLSearchParams(fields), headers })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, string | number> }
}
const pushApp = async (more: Record<string, string> = {}): Promise<string> => {
  const { status, body } = await push({ client_id: 'app', ...ASKED, ...more })
  assert.equal(status, 201, JSON.stringify(body))
  return String(body.request_uri)
}
const authorize = async (query: Record<string, string>): Promise<Browser> => {
  const browser = new Browser(box)
  await browser.open(`/auth/authorize?${new URLSearchParams(query)}`)
  return browser
}
const signIn = (browser: Browser) => browser.submit({ username: 'amy', password: 'amy-password' })

test('RFC 9126 §2.2: a pushed request is answered with 201, an opaque request_uri, and a life of at most 60 s', async () => {
  const { status, headers, body } = await push({ client_id: 'app', ...ASKED })
  assert.equal(status, 201)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.match(String(body.request_uri), /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/)
  assert.ok(Number(body.expires_in) > 0 && Number(body.expires_in) <= 60)
})

test('RFC 9126 §4: the browser brings client_id and request_uri only; what was pushed is what is asked, whatever stands beside it', async () => {
  const browser = await authorize({ client_id: 'app', request_uri: await pushApp(), scope: 'system/*.cruds', state: 'forged' })
  await signIn(browser)
  await browser.submit({ decision: 'allow' })
  const answer = new URL(browser.redirected ?? '').searchParams
  assert.deepEqual([answer.get('state'), answer.get('iss')], ['s1', BASE])
  const fields = { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: ASKED.redirect_uri, client_id: 'app' }
  const body = new URLSearchParams({ ...fields, code_verifier: VERIFIER })
  const token = (await (await box.request('/auth/token', { method: 'POST', body })).json()) as Record<string, string>
  assert.equal(token.scope, 'patient/Patient.rs')
})

test('O-17: a request_uri is used once, by its own client, and for 60 seconds', async () => {
  const once = await pushApp()
  assert.equal((await authorize({ client_id: 'web', request_uri: once })).status, 400, 'another client')
  assert.match((await authorize({ client_id: 'app', request_uri: once })).page, /name="password"/, 'which does not burn it')
  const again = await authorize({ client_id: 'app', request_uri: once })
  assert.deepEqual([again.status, again.redirected], [400, undefined], 'a second time')
  const late = await pushApp()
  time.now += 60_001
  assert.equal((await authorize({ client_id: 'app', request_uri: late })).status, 400, 'after a minute')
  const unknown = await authorize({ client_id: 'app', request_uri: `urn:ietf:params:oauth:request_uri:${'a'.repeat(43)}` })
  assert.equal(unknown.status, 400)
})

test('O-17: 50 browsers at once with one request_uri: one is let in', async () => {
  const request_uri = await pushApp()
  const all = await Promise.all(Array.from({ length: 50 }, () => authorize({ client_id: 'app', request_uri })))
  assert.equal(all.filter(({ status }) => status === 200).length, 1)
})

test('O-16: any other request_uri, and request, are refused, in the browser and when pushed', async () => {
  const url = 'http://127.0.0.1:9/request.jwt'
  const browser = await authorize({ client_id: 'app', ...ASKED, request_uri: url })
  assert.equal(new URL(browser.redirected ?? '').searchParams.get('error'), 'request_uri_not_supported')
  assert.deepEqual(
    await push({ client_id: 'app', ...ASKED, request_uri: await pushApp() }).then(({ status, body }) => [status, body.error]),
    [400, 'invalid_request'],
  )
  assert.equal((await push({ client_id: 'app', ...ASKED, request: 'x' })).body.error, 'request_not_supported')
})

test('RFC 9126 §2.3: a bad request is told to the client at once, as JSON', async () => {
  for (const [more, error] of [
    [{ redirect_uri: 'https://evil.example/cb' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ aud: 'https://evil.example' }, 'invalid_request'],
    [{ scope: 'patient/Observation.rs?nonsense=1' }, 'invalid_scope'],
    [{ scope: 'a'.repeat(5_000) }, 'invalid_scope'],
  ] as const) {
    const { status, headers, body } = await push({ client_id: 'app', ...ASKED, ...more })
    assert.deepEqual([status, body.error, headers.get('location')], [400, error, null], JSON.stringify(more).slice(0, 80))
  }
  const body = `${new URLSearchParams({ client_id: 'app', ...ASKED })}&scope=b`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await box.request('/auth/par', { method: 'POST', body, headers })).status, 400)
})

test('RFC 9126 §2.1: POST only, nothing in the query, and the client authenticates as at the token endpoint', async () => {
  assert.equal((await box.request(`/auth/par?${new URLSearchParams({ client_id: 'app', ...ASKED })}`)).status, 405)
  assert.equal((await box.request('/auth/par?client_id=app', { method: 'POST', body: new URLSearchParams(ASKED) })).status, 400)
  const web = { ...ASKED, redirect_uri: 'https://web.example/cb' }
  assert.deepEqual([await push({ client_id: 'web', ...web }).then(({ status, body }) => [status, body.error])], [[401, 'invalid_client']])
  assert.equal((await push({ client_id: 'web', client_secret: 'wrong', ...web })).status, 401)
  assert.equal((await push({ client_id: 'web', client_secret: 'web-secret', ...web })).status, 201)
  const basic = await push(web, { authorization: `Basic ${btoa('web:web-secret')}` })
  assert.equal(basic.status, 201)
  assert.match((await authorize({ client_id: 'web', request_uri: String(basic.body.request_uri) })).page, /name="password"/)
  assert.equal(
    (await push({ client_id: 'web', client_secret: 'web-secret', ...web }, { authorization: `Basic ${btoa('web:web-secret')}` })).status,
    400,
  )
})

test('RFC 9126 §2: an assertion may name the issuer, the token endpoint or this endpoint; one named for this endpoint buys no token', async () => {
  const client = {
    resourceType: 'Client',
    id: 'asserting',
    type: 'smart-app',
    grant_types: ['authorization_code', 'client_credentials'],
    jwks: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES384' }],
    auth: {
      authorization_code: {
        redirect_uri: ASKED.redirect_uri,
        client_assertion_types: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
      },
      client_credentials: { client_assertion_types: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'] },
    },
  }
  const headers = { ...ROOT, 'content-type': 'application/json' }
  assert.equal((await box.request('/Client/asserting', { method: 'PUT', headers, body: JSON.stringify(client) })).status, 201)
  const assertion = async (aud: string) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES384', kid: 'k1', typ: 'JWT' })
      .setIssuer('asserting')
      .setSubject('asserting')
      .setAudience(aud)
      .setExpirationTime(Math.floor(time.now / 1_000) + 120)
      .sign(pair.privateKey),
  })
  for (const aud of [BASE, `${BASE}/auth/token`, `${BASE}/auth/par`]) {
    assert.equal((await push({ ...(await assertion(aud)), ...ASKED })).status, 201, aud)
  }
  assert.equal((await push({ ...(await assertion(`${BASE}/auth/introspect`)), ...ASKED })).status, 401)
  const fields = { grant_type: 'client_credentials', ...(await assertion(`${BASE}/auth/par`)) }
  assert.equal((await box.request('/auth/token', { method: 'POST', body: new URLSearchParams(fields) })).status, 401)
})

test('RFC 9126 §5, §6: a client that must push may not ask in the browser, and the metadata says where to push', async () => {
  const asked = { client_id: 'pushing', ...ASKED, redirect_uri: 'https://pushing.example/cb' }
  const direct = await authorize(asked)
  const answer = new URL(direct.redirected ?? '').searchParams
  assert.deepEqual([answer.get('error'), answer.get('state'), answer.get('iss')], ['invalid_request', 's1', BASE])
  const { body } = await push(asked)
  assert.match((await authorize({ client_id: 'pushing', request_uri: String(body.request_uri) })).page, /name="password"/)
  const metadata = (await (await box.request('/.well-known/openid-configuration')).json()) as Record<string, unknown>
  assert.equal(metadata.pushed_authorization_request_endpoint, `${BASE}/auth/par`)
  assert.equal(metadata.require_pushed_authorization_requests, false)
})
