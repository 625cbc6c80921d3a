// The authorization endpoint and its pages, from the request to the code (security-requirements §4.1, §4.5).
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { authorizeEndpoints } from '../../../src/oauth/authorize/endpoints.ts'
import { nextStep } from '../../../src/oauth/authorize/next-step.ts'
import { hashPassword } from '../../../src/oauth/password.ts'
import { sha256 } from '../../../src/oauth/secret.ts'
import type { Client } from '../../../src/oauth/types/client.ts'
import type { Grant } from '../../../src/oauth/types/grant.ts'
import { CHALLENGE, createTestBox, FORM, ISSUER, REDIRECT, request, responseOf } from '../box.ts'

const PASSWORD = await hashPassword('correct horse', { bytes: (length) => randomBytes(length) })
const ASKED = {
  response_type: 'code',
  client_id: 'public',
  redirect_uri: REDIRECT,
  state: 's1',
  scope: 'patient/Patient.rs',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}
const HOSTILE: Client = {
  resourceType: 'Client',
  id: 'hostile',
  name: '<script>alert(1)</script>',
  grant_types: ['code'],
  auth: { authorization_code: { redirect_uri: REDIRECT } },
}
const NATIVE: Client = {
  ...HOSTILE,
  id: 'native',
  auth: { authorization_code: { redirect_uris: ['http://127.0.0.1/cb', 'app.native:/cb'] } },
}

const createBrowser = async () => {
  const box = await createTestBox([HOSTILE, NATIVE])
  box.people.set('amy', { resourceType: 'User', id: 'amy', password: PASSWORD })
  const grants: Grant[] = []
  const provider = {
    ...box.provider,
    users: { ...box.provider.users, grantOf: async () => grants.at(-1), putGrant: async (grant: Grant) => void grants.push(grant) },
    profile: {
      ...box.provider.profile,
      consent: (scope: readonly string[]) => scope.map((one) => ({ scope: one, title: one, detail: '', required: false, narrower: [] })),
      choose: (asked: readonly string[], ticked: readonly string[]) => asked.filter((one) => ticked.includes(one)),
    },
  }
  const cookies = new Map<string, string>()
  const send = async (method: 'GET' | 'POST', path: string, query: string, body = '', headers: Record<string, string> = {}) => {
    const endpoint = authorizeEndpoints.find((one) => one.path === path && one.method === method)
    assert.ok(endpoint, path)
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = responseOf(
      await endpoint.handle(request(path, { method, query, body, headers: { ...FORM, cookie, ...headers } }), provider),
    )
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location') ?? '',
      text: await response.text(),
    }
  }
  type Answer = Awaited<ReturnType<typeof send>>
  const follow = async (answer: Answer): Promise<Answer> => {
    if (!answer.location.startsWith('/')) return answer
    const [path = '', query = ''] = answer.location.split('?')
    return follow(await send('GET', path, query))
  }
  const authorize = async (more: Record<string, string> = {}) =>
    follow(await send('GET', '/auth/authorize', new URLSearchParams({ ...ASKED, ...more }).toString()))
  const fields = (text: string) =>
    Object.fromEntries([...text.matchAll(/name="(csrf|continue)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]))
  const submit = async (page: Answer, path: string, form: Record<string, string>) =>
    follow(await send('POST', path, '', new URLSearchParams({ ...fields(page.text), ...form }).toString()))
  const login = (page: Answer, password = 'correct horse') => submit(page, '/auth/login', { username: 'amy', password })
  return { ...box, provider, cookies, send, authorize, submit, login, grants }
}
const allow = { decision: 'allow', scope: 'patient/Patient.rs' }
const answered = (location: string) => Object.fromEntries(new URL(location).searchParams)

test('O-01, O-02: an unregistered redirect_uri or client is shown, never redirected to', async () => {
  const browser = await createBrowser()
  for (const redirect_uri of [
    `${REDIRECT}x`,
    `${REDIRECT}?x`,
    `${REDIRECT}#f`,
    'https://APP.example/cb',
    'https://app.example/CB',
    'https://app.example:443/cb',
    'https://u@app.example/cb',
    'https://app.example/%2e%2e/cb',
    `${REDIRECT}/`,
    'https://app.example\\cb',
    'https://app.example.evil/cb',
    'http://app.example/cb',
    '',
    'javascript:alert(1)',
  ]) {
    const answer = await browser.authorize({ redirect_uri })
    assert.equal(answer.status, 400, redirect_uri)
    assert.equal(answer.headers.get('location'), null, redirect_uri)
  }
  const repeated = await browser.send('GET', '/auth/authorize', `${new URLSearchParams(ASKED)}&redirect_uri=https://evil.example`)
  assert.equal(repeated.status, 400)
  assert.equal((await browser.authorize({ client_id: 'nope' })).status, 400)
  assert.match((await browser.authorize({ client_id: 'native', redirect_uri: 'http://127.0.0.1:5123/cb' })).text, /name="password"/)
})

test('O-03, O-04, O-05, O-06, O-16, O-22: every other error redirects with state and iss', async () => {
  const browser = await createBrowser()
  const expected: [Record<string, string>, string][] = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ request: 'x' }, 'request_not_supported'],
    [{ request_uri: 'http://127.0.0.1:1' }, 'request_uri_not_supported'],
    [{ code_challenge: '' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: '' }, 'invalid_request'],
    [{ scope: 'x'.repeat(5_000) }, 'invalid_scope'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
  ]
  for (const [more, error] of expected) {
    const { error: got, state, iss } = answered((await browser.authorize(more)).location)
    assert.deepEqual({ got, state, iss }, { got: error, state: 's1', iss: ISSUER }, JSON.stringify(more))
  }
  const twice = await browser.send('GET', '/auth/authorize', `${new URLSearchParams(ASKED)}&scope=b`)
  assert.equal(answered(twice.location).error, 'invalid_request')
})

