// Bearer tokens at the FHIR API and userinfo of a whole box (security-requirements B-01 to B-04; RFC 6750 §2, §3).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { basic, bearer, createScenario, FORM, ISSUER } from './scenario.ts'

const { box, time, send, buy, fhir, browserOf } = await createScenario()
after(() => box.close())

/** Where a bearer token opens something. */
const PROTECTED = ['/fhir/Patient/p1', '/fhir/Patient', '/Patient/p1', '/auth/userinfo', '/fhir/Observation/never-existed', '/fhir']

test('B-01: nobody is told to bring a token, and of no error; the body is the protocol’s own', async () => {
  for (const path of PROTECTED.filter((one) => one !== '/fhir')) {
    const { status, headers, text } = await send('GET', path)
    assert.equal(status, 401, path)
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer(?! error)/, path)
    assert.doesNotMatch(headers.get('www-authenticate') ?? '', /error/, path)
    assert.doesNotMatch(text, /\n\s+at |SELECT/, path)
  }
})

test('B-01: a token that is bad, expired or of another kind is invalid_token, alike on all of them', async () => {
  const { access_token, refresh_token, id_token } = await buy()
  const bad = ['x', 'a.b.c', refresh_token, id_token, `${access_token}x`, 'x'.repeat(10_000)]
  for (const token of bad) {
    const answers = await Promise.all(PROTECTED.map((path) => send('GET', path, bearer(token))))
    for (const { status, headers } of answers) {
      assert.equal(status, 401, String(token).slice(0, 20))
      assert.match(headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/, String(token).slice(0, 20))
    }
  }
  assert.equal((await fhir(access_token)).status, 200)
  time.now += 3_600_000
  assert.match((await fhir(access_token)).headers.get('www-authenticate') ?? '', /error="invalid_token"/)
})

test('B-01: what the scope does not cover is 403 insufficient_scope, for a type and for a method', async () => {
  const { access_token } = await buy('app', { scope: 'launch/patient patient/Patient.r' })
  const put = { ...bearer(access_token), 'content-type': 'application/fhir+json' }
  for (const answer of [
    await fhir(access_token, '/fhir/Observation/lab'),
    await fhir(access_token, '/fhir/Patient'),
    await send('PUT', '/fhir/Patient/p1', put, '{"resourceType":"Patient","id":"p1"}'),
    await fhir(access_token, '/auth/userinfo'),
  ]) {
    assert.equal(answer.status, 403)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer .*error="insufficient_scope"/)
  }
})

test('B-02: a token in the query or in a form is refused, in the header’s company too', async () => {
  const { access_token } = await buy()
  const query = `access_token=${access_token}`
  for (const headers of [{}, bearer(access_token)]) {
    for (const path of ['/fhir/Patient/p1', '/fhir/Patient', '/auth/userinfo', '/Patient/p1']) {
      assert.equal((await send('GET', `${path}?${query}`, headers)).status, 400, path)
    }
  }
  assert.equal((await send('POST', '/auth/userinfo', FORM, query)).status, 400)
  assert.equal((await send('POST', '/fhir/Patient/_search', FORM, query)).status, 400)
  assert.equal((await send('POST', '/fhir/Patient/_search', { ...FORM, ...bearer(access_token) }, query)).status, 400)
  assert.equal((await send('POST', '/auth/userinfo', { ...FORM, ...bearer(access_token) }, query)).status, 400)
})

test('B-03: one credential, of a scheme that there is', async () => {
  const { access_token } = await buy()
  const both = `Bearer ${access_token}`
  const rows: ReadonlyArray<readonly [authorization: string, status: number]> = [
    [`${both}, ${both}`, 400],
    [`${both}, Basic eDp5`, 400],
    [`Token ${access_token}`, 401],
    [`DPoP ${access_token}`, 401],
    [`MAC ${access_token}`, 401],
    [String(access_token), 401],
    ['Bearer', 401],
    ['Bearer  ', 401],
    [`Bearer ${access_token} x`, 401],
    [`bearer ${access_token}`, 200],
  ]
  for (const [authorization, status] of rows) {
    assert.equal(
      (await send('GET', '/fhir/Patient/p1', { authorization })).status,
      status,
      authorization.replace(String(access_token), '…'),
    )
  }
  assert.equal((await send('GET', '/fhir/Patient/p1', basic('app', ''))).status, 401, 'Basic is for clients whose grant_types name it')
})

test('B-04: the FHIR API, userinfo and the token family know no cookie; a signed-in browser is nobody there', async () => {
  await buy()
  const browser = browserOf('amy')
  const { cookie } = browser
  assert.match(cookie, /__Host-emberbox_login=/)
  const headers = { cookie, origin: ISSUER, 'sec-fetch-site': 'same-origin' }
  for (const path of PROTECTED.filter((one) => one !== '/fhir')) assert.equal((await send('GET', path, headers)).status, 401, path)
  assert.equal(
    (await send('POST', '/fhir/Patient', { ...headers, 'content-type': 'application/fhir+json' }, '{"resourceType":"Patient"}')).status,
    401,
  )
  assert.equal((await send('POST', '/auth/token', { ...headers, ...FORM }, 'grant_type=client_credentials')).status, 400)
  assert.equal((await send('DELETE', '/Session', headers)).status, 401)
})
