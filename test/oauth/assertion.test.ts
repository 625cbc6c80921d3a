// private_key_jwt (security-requirements O-20, O-21, J-09) and SMART Backend Services (O-26).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { JWT_BEARER } from '../../src/oauth/client/assertion.ts'
import type { Client } from '../../src/oauth/types/client.ts'
import { createTestBox, ISSUER } from './box.ts'

const JWKS_URI = 'https://keys.example/jwks.json'
const pair = await generateKeyPair('RS384', { extractable: true })
const other = await generateKeyPair('RS384')
const jwk = { ...(await exportJWK(pair.publicKey)), kty: 'RSA', kid: 'k1', alg: 'RS384' }
const backend: Client = {
  resourceType: 'Client',
  id: 'backend',
  type: 'bulk-api-client',
  grant_types: ['client_credentials'],
  scope: ['system/Patient.rs'],
  jwks_uri: JWKS_URI,
  auth: { client_credentials: { client_assertion_types: [JWT_BEARER], token_format: 'jwt', access_token_expiration: 3_600 } },
}

const createBackend = async () => {
  const endpoint = { calls: 0, up: true }
  const box = await createTestBox([backend], async () => {
    endpoint.calls += 1
    return new Response(JSON.stringify({ keys: [jwk] }), { status: endpoint.up ? 200 : 503 })
  })
  let count = 0
  const assertion = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key = pair.privateKey) => {
    count += 1
    const now = Math.floor(box.time.now / 1_000)
    const all = { iss: 'backend', sub: 'backend', aud: `${ISSUER}/auth/token`, exp: now + 300, jti: `j${count}`, ...claims }
    return new SignJWT(all).setProtectedHeader({ alg: 'RS384', kid: 'k1', typ: 'JWT', ...header }).sign(key)
  }
  const ask = (client_assertion: string, more: Record<string, string> = {}) =>
    box.post('/auth/token', {
      grant_type: 'client_credentials',
      scope: 'system/Patient.rs offline_access',
      client_assertion_type: JWT_BEARER,
      client_assertion,
      ...more,
    })
  return { box, endpoint, assertion, ask }
}

test('O-26: a token of at most 300 s without a refresh token; jti counts once', async () => {
  const { assertion, ask } = await createBackend()
  const jwt = await assertion({ aud: ISSUER })
  const { status, body } = await ask(jwt)
  assert.deepEqual([status, body.expires_in, body.refresh_token, body.need_patient_banner], [200, 300, undefined, true])
  const again = await ask(jwt)
  assert.deepEqual([again.status, again.body.error], [401, 'invalid_client'])
})

test('O-20, O-21: what an assertion may not be', async () => {
  const { box, endpoint, assertion, ask } = await createBackend()
  const now = Math.floor(box.time.now / 1_000)
  const bad = [
    assertion({ iss: 'other' }),
    assertion({ sub: 'public' }),
    assertion({ aud: 'https://evil' }),
    assertion({ aud: [ISSUER, 'https://evil'] }),
    assertion({ exp: now - 61 }),
    assertion({ exp: now + 361 }),
    assertion({ exp: String(now + 60) }),
    assertion({ exp: undefined }),
    assertion({ nbf: now + 120 }),
    assertion({ jti: undefined }),
    assertion({}, { kid: 'k2' }),
    assertion({}, { typ: 'at+jwt' }),
    assertion({}, { jku: 'https://evil/jwks.json' }),
    assertion({}, { jwk }),
    assertion({}, {}, other.privateKey),
  ]
  for (const [index, jwt] of bad.entries()) {
    const { status, body } = await ask(await jwt)
    assert.deepEqual([status, body.error], [401, 'invalid_client'], `row ${index}`)
  }
  assert.equal(endpoint.calls, 1)
  assert.equal((await ask(await assertion(), { client_assertion_type: 'urn:x' })).status, 400)
  assert.equal((await box.post('/auth/token', { grant_type: 'client_credentials', client_id: 'backend', client_secret: 'x' })).status, 401)
  assert.equal((await ask(await assertion())).status, 200)
})

test('J-09: an unknown kid asks again at most once a minute; the last good keys outlive an outage', async () => {
  const { box, endpoint, assertion, ask } = await createBackend()
  assert.equal((await ask(await assertion())).status, 200)
  box.time.now += 60_000
  await ask(await assertion({}, { kid: 'k2' }))
  await ask(await assertion({}, { kid: 'k3' }))
  assert.equal(endpoint.calls, 2)
  endpoint.up = false
  box.time.now += 600_000
  assert.equal((await ask(await assertion())).status, 200)
  assert.equal(endpoint.calls, 3)
})
