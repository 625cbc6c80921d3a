// The token endpoint, as a client sees it: every grant, client authentication, the single-use gates (security-requirements §4.1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticate } from '../../src/oauth/bearer.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { provesChallenge } from '../../src/oauth/grants/pkce.ts'
import { hashPassword } from '../../src/oauth/password.ts'
import { basic, bearer, CHALLENGE, createTestBox, ISSUER, request, VERIFIER } from './box.ts'

const rejectsWith = (error: string) => (thrown: unknown) => thrown instanceof OAuthError && thrown.error === error
const fhir = (token: unknown) => request('/fhir/Patient/p1', { method: 'GET', headers: bearer(token) })

test('RFC 7636 appendix B, and downgrades both ways (O-07)', () => {
  assert.equal(provesChallenge(CHALLENGE, VERIFIER), true)
  assert.equal(provesChallenge(CHALLENGE, undefined), false)
  assert.equal(provesChallenge(undefined, VERIFIER), false)
  assert.equal(provesChallenge(CHALLENGE, CHALLENGE), false)
  assert.equal(provesChallenge(undefined, undefined), true)
})

test('authorization_code: the documented answer, not cached', async () => {
  const box = await createTestBox()
  await box.issueCode('c')
  const { status, headers, body } = await box.redeem('c')
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('pragma'), 'no-cache')
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.expires_in, 3600)
  assert.equal(body.patient, 'p1')
  assert.equal(body.scope, 'openid fhirUser offline_access patient/Patient.rs')
  assert.equal(typeof body.id_token, 'string')
  assert.equal(typeof body.refresh_token, 'string')
  assert.deepEqual(body.userinfo, {
    resourceType: 'User',
    id: 'amy',
    sub: 'amy',
    email: 'amy@example.com',
    fhirUser: { id: 'p1', resourceType: 'Patient' },
  })
  const principal = await authenticate(fhir(body.access_token), box.provider)
  assert.equal(principal.user?.id, 'amy')
  assert.equal(principal.jwt?.atv, 2)
})

test('O-09: each mismatch is invalid_grant and does not burn the code', async () => {
  const box = await createTestBox()
  await box.issueCode('c')
  const wrong = [
    { code_verifier: 'a'.repeat(43) },
    { redirect_uri: 'https://app.example/cb/' },
    { client_id: 'opaque' },
    { code_verifier: '' },
  ]
  for (const more of wrong) {
    const { status, body } = await box.redeem('c', more)
    assert.deepEqual([status, body.error], [400, 'invalid_grant'])
  }
  assert.equal((await box.redeem('c')).status, 200)
  await box.issueCode('late')
  box.time.now += 60_000
  assert.equal((await box.redeem('late')).body.error, 'invalid_grant')
})

test('O-10: reuse of a code kills what it bought', async () => {
  const box = await createTestBox()
  await box.issueCode('c')
  const first = await box.redeem('c')
  assert.equal((await box.redeem('c')).body.error, 'invalid_grant')
  await assert.rejects(authenticate(fhir(first.body.access_token), box.provider), rejectsWith('invalid_token'))
  const refresh = { grant_type: 'refresh_token', client_id: 'public', refresh_token: String(first.body.refresh_token) }
  assert.equal((await box.post('/auth/token', refresh)).body.error, 'invalid_grant')
})

test('O-11: of 50 parallel redemptions exactly one is answered, and then it is dead', async () => {
  const box = await createTestBox()
  await box.issueCode('c', { client_id: 'opaque' })
  const all = await Promise.all(Array.from({ length: 50 }, () => box.redeem('c', { client_id: 'opaque' })))
  const won = all.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  await assert.rejects(authenticate(fhir(won[0]?.body.access_token), box.provider), rejectsWith('invalid_token'))
})

