// What tokens carry, and who may look at and end them, on a whole box (security-requirements O-22, O-28, O-29; RFC 7009, RFC 7662).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { decodeJwt } from 'jose'
import { basic, createScenario } from './scenario.ts'

const { box, time, buy, refresh, fhir, post, introspect, token, authorize, asRoot } = await createScenario()
after(() => box.close())

const INACTIVE = { active: false }
const revoke = (text: unknown, form: Record<string, string> = { client_id: 'app' }, headers: Record<string, string> = {}) =>
  post('/auth/revoke', { token: String(text), ...form }, headers)

test('O-22: what is unknown or misordered is never granted: not in the answer, the token, introspection or the consent', async () => {
  const asked = 'launch/patient patient/Observation.dr foo patient/Patient.rs patient/Nonsense.rs Patient.read patient/Patient.rs%00 openid'
  const { scope, access_token } = await buy('app', { scope: asked, prompt: 'consent' })
  const granted = 'launch/patient patient/Patient.rs openid'
  assert.deepEqual([scope, decodeJwt(String(access_token)).scope, (await introspect(access_token)).body.scope], [granted, granted, granted])
  assert.equal((await fhir(access_token, '/fhir/Observation')).status, 403)
})

test('O-22: system/ scopes are a client’s own: no person grants them, asked or not; a client gets what is registered', async () => {
  assert.equal((await authorize({ scope: 'system/*.cruds' })).get('error'), 'invalid_scope')
  const scope = 'openid system/*.cruds launch/patient patient/Patient.rs'
  const without = 'openid launch/patient patient/Patient.rs'
  const auth = { authorization_code: { redirect_uri: 'http://app.example/cb', token_format: 'jwt' } }
  for (const [id, first_party] of [
    ['asks', false],
    ['never-asks', true],
  ] as const) {
    await asRoot('PUT', `/Client/${id}`, { type: 'smart-app', first_party, grant_types: ['authorization_code'], auth })
    const bought = await buy(id, { scope })
    assert.deepEqual([bought.scope, decodeJwt(String(bought.access_token)).scope], [without, without], id)
  }
  const own = await token({ grant_type: 'client_credentials' }, basic('service', 'service-secret'))
  assert.equal(own.body.scope, 'system/Patient.rs')
  assert.equal((await fhir(own.body.access_token, '/fhir/Observation')).status, 403)
})

test('O-28: a token is revoked by its own client only; a refresh token takes its access tokens along', async () => {
  const { access_token, refresh_token } = await buy()
  for (const [form, headers, status] of [
    [{ client_id: 'other' }, {}, 400],
    [{}, basic('web', 'web-secret'), 400],
    [{}, basic('web', 'wrong'), 401],
    [{ client_id: 'nobody' }, {}, 401],
    [{}, {}, 400],
  ] as const) {
    assert.equal((await revoke(refresh_token, form, headers)).status, status)
    assert.equal((await revoke(access_token, form, headers)).status, status)
  }
  assert.equal((await fhir(access_token)).status, 200)
  const next = (await refresh(refresh_token)).body
  assert.deepEqual([(await revoke(next.refresh_token)).status, (await fhir(next.access_token)).status], [200, 401])
  assert.equal((await fhir(access_token)).status, 401)
  assert.equal((await refresh(next.refresh_token)).body.error, 'invalid_grant')
})

test('O-28: an access token alone leaves the refresh token; unknown and dead tokens are 200, a hint is no more than a hint', async () => {
  const { access_token, refresh_token } = await buy()
  assert.equal((await revoke(access_token, { client_id: 'app', token_type_hint: 'refresh_token' })).status, 200)
  assert.equal((await fhir(access_token)).status, 401)
  assert.equal((await refresh(refresh_token)).status, 200)
  for (const dead of [access_token, 'unknown', 'a.b.c']) assert.equal((await revoke(dead)).status, 200)
  assert.equal((await post('/auth/revoke', { client_id: 'app' })).status, 400)
})

test('O-29: the caller proves who it is; a public client cannot', async () => {
  const { access_token } = await buy()
  const ask = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    post('/auth/introspect', { token: String(access_token), ...form }, headers)
  assert.equal((await ask({})).status, 400)
  assert.equal((await ask({ client_id: 'app' })).status, 401)
  assert.equal((await ask({ client_id: 'api' })).status, 401)
  assert.equal((await ask({}, basic('api', 'wrong'))).status, 401)
  assert.equal((await ask({}, { authorization: `Bearer ${access_token}` })).status, 401)
  assert.equal((await ask({ client_id: 'api', client_secret: 'api-secret' })).status, 200)
  assert.equal((await post('/auth/introspect', {}, basic('api', 'api-secret'))).status, 400)
})

test('O-29: exactly {"active":false} for garbage, another box, another’s token, revoked, rotated and expired ones', async () => {
  const { access_token, refresh_token, id_token } = await buy()
  const twin = await createScenario()
  const foreign = await twin.buy()
  await twin.box.close()
  const revoked = await buy()
  await revoke(revoked.access_token)
  await refresh(refresh_token)
  for (const dead of ['garbage', 'a.b.c', foreign.access_token, foreign.refresh_token, revoked.access_token, refresh_token, id_token]) {
    assert.equal((await introspect(dead)).text, JSON.stringify(INACTIVE))
  }
  assert.equal((await introspect(access_token, basic('web', 'web-secret'))).text, JSON.stringify(INACTIVE), 'not its own')
  assert.equal((await introspect(access_token)).body.active, true)
  time.now += 3_600_000
  assert.equal((await introspect(access_token)).text, JSON.stringify(INACTIVE), 'expired')
})

test('O-29: an active token with the members of RFC 7662 and of SMART; sub and iss where an ID token was issued', async () => {
  const { access_token, refresh_token, id_token, scope, expires_in } = await buy('web', {
    scope: 'openid fhirUser launch/patient offline_access patient/Patient.rs',
  })
  const { body, headers } = await introspect(access_token)
  const { sub, iss } = decodeJwt(String(id_token))
  const now = time.now / 1_000
  assert.deepEqual(
    [body.active, body.scope, body.client_id, body.sub, body.iss, body.exp, body.iat, body.patient, body.token_type, body.fhirUser],
    [true, scope, 'web', sub, iss, now + Number(expires_in), now, 'p1', 'Bearer', 'https://box.example/fhir/Patient/p1'],
  )
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal((await introspect(access_token, basic('web', 'web-secret'))).body.active, true, 'a client its own')
  const kept = (await introspect(refresh_token)).body
  assert.deepEqual([kept.active, kept.token_type], [true, undefined])
})
