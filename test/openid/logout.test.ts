// OpenID Connect RP-Initiated Logout 1.0, and the page behind it (security-requirements L-01, L-04, L-10).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const box = await createBox({ bundles: ['test/oauth/people-and-apps.yaml'], baseUrl: BASE, env: {} })
after(() => box.close())

const path = (more: Record<string, string> = {}): string =>
  `/auth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: 'https://app.example/cb',
    state: 's1',
    scope: 'openid online_access patient/Patient.rs launch/patient',
    aud: `${BASE}/fhir`,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })}`
const post = async (fields: Record<string, string>) => {
  const response = await box.request('/auth/token', { method: 'POST', body: new URLSearchParams({ client_id: 'app', ...fields }) })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
/** A browser with somebody signed in, and the tokens of the app that they allowed. */
const signedIn = async (user = 'amy') => {
  const browser = new Browser(box)
  await browser.open(path({ prompt: 'consent', ...(user === 'bob' && { scope: 'openid' }) }))
  await browser.submit({ username: user, password: `${user}-password` })
  await browser.submit({ decision: 'allow' })
  const code = new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
  browser.redirected = undefined
  const { status, body } = await post({
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'https://app.example/cb',
    code_verifier: VERIFIER,
  })
  assert.equal(status, 200)
  return { browser, tokens: body, hint: body.id_token ?? '' }
}
const logout = (more: Record<string, string> = {}): string => `/auth/logout?${new URLSearchParams(more)}`
const isSignedIn = async (browser: Browser): Promise<boolean> => {
  browser.redirected = undefined
  await browser.open(path({ prompt: 'none', scope: 'openid' }))
  return new URL(browser.redirected ?? '').searchParams.get('error') !== 'login_required'
}
const AFTER = 'https://app.example/bye?kept=1'

test('with an id_token_hint of who is signed in: signed out at once, back at the app with its state; what it bought online is dead (L-04)', async () => {
  const { browser, tokens, hint } = await signedIn()
  await browser.open(logout({ id_token_hint: hint, post_logout_redirect_uri: AFTER, state: 'x y' }))
  assert.equal(browser.redirected, `${AFTER}&state=x+y`)
  assert.equal(await isSignedIn(browser), false)
  const refreshed = await post({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })
  assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'invalid_grant'])
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  assert.equal((await box.request('/fhir/Patient/p1', { headers })).status, 401)
})

test('without a hint, or with one of somebody else, the person is asked (§2); the form goes on to the registered address', async () => {
  const { hint } = await signedIn()
  for (const more of [{ client_id: 'app' }, { id_token_hint: hint }] as Record<string, string>[]) {
    const { browser } = await signedIn('bob')
    await browser.open(logout({ ...more, post_logout_redirect_uri: AFTER, state: 's2' }))
    assert.match(browser.page, /Sign out\?/)
    assert.equal(await isSignedIn(browser), true)
    await browser.open(logout({ ...more, post_logout_redirect_uri: AFTER, state: 's2' }))
    await browser.submit({})
    assert.equal(browser.redirected, `${AFTER}&state=s2`)
    assert.equal(await isSignedIn(browser), false)
  }
})

test('nobody signed in: straight back to the registered address, or the page says so', async () => {
  const browser = new Browser(box)
  await browser.open(logout({ client_id: 'app', post_logout_redirect_uri: AFTER }))
  assert.equal(browser.redirected, AFTER)
  assert.match(await browser.open('/auth/logout'), /You are signed out/)
})

test('L-10: an address that is not registered is never redirected to, and nobody is signed out', async () => {
  const { browser, hint } = await signedIn()
  for (const uri of [
    'https://evil.example/',
    `${AFTER}&x=1`,
    'https://app.example/bye',
    '//evil.example',
    '/\\evil',
    'javascript:alert(1)',
    '',
  ]) {
    await browser.open(logout({ id_token_hint: hint, post_logout_redirect_uri: uri, ...(uri === '' && { client_id: 'web' }) }))
    assert.deepEqual([browser.status, browser.redirected], [400, undefined], uri)
  }
  for (const more of [
    { post_logout_redirect_uri: AFTER },
    { client_id: 'nope', post_logout_redirect_uri: AFTER },
    { client_id: 'web', post_logout_redirect_uri: AFTER },
    { id_token_hint: 'x.y.z' },
    { id_token_hint: hint.slice(0, -4) },
  ] as Record<string, string>[]) {
    await browser.open(logout(more))
    assert.deepEqual([browser.status, browser.redirected], [400, undefined], JSON.stringify(more))
  }
  assert.equal(await isSignedIn(browser), true)
})

test('an app may POST its request (§2); a POST of neither kind is refused (L-01)', async () => {
  const { browser, hint } = await signedIn()
  const body = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: AFTER, state: 's3', junk: 'left out' })
  const response = await box.request('/auth/logout', { method: 'POST', body, headers: { origin: 'https://app.example' } })
  assert.equal(response.status, 303)
  const location = response.headers.get('location') ?? ''
  assert.ok(location.startsWith('/auth/logout?') && !location.includes('junk'))
  await browser.open(location)
  assert.equal(browser.redirected, `${AFTER}&state=s3`)
  for (const fields of [{}, { a: 'b' }, { csrf: 'x' }, { csrf: 'x', id_token_hint: hint }] as Record<string, string>[]) {
    assert.equal((await box.request('/auth/logout', { method: 'POST', body: new URLSearchParams(fields) })).status, 403)
  }
})

test('DELETE /Session ends the session of the token that it carries', async () => {
  const { tokens } = await signedIn()
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  assert.equal((await box.request('/Session', { method: 'DELETE', headers })).status, 200)
  assert.equal((await box.request('/fhir/Patient/p1', { headers })).status, 401)
  assert.equal((await box.request('/Session', { method: 'DELETE', headers })).status, 401)
})

test('the metadata names the endpoint', async () => {
  const metadata = (await (await box.request('/.well-known/openid-configuration')).json()) as Record<string, unknown>
  assert.equal(metadata.end_session_endpoint, `${BASE}/auth/logout`)
})
