// The token endpoint's own rules on a whole box (security-requirements O-04, O-18, O-19, O-25, O-26; RFC 6749 §2.3, §3.2, §5.2).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { JWT_BEARER } from '../../../src/oauth/client/assertion.ts'
import { type Answer, basic, createScenario, FORM } from './scenario.ts'

const { box, send, token, post } = await createScenario()
after(() => box.close())

const SERVICE = { client_id: 'service', client_secret: 'service-secret' }
const BASIC = basic('service', 'service-secret')
const OWN = { grant_type: 'client_credentials' }
type Row = readonly [name: string, answer: Promise<Answer>, status: number, error: string]

const check = async (rows: readonly Row[]): Promise<void> => {
  for (const [name, answer, status, error] of rows) {
    const { status: got, body, headers } = await answer
    assert.deepEqual([got, body.error, body.access_token], [status, error, undefined], name)
    assert.equal(headers.get('cache-control'), 'no-store', name)
    assert.equal(typeof body.error_description, 'string', name)
    if (got === 401) assert.match(headers.get('www-authenticate') ?? '', /^Basic realm=/, name)
  }
}

test('O-18: POST only, the body only, in UTF-8 and of a form that is read one way', async () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const { status, headers } = await send(method, '/auth/token', BASIC)
    assert.deepEqual([status, headers.get('allow')], [405, 'POST'], method)
  }
  const raw = (body: string, type: string) => send('POST', '/auth/token', { ...BASIC, 'content-type': type }, body)
  const form = 'grant_type=client_credentials'
  await check([
    ['credentials in the query', post('/auth/token?client_secret=service-secret&client_id=service', OWN), 400, 'invalid_request'],
    ['anything in the query', post('/auth/token?x=1', { ...OWN, ...SERVICE }), 400, 'invalid_request'],
    ['text/plain', raw(form, 'text/plain'), 415, 'invalid_request'],
    ['multipart', raw(form, 'multipart/form-data; boundary=x'), 415, 'invalid_request'],
    ['no type', raw(form, ''), 415, 'invalid_request'],
    ['UTF-16', raw(form, 'application/x-www-form-urlencoded; charset=utf-16'), 415, 'invalid_request'],
    ['a malformed escape', raw(`${form}&scope=%zz`, FORM['content-type']), 400, 'invalid_request'],
    ['invalid UTF-8', raw(`${form}&scope=%ff`, FORM['content-type']), 400, 'invalid_request'],
    ['a NUL', raw(`${form}&scope=%00`, FORM['content-type']), 400, 'invalid_request'],
    ['JSON cut short', raw('{"grant_type":', 'application/json'), 400, 'invalid_request'],
    [
      'JSON with a repeated member',
      raw('{"grant_type":"x","grant_type":"client_credentials"}', 'application/json'),
      400,
      'invalid_request',
    ],
    ['JSON with __proto__', raw('{"__proto__":{"grant_type":"client_credentials"}}', 'application/json'), 400, 'invalid_request'],
    ['a JSON array', raw('[]', 'application/json'), 400, 'invalid_request'],
    ['YAML with a repeated key', raw('grant_type: x\ngrant_type: client_credentials', 'text/yaml'), 400, 'invalid_request'],
  ])
})

test('O-04: a repeated parameter is invalid_request, also when both say the same', async () => {
  const form = `${new URLSearchParams({ ...OWN, ...SERVICE })}`
  const twice = (name: string, value: string) => send('POST', '/auth/token', FORM, `${form}&${name}=${value}`)
  await check([
    ['grant_type', twice('grant_type', 'client_credentials'), 400, 'invalid_request'],
    ['client_id', twice('client_id', 'service'), 400, 'invalid_request'],
    ['client_secret', twice('client_secret', 'service-secret'), 400, 'invalid_request'],
    ['written otherwise', twice('%67rant_type', 'client_credentials'), 400, 'invalid_request'],
    ['scope', send('POST', '/auth/token', FORM, `${form}&scope=a&scope=b`), 400, 'invalid_request'],
  ])
})

