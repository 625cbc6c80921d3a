// The routing table around the handlers: protocol errors in their own form, CORS where it belongs, nothing of a failure outside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FhirError } from '../src/fhir/outcome.ts'
import { HttpError } from '../src/http/errors.ts'
import type { Caller } from '../src/identify.ts'
import { type MountOptions, mount } from '../src/mount.ts'
import { OAuthError } from '../src/oauth/errors.ts'
import type { Endpoint, Provider } from '../src/oauth/provider.ts'

const logged: Record<string, unknown>[] = []
const requests: Record<string, unknown>[] = []
const endpoint = (path: string, cors: boolean, handle: Endpoint['handle']): Endpoint => ({ method: 'POST', path, cors, handle })
const anonymous: Caller = {
  principal: { method: 'anonymous', roles: [] },
  authorize: async () => ({ permit: false, status: 401, reason: 'nobody' }),
  explain: async () => assert.fail('nobody asks why'),
}

const options: MountOptions = {
  // The table reads the issuer and the clients only; the endpoints here are stubs.
  provider: { issuer: 'https://box.example', clients: new Map() } as Partial<Provider> as Provider,
  endpoints: [
    endpoint('/auth/token', true, async () => {
      throw new OAuthError('invalid_client', 'who is this', { headers: { 'www-authenticate': 'Basic' } })
    }),
    endpoint('/auth/consent', false, async () => new Response('page')),
    endpoint('/auth/broken', true, async () => {
      throw new Error('SELECT secret FROM /root/path')
    }),
  ],
  callerRoutes: [],
  fhirMounts: [{ path: '/fhir', format: 'fhir' }],
  fhir: async ({ segments, base }) => {
    if (segments[0] === 'Large') throw new HttpError(413, 'too large')
    if (segments[0] === 'Gone') throw new FhirError('deleted', 'gone')
    return { status: 200, headers: { 'content-type': 'application/fhir+json' }, body: JSON.stringify({ segments, base }) }
  },
  identify: async () => anonymous,
  callerOf: () => anonymous,
  debug: (request, caller, run) => run(request, caller),
  digest: 'd1',
  cors: { enabled: true, origins: ['*'] },
  clock: { now: () => 0 },
  log: { info: (fields) => void requests.push(fields), warn: () => {}, error: (fields) => void logged.push(fields) },
  maxBody: 1000,
  requestId: () => 'r1',
}
const app = mount(options)
const ask = (path: string, init: RequestInit = {}) => app.request(`http://evil.example${path}`, init)

test('H-05: the base that FHIR links start with is the configured one, whatever the Host says', async () => {
  const response = await ask('/fhir/Patient/p1')
  assert.deepEqual(await response.json(), { segments: ['Patient', 'p1'], base: 'https://box.example/fhir' })
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
})

test('errors speak the protocol of their path: RFC 6749 §5.2 under /auth, OperationOutcome under /fhir', async () => {
  const token = await ask('/auth/token', { method: 'POST' })
  assert.equal(token.status, 401)
  assert.equal(token.headers.get('www-authenticate'), 'Basic')
  assert.deepEqual(await token.json(), { error: 'invalid_client', error_description: 'who is this' })
  const large = await ask('/fhir/Large')
  assert.equal(large.status, 413)
  assert.equal(((await large.json()) as { resourceType: string }).resourceType, 'OperationOutcome')
  assert.equal((await ask('/fhir/Gone')).status, 410)
})

test('an unexpected failure is 500, logged with the request, and says nothing outside', async () => {
  const response = await ask('/auth/broken', { method: 'POST' })
  assert.equal(response.status, 500)
  assert.deepEqual(await response.json(), { error: 'server_error', error_description: 'the server could not answer' })
  assert.equal(logged.at(-1)?.request, 'r1')
})

test('O-27: CORS with * and no credentials on the token endpoint and /fhir, none on pages', async () => {
  const headers = { origin: 'https://app.example' }
  for (const path of ['/auth/token', '/fhir/Patient/p1']) {
    const preflight = await ask(path, { method: 'OPTIONS', headers })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
    assert.equal(preflight.headers.get('access-control-allow-credentials'), null)
  }
  const page = await ask('/auth/consent', { method: 'POST', headers })
  assert.equal(page.headers.get('access-control-allow-origin'), null)
})

test('H-01, H-02: a method that an endpoint lacks is 405 with Allow; a path with two readings is 400', async () => {
  const wrong = await ask('/auth/token', { method: 'PUT' })
  assert.equal(wrong.status, 405)
  assert.equal(wrong.headers.get('allow'), 'POST')
  assert.equal((await ask('/fhir//Patient')).status, 400)
  assert.equal((await ask('/fhir/Patient%2Fp1')).status, 400)
})

test('health says live, ready and which configuration; HEAD answers where GET does', async () => {
  assert.deepEqual(await (await ask('/health')).json(), { status: 'pass', live: true, ready: true, digest: 'd1' })
  const head = await ask('/health', { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(await head.text(), '')
})

test('one log line per request, with its id and without its query; the answer names the same id', async () => {
  requests.length = 0
  const response = await ask('/fhir/Patient/p1?name=secret')
  assert.equal(response.headers.get('x-request-id'), 'r1')
  assert.deepEqual(requests, [{ request: 'r1', method: 'GET', path: '/fhir/Patient/p1', status: 200, ms: 0 }])
  assert.equal((await ask('/fhir//Patient')).headers.get('x-request-id'), 'r1')
  assert.equal(requests.at(-1)?.status, 400)
})
