// The thin slice, end to end in one process: demo bundle → tables → login → consent → code → token → read and search.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from './browser.ts'

const box = await createBox({ bundles: ['bundles/demo'], baseUrl: 'http://localhost:8080', env: {} })
after(() => box.close())

const AUTHORIZE = {
  response_type: 'code',
  client_id: 'demo-app',
  redirect_uri: 'http://localhost:8080/demo/',
  scope: 'openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs',
  state: 's1',
  aud: 'http://localhost:8080/fhir',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

const redeem = async (code: string) => {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: AUTHORIZE.redirect_uri,
    client_id: 'demo-app',
    code_verifier: VERIFIER,
  })
  const response = await box.request('/auth/token', { method: 'POST', body })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a patient launches the app standalone, unticks nothing, and it reads exactly their record', async () => {
  assert.deepEqual(box.diagnostics, [])
  const browser = new Browser(box)
  const login = await browser.open(`/auth/authorize?${new URLSearchParams(AUTHORIZE)}`)
  assert.match(login, /name="username"/)
  const consent = await browser.submit({ username: 'amy', password: 'amy-demo-password' })
  assert.match(consent, /name="scope"/)
  await browser.submit({ decision: 'allow' })
  const answer = new URL(browser.redirected ?? '')
  assert.equal(answer.searchParams.get('state'), 's1')
  assert.equal(answer.searchParams.get('iss'), 'http://localhost:8080')
  const { status, body } = await redeem(answer.searchParams.get('code') ?? '')
  assert.equal(status, 200)
  assert.equal(body.patient, 'amy')
  assert.equal(body.token_type, 'Bearer')
  const headers = { authorization: `Bearer ${body.access_token}` }
  const read = await box.request('/fhir/Patient/amy', { headers })
  assert.equal(read.status, 200)
  assert.equal(((await read.json()) as { id: string }).id, 'amy')
  assert.equal((await box.request('/fhir/Patient/ben', { headers })).status, 404)
  assert.equal((await box.request('/fhir/Condition/amy-condition', { headers })).status, 403)
  const search = await box.request('/fhir/Observation?code=http://loinc.org|8867-4', { headers })
  assert.equal(search.status, 200)
  const { entry } = (await search.json()) as { entry: { resource: { subject: { reference: string } } }[] }
  assert.ok(entry.length > 0)
  assert.ok(entry.every(({ resource }) => resource.subject.reference === 'Patient/amy'))
})

test('no token: 401 with a challenge; a made-up token: 401', async () => {
  const anonymous = await box.request('/fhir/Patient/amy')
  assert.equal(anonymous.status, 401)
  assert.match(anonymous.headers.get('www-authenticate') ?? '', /^Bearer/)
  assert.equal((await box.request('/fhir/Patient/amy', { headers: { authorization: 'Bearer x' } })).status, 401)
})
