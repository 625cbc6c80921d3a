// The authorization endpoint on a whole box (security-requirements O-01 to O-08, O-14, O-16, O-24; RFC 6749 §3.1, RFC 9700, RFC 9207).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Browser } from '../../box/browser.ts'
import { authorizeQuery, createScenario, FORM, ISSUER } from './scenario.ts'

const { box, send, fetched, authorize } = await createScenario()
after(() => box.close())

const open = (query: string) => send('GET', `/auth/authorize?${query}`)
const answered = ({ headers }: { readonly headers: Headers }) =>
  Object.fromEntries(new URL(headers.get('location') ?? 'about:blank').searchParams)
const shows400 = async (query: string, name: string): Promise<void> => {
  const { status, headers } = await open(query)
  assert.deepEqual([status, headers.get('location')], [400, null], name)
  assert.match(headers.get('content-type') ?? '', /^text\/html/, name)
}

const NOT_REGISTERED: readonly string[] = [
  ...['http://app.example/cbx', 'http://app.example/cb?x', 'http://app.example/cb#f', 'http://app.example/cb/', 'http://app.example/CB'],
  ...['http://APP.example/cb', 'http://app.example:80/cb', 'http://app.example:8080/cb', 'https://app.example/cb', 'HTTP://app.example/cb'],
  ...['http://u:p@app.example/cb', 'http://app.example/%2e%2e/cb', 'http://app.example/x/../cb', 'http://app.example\\cb'],
  ...['http://app.example.evil/cb', 'http://evil/?http://app.example/cb', 'http://app.example@evil/cb', '//app.example/cb', '/cb'],
  ...['http://app.example/cb ', ' http://app.example/cb', 'http://app.example/c%62', 'javascript:alert(1)', 'data:text/html,x'],
]

test('O-01: a redirect_uri that is not the registered string is a page, never a redirect', async () => {
  for (const redirect_uri of NOT_REGISTERED) await shows400(authorizeQuery({ redirect_uri }), redirect_uri)
  await shows400(authorizeQuery({ redirect_uri: undefined }), 'missing')
  await shows400(`${authorizeQuery()}&redirect_uri=http%3A%2F%2Fevil%2F`, 'twice')
  assert.equal((await open(authorizeQuery())).status, 303)
})

test('O-01: the port of a registered loopback address is the app’s to choose, nothing else of it, and not of localhost', async () => {
  const native = (redirect_uri: string, client_id = 'native') =>
    authorizeQuery({ client_id, redirect_uri, scope: 'openid', aud: undefined })
  for (const uri of ['http://127.0.0.1:5123/cb', 'http://[::1]:5123/cb', 'http://127.0.0.1/cb', 'app.native:/cb']) {
    assert.equal((await open(native(uri))).status, 303, uri)
  }
  for (const uri of ['http://localhost:5123/cb', 'https://127.0.0.1:5123/cb', 'http://127.0.0.1:5123/x', 'http://127.0.0.2:5123/cb']) {
    await shows400(native(uri), uri)
  }
  assert.equal((await open(native('http://127.0.0.1:5123/cb', 'native-ipv4'))).status, 303)
  await shows400(native('http://[::1]:5123/cb', 'native-ipv4'), 'the other loopback address, which is not registered')
})

test('O-02: an unknown or inactive client is a page, never a redirect', async () => {
  for (const client_id of ['nope', 'off', '', '__proto__', 'constructor']) await shows400(authorizeQuery({ client_id }), client_id)
})

