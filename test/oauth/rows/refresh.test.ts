// Refresh tokens on a whole box (security-requirements O-12, O-13, L-13; RFC 6749 §6, RFC 9700 §4.14).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { basic, createScenario } from './scenario.ts'

const scenario = await createScenario()
const { box, time, buy, refresh, token, fhir, asRoot, authorize, introspect } = scenario
after(() => box.close())

const DAY = 86_400_000
const refused = async (answer: ReturnType<typeof refresh>, name: string, error = 'invalid_grant'): Promise<void> => {
  const { status, body } = await answer
  assert.deepEqual([status, body.error, body.access_token], [400, error, undefined], name)
}

test('O-12: a refresh token is of its client only, whoever else presents it', async () => {
  const { refresh_token } = await buy()
  await refused(refresh(refresh_token, 'other'), 'another public client')
  await refused(refresh(refresh_token, 'web'), 'a confidential client')
  assert.equal((await refresh(refresh_token)).status, 200)
  const web = await buy('web')
  const asPublic = await token({ grant_type: 'refresh_token', refresh_token: String(web.refresh_token), client_id: 'web' })
  assert.deepEqual([asPublic.status, asPublic.body.error], [401, 'invalid_client'], 'without its secret')
})

test('O-12: a public client’s rotates; the old one kills the family, new access tokens included', async () => {
  const first = await buy()
  const second = (await refresh(first.refresh_token)).body
  const third = (await refresh(second.refresh_token)).body
  assert.equal(new Set([first, second, third].map((one) => one.refresh_token)).size, 3)
  assert.equal((await fhir(third.access_token)).status, 200)
  await refused(refresh(first.refresh_token), 'reuse')
  await refused(refresh(third.refresh_token), 'the newest')
  for (const { access_token } of [first, second, third]) assert.equal((await fhir(access_token)).status, 401)
})

test('O-12: of 50 parallel refreshes one wins, and then the family is dead', async () => {
  const { refresh_token } = await buy()
  const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
  const won = answers.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  assert.equal((await fhir(won[0]?.body.access_token)).status, 401)
  await refused(refresh(won[0]?.body.refresh_token), 'what was won')
})

test('O-12: a confidential client’s stays; 180 days after its last use it is dead', async () => {
  const { refresh_token } = await buy('web')
  time.now += 179 * DAY
  const renewed = await refresh(refresh_token, 'web')
  assert.deepEqual([renewed.status, renewed.body.refresh_token], [200, undefined])
  time.now += 179 * DAY
  assert.equal((await refresh(refresh_token, 'web')).status, 200)
  time.now += 180 * DAY
  await refused(refresh(refresh_token, 'web'), 'unused for 180 days')
})

test('O-12: scope shrinks for one access token and never grows; context and atv are kept', async () => {
  const { refresh_token, scope, patient } = await buy('web')
  const narrow = await refresh(refresh_token, 'web', { scope: 'openid' })
  assert.deepEqual([narrow.status, narrow.body.scope], [200, 'openid'])
  assert.equal((await fhir(narrow.body.access_token)).status, 403)
  const whole = await refresh(refresh_token, 'web')
  assert.deepEqual([whole.body.scope, whole.body.patient], [scope, patient])
  const seen = (await introspect(whole.body.access_token)).body
  assert.deepEqual([seen.scope, seen.patient], [scope, 'p1'])
  for (const wider of ['patient/*.rs', 'patient/Observation.rs', `${scope} user/Patient.rs`, 'patient/Patient.cruds', 'foo']) {
    await refused(refresh(refresh_token, 'web', { scope: wider }), wider, 'invalid_scope')
  }
})

test('O-12: an access token, a code or an ID token is no refresh token', async () => {
  const bought = await buy('web')
  for (const wrong of [bought.access_token, bought.id_token, '', 'a.b.c']) {
    assert.equal((await refresh(wrong, 'web')).status, 400)
  }
})

