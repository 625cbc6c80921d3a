// Bearer tokens and Basic, introspection and revocation (security-requirements §4.7, O-28, O-29); forged tokens are in rows/jwt.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticate } from '../../src/oauth/bearer.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { basic, bearer, createTestBox, ISSUER, request } from './box.ts'

const rejectsWith = (error: string) => (thrown: unknown) => thrown instanceof OAuthError && thrown.error === error
const fhir = (token: unknown) => request('/fhir/Patient/p1', { method: 'GET', headers: bearer(token) })
const bought = async (client_id = 'public') => {
  const box = await createTestBox()
  await box.issueCode('c', { client_id })
  const { body } = await box.redeem('c', { client_id })
  return { box, access: String(body.access_token), refresh: String(body.refresh_token), id: String(body.id_token) }
}

test('B-01 to B-04: schemes, repetition, query; no credentials are anonymous; an expired token is dead', async () => {
  const { box, access } = await bought('opaque')
  const with_ = (authorization: string) => authenticate(request('/fhir', { method: 'GET', headers: { authorization } }), box.provider)
  assert.equal((await authenticate(request('/fhir', { method: 'GET', headers: { cookie: 'asid=x' } }), box.provider)).method, 'anonymous')
  await assert.rejects(with_(`Bearer ${access}, Bearer ${access}`), rejectsWith('invalid_request'))
  await assert.rejects(with_(`Token ${access}`), rejectsWith('invalid_token'))
  await assert.rejects(authenticate(request('/fhir', { query: `access_token=${access}` }), box.provider), rejectsWith('invalid_request'))
  assert.equal((await with_(`bearer ${access}`)).user?.id, 'amy')
  box.time.now += 3_600_000
  await assert.rejects(
    with_(`Bearer ${access}`),
    (thrown) => thrown instanceof OAuthError && /invalid_token/.test(thrown.headers['www-authenticate'] ?? ''),
  )
})

test('Basic: only clients whose grant_types has basic, with their secret (aidbox-behaviour §4.1)', async () => {
  const { provider } = await createTestBox()
  const by = (id: string, secret: string) => authenticate(request('/rpc', { headers: basic(id, secret) }), provider)
  const principal = await by('service', 's3cret')
  assert.deepEqual([principal.method, principal.client?.id, principal.scope], ['basic', 'service', undefined])
  for (const [id, secret] of [
    ['service', 'no'],
    ['secret', 's3cret'],
    ['off', 's3cret'],
    ['nobody', 'x'],
    ['public', ''],
  ] as const) {
    await assert.rejects(by(id, secret), rejectsWith('invalid_token'))
  }
})

test('O-29: introspection needs a caller, tells it its own tokens, and nothing otherwise', async () => {
  const { box, access } = await bought()
  const ask = (token: string, headers = basic('api', 's3cret')) => box.post('/auth/introspect', { token }, headers)
  const { body } = await ask(access)
  assert.deepEqual(
    [body.active, body.client_id, body.sub, body.iss, body.patient, body.scope, body.fhirUser],
    [true, 'public', 'amy', ISSUER, 'p1', 'openid fhirUser offline_access patient/Patient.rs', `${ISSUER}/fhir/Patient/p1`],
  )
  assert.equal((await box.post('/auth/introspect', { token: access })).status, 400)
  assert.equal((await box.post('/auth/introspect', { token: access, client_id: 'public' })).status, 401)
  assert.deepEqual((await ask(access, basic('service', 's3cret'))).body, { active: false })
  assert.deepEqual((await ask('garbage')).body, { active: false })
  box.time.now += 3_600_000
  assert.deepEqual((await ask(access)).body, { active: false })
})

test('O-28: revocation is for own tokens; a refresh token takes its access tokens along; unknown is 200', async () => {
  const { box, access, refresh } = await bought()
  const revoke = (token: string, client_id = 'public') => box.post('/auth/revoke', { token, client_id })
  assert.equal((await revoke(refresh, 'opaque')).status, 400)
  assert.equal((await authenticate(fhir(access), box.provider)).user?.id, 'amy')
  assert.equal((await revoke('unknown')).status, 200)
  assert.equal((await revoke(refresh)).status, 200)
  await assert.rejects(authenticate(fhir(access), box.provider), rejectsWith('invalid_token'))
})

test('DELETE /Session ends the current session (aidbox-behaviour §4.2)', async () => {
  const { box, access } = await bought()
  assert.equal((await box.send('/Session', { method: 'DELETE' })).status, 401)
  assert.equal((await box.send('/fhir/Session', { method: 'DELETE', headers: bearer(access) })).status, 200)
  await assert.rejects(authenticate(fhir(access), box.provider), rejectsWith('invalid_token'))
})