const REFUSED: ReadonlyArray<readonly [name: string, change: Record<string, string | undefined>, error: string]> = [
  ['O-08 implicit', { response_type: 'token' }, 'unsupported_response_type'],
  ['O-08 hybrid', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['O-08 none', { response_type: 'none' }, 'unsupported_response_type'],
  ['no response_type', { response_type: undefined }, 'invalid_request'],
  ['O-08 fragment', { response_mode: 'fragment' }, 'invalid_request'],
  ['O-08 form_post', { response_mode: 'form_post' }, 'invalid_request'],
  ['O-06 no challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['O-06 plain', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['O-06 no method means plain', { code_challenge_method: undefined }, 'invalid_request'],
  ['O-06 a method alone', { code_challenge: undefined }, 'invalid_request'],
  ['O-06 not a SHA-256', { code_challenge: 'short' }, 'invalid_request'],
  ['O-14 no aud', { aud: undefined }, 'invalid_request'],
  ['O-14 another server', { aud: 'https://evil.example/fhir' }, 'invalid_request'],
  ['O-14 another tenant', { aud: `${ISSUER}/tenant/b/fhir` }, 'invalid_request'],
  ['O-14 not exactly', { aud: `${ISSUER}/fhir/` }, 'invalid_request'],
  ['O-14 another case', { aud: 'https://BOX.example/fhir' }, 'invalid_request'],
  ['O-16 a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
  ['O-16 a URL to fetch', { request_uri: 'http://127.0.0.1:9/r' }, 'request_uri_not_supported'],
  ['O-22 scope of 5 KB', { scope: 'x'.repeat(5_000) }, 'invalid_scope'],
  ['O-22 nothing grantable', { scope: 'patient/Observation.dr foo' }, 'invalid_scope'],
  ['L-09 prompt=none', { prompt: 'none' }, 'login_required'],
  ['a prompt that is none and more', { prompt: 'none login' }, 'invalid_request'],
]

test('O-03, O-05, O-06, O-08, O-14, O-16: every other error goes to the app at once, with state and iss, and without a page', async () => {
  for (const [name, change, error] of REFUSED) {
    const first = await open(authorizeQuery(change))
    // prompt=none is judged when the browser's cookies are known, one redirect later.
    const answer = first.headers.get('location')?.startsWith('/')
      ? await send('GET', first.headers.get('location') ?? '', cookiesOf(first))
      : first
    const { error: got, state, iss, code } = answered(answer)
    assert.deepEqual([answer.status, got, state, iss, code], [303, error, 's1', ISSUER, undefined], name)
  }
  assert.deepEqual(fetched, [], 'nothing was asked of anybody')
})

const cookiesOf = ({ headers }: { readonly headers: Headers }) => ({
  cookie: headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; '),
})

test('O-04: a parameter that stands twice is invalid_request, whichever it is; state is then not echoed twice over', async () => {
  for (const name of ['scope', 'response_type', 'code_challenge', 'aud', 'launch', 'nonce', 'prompt', 'unknown', '__proto__']) {
    const { error, state } = answered(await open(`${authorizeQuery({ [name]: 'a' })}&${name}=b`))
    assert.deepEqual([error, state], ['invalid_request', 's1'], name)
  }
  const { error, state } = answered(await open(`${authorizeQuery()}&state=s2`))
  assert.deepEqual([error, state], ['invalid_request', undefined])
})

test('O-05: iss stands in the answer with a code as in errors, and is the metadata’s issuer', async () => {
  const answer = await authorize()
  const { body } = await send('GET', '/.well-known/openid-configuration')
  assert.deepEqual([answer.get('iss'), typeof answer.get('code')], [body.issuer, 'string'])
  assert.equal(body.authorization_response_iss_parameter_supported, true)
  assert.deepEqual(body.code_challenge_methods_supported, ['S256'])
  assert.deepEqual([body.response_types_supported, body.response_modes_supported], [['code'], ['query']])
})

test('O-08, O-24: the request is the server’s once it began: forms cannot change it, and each answers 303', async () => {
  const browser = new Browser(box)
  await browser.open(`/auth/authorize?${authorizeQuery({ prompt: 'consent' })}`)
  const change = { response_type: 'token', scope: 'system/*.cruds', redirect_uri: 'http://evil/', state: 'x', client_id: 'other', aud: 'x' }
  await browser.submit({ username: 'amy', password: 'amy-password', ...change })
  assert.match(browser.page, /<h1>Allow Chart\?/)
  await browser.submit({ decision: 'allow', ...change, scope: 'patient/Patient.rs' })
  const to = new URL(browser.redirected ?? '')
  assert.deepEqual([to.origin, to.pathname, to.searchParams.get('state')], ['http://app.example', '/cb', 's1'])
  assert.ok(to.searchParams.get('code'))
  assert.equal(browser.redirectStatus, 303)
})

test('RFC 6749 §3.1: the request may be a form; its parameters are not mixed with the query’s', async () => {
  assert.equal((await send('POST', '/auth/authorize', FORM, authorizeQuery())).status, 303)
  const mixed = await send('POST', '/auth/authorize?client_id=app&redirect_uri=http%3A%2F%2Fapp.example%2Fcb', FORM, 'scope=openid')
  assert.deepEqual([mixed.status, mixed.headers.get('location')], [400, null])
})