/** What ends a grant, each on an app of its own that amy used. */
const ENDINGS: ReadonlyArray<readonly [name: string, act: (client: string) => Promise<unknown>]> = [
  [
    'consent taken back',
    async (client) => {
      const { body } = await asRoot('GET', '/fhir/Grant?_count=100')
      const entries = body.entry as ReadonlyArray<{
        readonly resource: { readonly id: string; readonly client: { readonly reference: string } }
      }>
      for (const { resource } of entries) {
        if (resource.client.reference === `Client/${client}`) await asRoot('DELETE', `/fhir/Grant/${resource.id}`)
      }
    },
  ],
  ['client deleted', (client) => asRoot('DELETE', `/fhir/Client/${client}`)],
  ['client switched off', (client) => asRoot('PUT', `/Client/${client}`, { ...guest, active: false })],
]
const guest = {
  type: 'smart-app',
  grant_types: ['authorization_code'],
  auth: { authorization_code: { redirect_uri: 'http://app.example/cb', token_format: 'jwt', refresh_token: true } },
}

test('O-13: consent revoked, client deleted or switched off: refresh and access are dead at once', async () => {
  for (const [index, [name, act]] of ENDINGS.entries()) {
    const client = `guest-${index}`
    assert.equal((await asRoot('PUT', `/Client/${client}`, guest)).status, 201)
    const bought = await buy(client, { redirect_uri: 'http://app.example/cb' })
    assert.equal((await introspect(bought.access_token)).body.active, true, name)
    await act(client)
    const { status, body } = await refresh(bought.refresh_token, client)
    assert.ok(status >= 400 && ['invalid_grant', 'invalid_client'].includes(String(body.error)), `${name}: ${status}`)
    assert.equal((await fhir(bought.access_token)).status, 401, name)
    assert.deepEqual((await introspect(bought.access_token)).body, { active: false }, name)
  }
})

test('O-13, L-13: a person who is disabled is out by the next request: browser, access and refresh token', async () => {
  const carl = { userName: 'carl', password: 'carl-password', fhirUser: { reference: 'Patient/p2' } }
  assert.equal((await asRoot('PUT', '/User/carl', carl)).status, 201)
  const bought = await buy('web', {}, 'carl')
  assert.equal((await fhir(bought.access_token, '/fhir/Patient/p2')).status, 200)
  assert.equal((await asRoot('PUT', '/User/carl', { ...carl, inactive: true })).status, 200)
  assert.equal((await fhir(bought.access_token, '/fhir/Patient/p2')).status, 401)
  await refused(refresh(bought.refresh_token, 'web'), 'refresh')
  const silent = await authorize({ client_id: 'web', prompt: 'none' }, 'carl')
  assert.equal(silent.get('error'), 'login_required')
})

test('O-13: signing out ends online_access and plain access, offline_access outlives it', async () => {
  const online = await buy('app', { scope: 'online_access launch/patient patient/Patient.rs' }, 'amy')
  const offline = await buy('web', { scope: 'offline_access launch/patient patient/Patient.rs' }, 'amy')
  assert.equal(typeof online.refresh_token, 'string')
  const browser = scenario.browserOf('amy')
  await browser.open('/auth/logout')
  await browser.submit({})
  assert.match(browser.page, /signed out/)
  await refused(refresh(online.refresh_token), 'online')
  assert.equal((await fhir(online.access_token)).status, 401)
  assert.equal((await refresh(offline.refresh_token, 'web')).status, 200)
  assert.equal((await fhir(offline.access_token)).status, 200)
})

test('O-13: nobody is given a refresh token who did not ask, or whose client may not', async () => {
  const plain = await buy('app', { scope: 'launch/patient patient/Patient.rs' })
  assert.equal('refresh_token' in plain, false)
  const own = await token({ grant_type: 'client_credentials', scope: 'system/Patient.rs' }, basic('service', 'service-secret'))
  assert.equal('refresh_token' in own.body, false)
})
