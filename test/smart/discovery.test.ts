// Discovery (SMART 2.2 §conformance, RFC 8414; aidbox-behaviour §5.1): complete, the same at every base, and in step with OpenID's.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const BASE = 'http://localhost:8080'
const box = await createBox({ bundles: ['test/smart/fixtures.yaml'], baseUrl: BASE, env: {} })
after(() => box.close())

const get = async (path: string) => {
  const response = await box.request(path, { headers: { origin: 'http://app.example', accept: 'application/json' } })
  return { response, body: (await response.json()) as Record<string, unknown> }
}

test('smart-configuration: the required members, at the root and under /fhir, readable by any page', async () => {
  const { response, body } = await get('/fhir/.well-known/smart-configuration')
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.equal(response.headers.get('access-control-allow-credentials'), null)
  assert.deepEqual((await get('/.well-known/smart-configuration')).body, body)
  assert.deepEqual(
    [body.issuer, body.authorization_endpoint, body.token_endpoint, body.introspection_endpoint, body.revocation_endpoint, body.jwks_uri],
    [BASE, ...['/auth/authorize', '/auth/token', '/auth/introspect', '/auth/revoke', '/.well-known/jwks.json'].map((path) => BASE + path)],
  )
  assert.deepEqual(body.code_challenge_methods_supported, ['S256'])
  assert.ok(String(body.grant_types_supported).includes('authorization_code'))
  assert.equal('associated_endpoints' in body, false)
})

test('the capabilities that (g)(10) asks of a standalone and of an EHR launch', async () => {
  const { body } = await get('/fhir/.well-known/smart-configuration')
  const capabilities = body.capabilities as readonly string[]
  for (const name of [
    ...['launch-standalone', 'launch-ehr', 'client-public', 'client-confidential-symmetric', 'client-confidential-asymmetric'],
    ...['sso-openid-connect', 'context-standalone-patient', 'context-banner', 'context-style', 'context-ehr-patient'],
    ...['context-ehr-encounter', 'permission-offline', 'permission-patient', 'permission-user', 'permission-v1', 'permission-v2'],
    'authorize-post',
  ]) {
    assert.ok(capabilities.includes(name), name)
  }
  // No picker for encounters, so this is not claimed.
  assert.ok(!capabilities.includes('context-standalone-encounter'))
})

test('what openid-configuration says too, it says alike', async () => {
  const smart = (await get('/.well-known/smart-configuration')).body
  const openid = (await get('/.well-known/openid-configuration')).body
  const shared = Object.keys(smart).filter((name) => name in openid)
  assert.ok(shared.length > 10)
  for (const name of shared) assert.deepEqual(smart[name], openid[name], name)
})

test('the CapabilityStatement names the same endpoints', async () => {
  const smart = (await get('/fhir/.well-known/smart-configuration')).body
  const text = JSON.stringify((await get('/fhir/metadata')).body)
  for (const name of ['authorization', 'token', 'introspection', 'revocation']) {
    assert.ok(text.includes(JSON.stringify(smart[`${name}_endpoint`])), name)
  }
})