test('O-12: a public refresh token rotates; 50 at once have one winner, and reuse kills the family', async () => {
  const box = await createTestBox()
  await box.issueCode('c', { client_id: 'opaque' })
  const { body } = await box.redeem('c', { client_id: 'opaque' })
  const refresh = (token: unknown) =>
    box.post('/auth/token', { grant_type: 'refresh_token', client_id: 'opaque', refresh_token: String(token) })
  const second = await refresh(body.refresh_token)
  assert.equal(second.status, 200)
  assert.equal(second.body.patient, 'p1')
  assert.notEqual(second.body.refresh_token, body.refresh_token)
  const all = await Promise.all(Array.from({ length: 50 }, () => refresh(second.body.refresh_token)))
  const won = all.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  assert.equal((await refresh(won[0]?.body.refresh_token)).body.error, 'invalid_grant')
})

test('RFC 6749 §6: a public client may leave client_id out of a refresh, as fhirclient does; a confidential one must prove itself', async () => {
  const box = await createTestBox()
  const bought = async (client_id: string, more: Record<string, string> = {}) => {
    await box.issueCode(client_id, { client_id })
    return String((await box.redeem(client_id, { client_id, ...more })).body.refresh_token)
  }
  const refresh = (refresh_token: string) => box.post('/auth/token', { grant_type: 'refresh_token', refresh_token })
  const token = await bought('opaque')
  const first = await refresh(token)
  assert.deepEqual([first.status, typeof first.body.refresh_token], [200, 'string'])
  assert.equal((await refresh(token)).body.error, 'invalid_grant', 'reuse')
  assert.equal((await refresh(String(first.body.refresh_token))).body.error, 'invalid_grant', 'its family')
  const secret = await refresh(await bought('secret', { client_secret: 's3cret' }))
  assert.deepEqual([secret.status, secret.body.error], [401, 'invalid_client'])
  assert.deepEqual([(await refresh('unknown')).status], [400])
})

test('O-12: a confidential refresh token stays, is bound to its client and narrows only', async () => {
  const box = await createTestBox()
  await box.issueCode('c', { client_id: 'secret' })
  const { body } = await box.redeem('c', { client_id: 'secret', client_secret: 's3cret' })
  const refresh = (more: Record<string, string>, headers = basic('secret', 's3cret')) =>
    box.post('/auth/token', { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), ...more }, headers)
  assert.equal((await refresh({})).body.refresh_token, undefined)
  const narrow = await refresh({ scope: 'patient/Patient.rs' })
  assert.equal(narrow.body.scope, 'patient/Patient.rs')
  assert.deepEqual((await authenticate(fhir(narrow.body.access_token), box.provider)).scope, ['patient/Patient.rs'])
  assert.equal((await refresh({ scope: 'patient/*.rs' })).body.error, 'invalid_scope')
  assert.equal((await refresh({}, basic('service', 's3cret'))).status, 400)
  box.time.now += 181 * 86_400_000
  assert.equal((await refresh({})).body.error, 'invalid_grant')
})

test('O-13, L-13: a disabled user ends refresh and access; online_access ends with the login', async () => {
  const box = await createTestBox()
  const login = { hash: 'h', user: 'amy', authenticated: 0, seen: box.time.now, expires: box.time.now + 3_600_000 }
  await box.provider.records.putLogin(login)
  await box.issueCode('c', { client_id: 'opaque', login: 'h', scope: ['online_access'] })
  const { body } = await box.redeem('c', { client_id: 'opaque' })
  await box.provider.records.endLogin('h', { sessions: true })
  const online = { grant_type: 'refresh_token', client_id: 'opaque', refresh_token: String(body.refresh_token) }
  assert.equal((await box.post('/auth/token', online)).body.error, 'invalid_grant')
  await box.issueCode('d', { client_id: 'opaque' })
  const second = await box.redeem('d', { client_id: 'opaque' })
  box.people.set('amy', { resourceType: 'User', id: 'amy', inactive: true })
  await assert.rejects(authenticate(fhir(second.body.access_token), box.provider), rejectsWith('invalid_token'))
})

test('client_credentials: all of the scope or none, no refresh token (O-26)', async () => {
  const box = await createTestBox()
  const ask = (more: Record<string, string>) =>
    box.post('/auth/token', { grant_type: 'client_credentials', ...more }, basic('service', 's3cret'))
  const { status, body } = await ask({ scope: 'system/Patient.rs offline_access' })
  assert.deepEqual([status, body.scope, body.refresh_token], [200, 'system/Patient.rs', undefined])
  for (const scope of ['system/Observation.rs', 'patient/Patient.rs', 'system/Patient.rs system/*.rs', 'x'.repeat(5_000)]) {
    assert.equal((await ask({ scope })).body.error, 'invalid_scope')
  }
})

