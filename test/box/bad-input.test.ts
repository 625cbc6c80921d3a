// Bad input on the whole box (issue 3, Done 6): the documented 4xx, nothing written, no stack (security-requirements H-01 to H-08, O-01, O-04).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE } from './browser.ts'

const box = await createBox({
  bundles: ['bundles/demo'],
  baseUrl: 'http://localhost:8080',
  rootClientSecret: 'root-secret',
  maxBody: 20_000,
  env: {},
})
after(() => box.close())
const ROOT = { authorization: `Basic ${btoa('root:root-secret')}` }
const JSON_TYPE = { 'content-type': 'application/fhir+json' }

const send = async (method: string, path: string, body: string, headers: Record<string, string> = JSON_TYPE) => {
  const response = await box.request(path, { method, body, headers: { ...ROOT, ...headers } })
  const text = await response.text()
  assert.doesNotMatch(text, /\n\s+at |SELECT|node_modules|\/src\//, 'nothing of the inside')
  return { status: response.status, text }
}

test('bodies: malformed, repeated keys, __proto__, too deep, invalid UTF-8, a number without end, a comment: 400 and an OperationOutcome', async () => {
  const before = await box.counts()
  const deep = `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`
  for (const body of [
    '{"resourceType":"Patient"',
    '{"resourceType":"Patient","gender":"male","gender":"female"}',
    '{"resourceType":"Patient","__proto__":{"active":true}}',
    `{"resourceType":"Patient","extension":${deep}}`,
    '{"resourceType":"Patient","multipleBirthInteger":1e400}',
    '{"resourceType":"Patient" /* note */}',
    '[]',
    'null',
    '',
  ]) {
    const { status, text } = await send('POST', '/fhir/Patient', body)
    assert.equal(status, 400, body.slice(0, 60))
    assert.equal(JSON.parse(text).resourceType, 'OperationOutcome')
  }
  assert.equal((await send('POST', '/fhir/Patient', '{"resourceType":"Observation"}')).status, 400, 'another type')
  assert.equal((await send('PUT', '/fhir/Patient/x', '{"resourceType":"Patient","id":"y"}')).status, 400, 'another id')
  assert.deepEqual(await box.counts(), before)
})

test('an oversize body is 413, an unknown type 404, an unknown parameter 400, a wrong method 405, XML 415', async () => {
  assert.equal((await send('POST', '/fhir/Patient', `{"resourceType":"Patient","language":"${'x'.repeat(30_000)}"}`)).status, 413)
  assert.equal((await send('POST', '/fhir/Pateint', '{}')).status, 404)
  assert.equal((await box.request('/fhir/Patient?nmae=x', { headers: ROOT })).status, 400)
  assert.equal((await box.request('/fhir/Patient?birthdate=never', { headers: ROOT })).status, 400)
  assert.equal((await send('PUT', '/fhir/Patient', '{"resourceType":"Patient"}')).status >= 400, true)
  assert.equal((await send('POST', '/fhir/Patient', '<Patient/>', { 'content-type': 'application/fhir+xml' })).status, 415)
  assert.equal((await box.request('/fhir/Patient/amy', { method: 'POST', body: '{}', headers: { ...ROOT, ...JSON_TYPE } })).status, 405)
})

const AUTHORIZE = {
  response_type: 'code',
  client_id: 'demo-app',
  redirect_uri: 'http://localhost:8080/demo/',
  scope: 'openid patient/Patient.rs launch/patient',
  state: 's1',
  aud: 'http://localhost:8080/fhir',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

test('O-01, O-02, O-04: a foreign redirect_uri and an unknown client are pages; repeated parameters never pass', async () => {
  const browser = new Browser(box)
  const open = async (change: Record<string, string>, more = '') => {
    browser.redirected = undefined
    await browser.open(`/auth/authorize?${new URLSearchParams({ ...AUTHORIZE, ...change })}${more}`)
    return { status: browser.status, redirected: browser.redirected }
  }
  for (const uri of [
    'https://evil.example/',
    'http://localhost:8080/demo',
    'http://localhost:8080/demo/?x=1',
    'http://localhost:8080/Demo/',
  ]) {
    assert.deepEqual(await open({ redirect_uri: uri }), { status: 400, redirected: undefined }, uri)
  }
  assert.deepEqual(await open({ client_id: 'nobody' }), { status: 400, redirected: undefined })
  const repeated = await open({}, '&scope=openid')
  assert.match(repeated.redirected ?? '', /error=invalid_request/)
  assert.deepEqual(await open({}, '&redirect_uri=https%3A%2F%2Fevil.example%2F'), { status: 400, redirected: undefined })
})

test('a code that is unknown is invalid_grant; a repeated parameter at the token endpoint invalid_request; nothing is a 5xx', async () => {
  const token = async (body: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await box.request('/auth/token', { method: 'POST', body, headers })
    return { status: response.status, error: ((await response.json()) as { error: string }).error }
  }
  const form = 'grant_type=authorization_code&client_id=demo-app&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fdemo%2F&code_verifier='
  assert.deepEqual(await token(`${form}${'v'.repeat(43)}&code=expired-or-never`), { status: 400, error: 'invalid_grant' })
  assert.deepEqual(await token(`${form}&code=a&code=b`), { status: 400, error: 'invalid_request' })
  assert.deepEqual(await token('grant_type=implicit'), { status: 400, error: 'unsupported_grant_type' })
  assert.equal((await token('%zz=1')).status, 400)
})