test('O-19: exactly one method of authentication, and the registered one', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unproved = `${part({ alg: 'RS384' })}.${part({ iss: 'service', sub: 'service' })}.AAAA`
  const assertion = { client_assertion_type: JWT_BEARER, client_assertion: unproved }
  const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://web.example/cb' }
  await check([
    ['Basic and body', token({ ...OWN, ...SERVICE }, BASIC), 400, 'invalid_request'],
    ['body and assertion', token({ ...OWN, ...SERVICE, ...assertion }), 400, 'invalid_request'],
    ['Basic and assertion', token({ ...OWN, ...assertion }, BASIC), 400, 'invalid_request'],
    ['another client_id than Basic’s', token({ ...OWN, client_id: 'web' }, BASIC), 400, 'invalid_request'],
    ['a bearer token', token(OWN, { authorization: 'Bearer x' }), 401, 'invalid_client'],
    ['two credentials', token(OWN, { authorization: `${BASIC.authorization}, ${BASIC.authorization}` }), 400, 'invalid_request'],
    ['a scheme that is none', token(OWN, { authorization: 'Basic' }), 401, 'invalid_client'],
    ['another scheme', token(OWN, { authorization: 'Digest x' }), 401, 'invalid_client'],
    ['Basic that is not base64', token(OWN, { authorization: 'Basic ???' }), 400, 'invalid_request'],
    ['nobody', token(OWN), 400, 'invalid_request'],
    ['no proof', token({ ...OWN, client_id: 'service' }), 401, 'invalid_client'],
    ['a wrong secret', token(OWN, basic('service', 'wrong')), 401, 'invalid_client'],
    ['a wrong secret in the body', token({ ...OWN, ...SERVICE, client_secret: 'wrong' }), 401, 'invalid_client'],
    ['an empty secret', token(OWN, basic('service', '')), 401, 'invalid_client'],
    ['the stored hash of the secret', token(OWN, basic('service', `$sha256$${'A'.repeat(43)}`)), 401, 'invalid_client'],
    ['an unknown client', token(OWN, basic('nobody', 'x')), 401, 'invalid_client'],
    ['an inactive client', token(OWN, basic('off', 'off-secret')), 401, 'invalid_client'],
    ['a secret for an asymmetric client', token({ ...OWN, client_id: 'backend', client_secret: 'x' }), 401, 'invalid_client'],
    ['an asymmetric client that says only its name', token({ ...OWN, client_id: 'backend' }), 401, 'invalid_client'],
    ['an assertion for a client with a secret', token({ ...OWN, client_id: 'service', ...assertion }), 401, 'invalid_client'],
    ['a confidential app as a public one', token({ ...code, client_id: 'web' }), 401, 'invalid_client'],
    ['a confidential app with a wrong secret', token(code, basic('web', 'wrong')), 401, 'invalid_client'],
    ['another type of assertion', token({ ...OWN, ...assertion, client_assertion_type: 'urn:x' }), 400, 'invalid_request'],
  ])
})

test('O-19: an unknown client, a wrong secret and an inactive client are answered alike', async () => {
  const answers = await Promise.all(
    [basic('nobody', 'x'), basic('service', 'wrong'), basic('off', 'off-secret')].map((headers) => token(OWN, headers)),
  )
  assert.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
})

test('O-25: no password and no implicit grant for clients that do not name them, and no grant that is not there', async () => {
  const login = { username: 'amy', password: 'amy-password' }
  await check([
    ['password, a public app', token({ grant_type: 'password', client_id: 'app', ...login }), 400, 'unauthorized_client'],
    ['password, a confidential client', token({ grant_type: 'password', ...login }, BASIC), 400, 'unauthorized_client'],
    ['implicit', token({ grant_type: 'implicit', client_id: 'app' }), 400, 'unsupported_grant_type'],
    [
      'a device code',
      token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'app' }),
      400,
      'unsupported_grant_type',
    ],
    ['another property of a map', token({ grant_type: 'constructor', client_id: 'app' }), 400, 'unsupported_grant_type'],
    ['none', token({ client_id: 'app' }), 400, 'invalid_request'],
    ['client_credentials for an app', token(OWN, basic('web', 'web-secret')), 400, 'unauthorized_client'],
    ['code for a service', token({ grant_type: 'authorization_code', code: 'x' }, BASIC), 400, 'invalid_grant'],
  ])
})

test('O-26: a client for itself gets system/ scopes of its own, all or none, and never a refresh token', async () => {
  const { status, body } = await token({ ...OWN, scope: 'system/Patient.rs offline_access' }, BASIC)
  assert.deepEqual([status, body.scope, body.refresh_token, body.id_token], [200, 'system/Patient.rs', undefined, undefined])
  await check(
    ['system/Observation.rs', 'patient/Patient.rs', 'user/Patient.rs', 'system/*.rs', 'system/Patient.cruds', 'x'.repeat(5_000)].map(
      (scope): Row => [scope.slice(0, 30), token({ ...OWN, scope }, BASIC), 400, 'invalid_scope'],
    ),
  )
})