test('O-08, O-24, L-03, L-08, L-09: a person signs in, consents, and the app gets a code; consent is remembered', async () => {
  const browser = await createBrowser()
  browser.cookies.set('__Host-emberbox_login', 'a'.repeat(43))
  const signIn = await browser.authorize()
  const consent = await browser.submit(signIn, '/auth/login', {
    username: 'amy',
    password: 'correct horse',
    scope: 'system/*.cruds',
    redirect_uri: 'https://evil.example',
  })
  assert.notEqual(browser.cookies.get('__Host-emberbox_login'), 'a'.repeat(43))
  assert.match(consent.headers.get('content-security-policy') ?? '', /form-action 'self' https:\/\/app\.example;.*frame-ancestors 'none'/)
  const done = await browser.submit(consent, '/auth/consent', allow)
  assert.equal(done.status, 303)
  const { code = '', state, iss } = answered(done.location)
  assert.deepEqual([state, iss], ['s1', ISSUER])
  const stored = await browser.provider.records.code(sha256(code))
  assert.deepEqual(JSON.parse(stored?.authorization ?? '').scope, ['patient/Patient.rs'])
  assert.ok(answered((await browser.authorize({ prompt: 'none' })).location).code)
  assert.match((await browser.authorize({ prompt: 'login' })).text, /name="password"/)
  assert.match((await browser.authorize({ prompt: 'consent' })).text, /name="decision"/)
  browser.time.now += 10_000
  assert.match((await browser.authorize({ max_age: '5' })).text, /name="password"/)
})

test('L-08: deny, and scopes that were not offered', async () => {
  const browser = await createBrowser()
  const denied = await browser.submit(await browser.login(await browser.authorize()), '/auth/consent', { decision: 'deny' })
  assert.equal(answered(denied.location).error, 'access_denied')
  const more = await browser.submit(await browser.authorize(), '/auth/consent', { decision: 'allow', scope: 'system/*.cruds' })
  assert.equal(answered(more.location).error, 'access_denied')
})

test('L-01: a form without the token, from elsewhere, or of another browser is 403 or 400', async () => {
  const browser = await createBrowser()
  const page = await browser.authorize()
  assert.equal((await browser.submit(page, '/auth/login', { csrf: 'x' })).status, 403)
  for (const path of ['/auth/login', '/auth/patient', '/auth/consent', '/auth/logout'])
    assert.equal((await browser.send('POST', path, '', 'a=b')).status, 403, path)
  const cross = await browser.send('POST', '/auth/login', '', '', { 'sec-fetch-site': 'cross-site' })
  assert.equal(cross.status, 403)
  browser.cookies.clear()
  const key = /name="continue" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  assert.equal((await browser.send('GET', '/auth/authorize', `continue=${key}`)).status, 400)
})

test('L-05, L-06: wrong answers are alike, and limited for a minute', async () => {
  const browser = await createBrowser()
  const page = await browser.authorize()
  const unknown = await browser.submit(page, '/auth/login', { username: 'bob', password: 'x' })
  const wrong = await browser.login(page, 'x')
  assert.deepEqual([unknown.status, unknown.text], [wrong.status, wrong.text.replace('"amy"', '"bob"')])
  for (let n = 0; n < 5; n += 1) await browser.login(page, 'x')
  const limited = await browser.login(page)
  assert.equal(limited.status, 429)
  assert.ok(Number(limited.headers.get('retry-after')) > 0)
  browser.time.now += 61_000
  assert.match((await browser.login(page)).text, /name="decision"/)
})

test('L-04: sign-out ends the login', async () => {
  const browser = await createBrowser()
  await browser.login(await browser.authorize())
  const kept = new Map(browser.cookies)
  await browser.submit(await browser.send('GET', '/auth/logout', ''), '/auth/logout', {})
  for (const [name, value] of kept) browser.cookies.set(name, value)
  assert.match((await browser.authorize()).text, /name="password"/)
})

test('L-15: what others wrote is text', async () => {
  const { text } = await (await createBrowser()).authorize({ client_id: 'hostile', login_hint: '"><img src=x>' })
  assert.ok(!/<script|<img/.test(text))
  assert.match(text, /&lt;script&gt;/)
})

test('nextStep is a table', () => {
  const start = { prompt: [], login: 'current', patient: 'settled', consent: 'allowed' } as const
  assert.equal(nextStep(start).step, 'respond')
  assert.equal(nextStep({ ...start, login: 'absent' }).step, 'login')
  assert.equal(nextStep({ ...start, patient: 'pick' }).step, 'select-patient')
  assert.equal(nextStep({ ...start, consent: 'needed' }).step, 'consent')
  for (const more of [
    { consent: 'denied' },
    { patient: 'none' },
    { prompt: ['none'], consent: 'needed' },
    { prompt: ['none'], patient: 'pick' },
  ] as const) {
    assert.equal(nextStep({ ...start, ...more }).step, 'error')
  }
})
