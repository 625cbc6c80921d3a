// A client's id and a user's are different names (security-requirements O-23; RFC 9700 §4.15), and nobody is who they say in a request (L-12).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Browser } from '../../box/browser.ts'
import { authorizeQuery, basic, bearer, createScenario } from './scenario.ts'

const { box, send, token, fhir, asRoot, authorize, redeem, buy, introspect } = await createScenario()
after(() => box.close())

test('O-23: a client named as a user gets nothing of the user: no policy, no userinfo, no identity', async () => {
  const headers = basic('amy', 'client-amy-secret')
  const { body } = await token({ grant_type: 'client_credentials' }, headers)
  for (const credential of [bearer(body.access_token), headers]) {
    assert.equal((await send('GET', '/fhir/Basic/note', credential)).status, 403)
    assert.equal((await send('GET', '/auth/userinfo', credential)).status, 401)
  }
  const seen = (await introspect(body.access_token)).body
  assert.deepEqual([seen.client_id, seen.username, seen.fhirUser, seen.patient], ['amy', undefined, undefined, undefined])
  assert.equal('id_token' in body, false)
})

test('O-23: the user’s policy is the user’s, through whichever app', async () => {
  const { access_token } = await buy('other', { scope: 'launch/patient patient/Basic.rs' })
  assert.equal((await fhir(access_token, '/fhir/Basic/note')).status, 200)
})

test('O-23: a user named as a client gets nothing of the client', async () => {
  assert.equal(
    (await asRoot('PUT', '/User/service', { password: 'service-password', fhirUser: { reference: 'Practitioner/d1' } })).status,
    201,
  )
  const answer = await authorize({ client_id: 'native', redirect_uri: 'http://127.0.0.1/cb', scope: 'openid' }, 'service')
  const { body } = await redeem(answer.get('code') ?? '', 'native', { redirect_uri: 'http://127.0.0.1/cb' })
  assert.equal((await introspect(body.access_token)).body.sub, 'service')
  // Client/service may read Patients by its policy; User/service may not.
  assert.equal((await fhir(body.access_token, '/fhir/Patient/p1')).status, 403)
  const own = await token({ grant_type: 'client_credentials' }, basic('service', 'service-secret'))
  assert.equal((await fhir(own.body.access_token, '/fhir/Patient/p1')).status, 200)
})

test('O-23: neither signs in as the other', async () => {
  const browser = new Browser(box)
  await browser.open(`/auth/authorize?${authorizeQuery()}`)
  await browser.submit({ username: 'web', password: 'web-secret' })
  assert.equal(browser.status, 401)
  const answer = await token({ grant_type: 'client_credentials' }, basic('dora', 'dora-password'))
  assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
})

/** What people put in requests in the hope that someone believes it. */
const CLAIMED: Readonly<Record<string, string>> = {
  user: 'dora',
  user_id: 'dora',
  userId: 'dora',
  sub: 'dora',
  username: 'dora',
  login_hint: 'dora',
  patient: 'p2',
  fhirUser: 'Practitioner/d1',
  client: 'service',
  tenant: 'b',
}
const HEADERS: Readonly<Record<string, string>> = {
  'x-user': 'dora',
  'x-user-id': 'dora',
  'x-forwarded-user': 'dora',
  'x-remote-user': 'dora',
  'remote-user': 'dora',
  'x-patient-id': 'p2',
  'x-patient': 'p2',
  'x-client-id': 'service',
  'x-tenant': 'b',
  'x-original-method': 'DELETE',
  'x-http-method-override': 'DELETE',
}

test('L-12: user, patient and client come from the session alone, at every step of the flow', async () => {
  const browser = new Browser(box)
  const query = authorizeQuery({ scope: 'openid fhirUser launch/patient patient/Patient.rs', prompt: 'consent', ...CLAIMED })
  await browser.open(`/auth/authorize?${query}`)
  await browser.submit({ ...CLAIMED, username: 'amy', password: 'amy-password' })
  await browser.submit({ ...CLAIMED, decision: 'allow' })
  const code = new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
  const { body } = await redeem(code, 'app', CLAIMED)
  const seen = (await introspect(body.access_token)).body
  assert.deepEqual([seen.sub, seen.client_id, seen.patient, body.patient], ['amy', 'app', 'p1', 'p1'])
  assert.equal((await send('GET', '/fhir/Patient/p2', { ...bearer(body.access_token), ...HEADERS })).status, 404)
  assert.equal((await send('GET', '/fhir/Patient/p1', { ...bearer(body.access_token), ...HEADERS })).status, 200)
  assert.equal((await send('GET', '/auth/userinfo', { ...bearer(body.access_token), ...HEADERS })).body.sub, 'amy')
})

test('L-12: headers alone are nobody', async () => {
  assert.equal((await send('GET', '/fhir/Patient/p2', HEADERS)).status, 401)
  assert.equal((await send('GET', '/auth/userinfo?user_id=amy', HEADERS)).status, 401)
  assert.equal((await token({ grant_type: 'client_credentials', ...CLAIMED }, HEADERS)).status, 400)
})
