// OpenID Connect: discovery, ID token, userinfo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { openidEndpoints } from '../../src/openid/endpoints.ts'
import { bearer, createTestBox, ISSUER, request, responseOf } from '../oauth/box.ts'

const get = async (box: Awaited<ReturnType<typeof createTestBox>>, path: string, headers: Record<string, string> = {}) => {
  const endpoint = openidEndpoints.find((one) => one.path === path && one.method === 'GET')
  assert.ok(endpoint)
  const response = responseOf(await endpoint.handle(request(path, { method: 'GET', headers }), box.provider))
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('discovery names the issuer, S256 only, and iss in responses (O-05, O-06, O-30)', async () => {
  const { body } = await get(await createTestBox(), '/.well-known/openid-configuration')
  assert.equal(body.issuer, ISSUER)
  assert.deepEqual(body.code_challenge_methods_supported, ['S256'])
  assert.equal(body.authorization_response_iss_parameter_supported, true)
  assert.equal(body.jwks_uri, `${ISSUER}/.well-known/jwks.json`)
})

test('the ID token verifies with the published keys and says who, when and for whom', async () => {
  const box = await createTestBox()
  await box.issueCode('c', { nonce: 'n', auth_time: 1_699_999_999, acr: '1' })
  const { body } = await box.redeem('c')
  const { body: jwks } = await get(box, '/.well-known/jwks.json')
  const keys = createLocalJWKSet({ keys: Array.isArray(jwks.keys) ? jwks.keys : [] })
  const options = { issuer: ISSUER, audience: 'public', currentDate: new Date(box.time.now), typ: 'JWT' }
  const { payload, protectedHeader } = await jwtVerify(String(body.id_token), keys, options)
  assert.equal(protectedHeader.alg, 'RS256')
  assert.deepEqual(
    [payload.sub, payload.nonce, payload.auth_time, payload.acr, payload.email, payload.fhirUser],
    ['amy', 'n', 1_699_999_999, '1', 'amy@example.com', `${ISSUER}/fhir/Patient/p1`],
  )
})

test('userinfo: the user without secrets, for tokens with openid', async () => {
  const box = await createTestBox()
  await box.issueCode('c')
  await box.issueCode('d', { scope: ['patient/Patient.rs'] })
  const { body } = await get(box, '/auth/userinfo', bearer((await box.redeem('c')).body.access_token))
  assert.deepEqual([body.sub, body.password, body.fhirUser], ['amy', undefined, { id: 'p1', resourceType: 'Patient' }])
  assert.equal((await get(box, '/auth/userinfo', bearer((await box.redeem('d')).body.access_token))).status, 403)
  assert.equal((await get(box, '/auth/userinfo')).status, 401)
})