test('password: only where grant_types names it; an inactive user is told so (aidbox-behaviour §4.3)', async () => {
  const box = await createTestBox()
  const password = await hashPassword('pässword', box.provider.random)
  box.people.set('bob', { resourceType: 'User', id: 'bob', password })
  const ask = (more: Record<string, string>) =>
    box.post('/auth/token', { grant_type: 'password', client_id: 'form', username: 'bob', password: 'pässword', ...more })
  const { status, body } = await ask({})
  assert.deepEqual([status, body.userinfo], [200, { resourceType: 'User', id: 'bob', sub: 'bob' }])
  assert.equal((await ask({ password: 'no' })).body.error, 'invalid_grant')
  assert.equal((await ask({ client_id: 'public' })).body.error, 'unauthorized_client')
  box.people.set('bob', { resourceType: 'User', id: 'bob', password, inactive: true })
  assert.deepEqual((await ask({})).body, { error: 'invalid_grant', error_description: 'User is inactive' })
})

test('O-04, O-18, O-19: the matrix of requests that are refused', async () => {
  const box = await createTestBox()
  const grant = { grant_type: 'client_credentials' }
  const post = (parameters: Record<string, string>, headers = {}) => box.post('/auth/token', parameters, headers)
  const secret = { client_id: 'service', client_secret: 's3cret' }
  const rows: ReadonlyArray<readonly [Promise<{ status: number; body: Record<string, unknown> }>, number, string]> = [
    [post(grant), 400, 'invalid_request'],
    [post({ ...grant, client_id: 'service' }), 401, 'invalid_client'],
    [post({ ...grant, ...secret, client_secret: 'wrong' }), 401, 'invalid_client'],
    [post({ ...grant, client_id: 'nobody', client_secret: 's3cret' }), 401, 'invalid_client'],
    [post(grant, basic('off', 's3cret')), 401, 'invalid_client'],
    [post({ ...grant, ...secret }, basic('service', 's3cret')), 400, 'invalid_request'],
    [post({ ...grant, ...secret, client_assertion_type: 'urn:x', client_assertion: 'a.b.c' }), 400, 'invalid_request'],
    [post({ ...secret, grant_type: 'urn:x' }), 400, 'unsupported_grant_type'],
    [post(secret), 400, 'invalid_request'],
    [box.send('/auth/token', { headers: { 'content-type': 'text/plain' }, body: 'grant_type=x' }), 415, 'invalid_request'],
    [box.send('/auth/token', { headers: { 'content-type': 'application/json' }, body: '{"grant_type":' }), 400, 'invalid_request'],
    [box.send('/auth/token', { headers: { 'content-type': 'application/json' }, body: '{"grant_type":1}' }), 400, 'invalid_request'],
    [box.send('/auth/token', { query: 'client_secret=s3cret', body: '' }), 400, 'invalid_request'],
    [
      box.send('/auth/token', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'scope=a&scope=b' }),
      400,
      'invalid_request',
    ],
  ]
  for (const [index, [answer, status, error]] of rows.entries()) {
    const got = await answer
    assert.deepEqual([got.status, got.body.error], [status, error], `row ${index}`)
    if (status === 401) assert.ok((await answer).body.error_description)
  }
})

test('O-18: JSON and YAML bodies are read as forms are', async () => {
  const box = await createTestBox()
  const json = JSON.stringify({ grant_type: 'client_credentials', client_id: 'service', client_secret: 's3cret' })
  const yaml = 'grant_type: client_credentials\nclient_id: service\nclient_secret: s3cret\n'
  assert.equal((await box.send('/auth/token', { headers: { 'content-type': 'application/json' }, body: json })).status, 200)
  assert.equal((await box.send('/auth/token', { headers: { 'content-type': 'text/yaml' }, body: yaml })).status, 200)
  assert.equal(ISSUER, box.provider.issuer)
})
