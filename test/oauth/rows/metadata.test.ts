// What the box says of itself, and to whom (security-requirements O-05, O-06, O-27, O-30, O-31, H-05, H-10; RFC 8414, RFC 9449).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { authorizeEndpoints } from '../../../src/oauth/authorize/endpoints.ts'
import { tokenEndpoints } from '../../../src/oauth/endpoints.ts'
import { authorizeQuery, basic, bearer, createScenario, ISSUER } from './scenario.ts'

const { box, send, token, buy, fhir, authorize } = await createScenario()
after(() => box.close())

const DOCUMENTS = ['/.well-known/openid-configuration', '/.well-known/smart-configuration', '/fhir/.well-known/smart-configuration']
const PUBLIC = [...DOCUMENTS, '/.well-known/jwks.json', '/fhir/metadata', '/health']

test('O-30: one issuer, in the metadata, both tokens and iss, and every endpoint below it', async () => {
  const { access_token, id_token } = await buy()
  const said = [decodeJwt(String(access_token)).iss, decodeJwt(String(id_token)).iss, (await authorize()).get('iss')]
  said.push((await authorize({ response_type: 'token' })).get('iss') ?? undefined)
  for (const path of DOCUMENTS) {
    const { body } = await send('GET', path)
    said.push(String(body.issuer))
    for (const [name, value] of Object.entries(body)) {
      if (/_endpoint$|_uri$/.test(name)) assert.ok(String(value).startsWith(`${ISSUER}/`), name)
    }
  }
  assert.deepEqual(new Set(said), new Set([ISSUER]))
})

test('O-30, H-10: public and constant, to everybody and whatever Host, Forwarded or token comes along', async () => {
  const spoofed = {
    host: 'evil.example',
    forwarded: 'host=evil.example;proto=http',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-forwarded-prefix': '/evil',
    'x-original-url': '/evil',
  }
  for (const path of PUBLIC) {
    const plain = await send('GET', path)
    assert.equal(plain.status, 200, path)
    assert.equal((await send('GET', path, spoofed)).text, plain.text, path)
    assert.ok(!plain.text.includes('evil'), path)
    assert.equal(plain.headers.get('set-cookie'), null, path)
  }
  for (const path of [...DOCUMENTS, '/fhir/metadata']) {
    assert.equal((await send('GET', path, bearer('not-a-token'))).status, 200, `${path} asks for no credentials`)
  }
  const redirect = await send('GET', `/auth/authorize?${authorizeQuery()}`, spoofed)
  assert.match(redirect.headers.get('location') ?? '', /^\/auth\/authorize\?continue=/)
})

test('O-27: metadata, FHIR and the token family may be read from anywhere, without credentials', async () => {
  const origin = { origin: 'https://evil.example' }
  const family = tokenEndpoints.map(({ path, method }) => ({ path, method }))
  for (const { path, method } of [...PUBLIC.filter((one) => one !== '/health').map((one) => ({ path: one, method: 'GET' })), ...family]) {
    const [answer, preflight] = [await send(method, path, origin), await send('OPTIONS', path, origin)]
    for (const { headers } of [answer, preflight]) {
      assert.equal(headers.get('access-control-allow-origin'), '*', path)
      assert.equal(headers.get('access-control-allow-credentials'), null, path)
    }
    assert.equal(preflight.status, 204, path)
  }
})

test('O-27: no other site may read or pre-check authorize and the pages', async () => {
  const origin = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
  for (const { path, method } of authorizeEndpoints) {
    for (const answer of [await send(method, path, origin), await send('OPTIONS', path, origin)]) {
      assert.equal(answer.headers.get('access-control-allow-origin'), null, `${method} ${path}`)
    }
  }
})

test('O-27: origins that the operator names are echoed, others get nothing', async () => {
  const narrow = await createScenario({ corsOrigins: ['https://good.example'] })
  for (const path of ['/fhir/metadata', '/.well-known/smart-configuration']) {
    const good = await narrow.send('GET', path, { origin: 'https://good.example' })
    assert.deepEqual(
      [good.headers.get('access-control-allow-origin'), good.headers.get('access-control-allow-credentials')],
      ['https://good.example', null],
    )
    assert.match(good.headers.get('vary') ?? '', path.startsWith('/fhir') ? /Authorization.*Origin/ : /Origin/)
    for (const origin of ['https://evil.example', 'https://good.example.evil', 'null', 'http://good.example']) {
      const { headers } = await narrow.send('GET', path, { origin })
      assert.equal(headers.get('access-control-allow-origin'), null, origin)
      assert.match(headers.get('vary') ?? '', /Origin/, 'a cache must not give it to the good one')
    }
  }
  await narrow.box.close()
})

const proof = async () => {
  const { privateKey } = await generateKeyPair('ES256')
  return new SignJWT({ htm: 'POST', htu: `${ISSUER}/auth/token`, jti: 'p1' })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt' })
    .sign(privateKey)
}

test('O-31: DPoP is not offered: no metadata claims it, a proof changes nothing, the scheme DPoP opens nothing', async () => {
  for (const path of DOCUMENTS) assert.doesNotMatch((await send('GET', path)).text, /dpop/i, path)
  const dpop = await proof()
  const { status, body } = await token({ grant_type: 'client_credentials' }, { ...basic('service', 'service-secret'), dpop })
  assert.deepEqual([status, body.token_type], [200, 'Bearer'])
  assert.equal('cnf' in decodeJwt(String(body.access_token)), false)
  const refused = await send('GET', '/fhir/Patient/p1', { authorization: `DPoP ${body.access_token}`, dpop })
  assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer'])
  assert.equal((await send('GET', '/fhir/Patient/p1', { ...bearer(body.access_token), dpop })).status, 200)
  assert.equal((await fhir(body.access_token)).status, 200)
})
