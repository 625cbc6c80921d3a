// What an app may say of the person who should sign in (OpenID Connect Core §3.1.2.1): hints, freshness, the kind of sign-in.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { decodeJwt } from 'jose'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const time = { now: 1_800_000_000_000 }
const box = await createBox({ bundles: ['test/oauth/people-and-apps.yaml'], baseUrl: BASE, env: {}, clock: { now: () => time.now } })
after(() => box.close())

const path = (more: Record<string, string> = {}): string =>
  `/auth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: 'https://app.example/cb',
    state: 's1',
    scope: 'openid',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })}`
const answerAt = (browser: Browser) => Object.fromEntries(new URL(browser.redirected ?? 'about:blank').searchParams)
const signIn = (browser: Browser, user: string) => browser.submit({ username: user, password: `${user}-password` })

/** Signs in where that is asked, allows, and redeems. */
const idTokenOf = async (browser: Browser, user: string, more: Record<string, string> = {}) => {
  await browser.open(path(more))
  if (browser.page.includes('name="password"')) await signIn(browser, user)
  if (browser.page.includes('name="decision"')) await browser.submit({ decision: 'allow' })
  const fields = { grant_type: 'authorization_code', client_id: 'app', redirect_uri: 'https://app.example/cb', code_verifier: VERIFIER }
  const body = new URLSearchParams({ ...fields, code: answerAt(browser).code ?? '' })
  const response = await box.request('/auth/token', { method: 'POST', body })
  assert.equal(response.status, 200)
  return ((await response.json()) as { id_token: string }).id_token
}

test('id_token_hint: the named person goes on without a question; anybody else must sign in, and only as that person', async () => {
  const amy = new Browser(box)
  const hint = await idTokenOf(amy, 'amy')
  amy.redirected = undefined
  await amy.open(path({ id_token_hint: hint, prompt: 'none' }))
  assert.ok(answerAt(amy).code)

  const bob = new Browser(box)
  await idTokenOf(bob, 'bob')
  await bob.open(path({ id_token_hint: hint, prompt: 'none' }))
  assert.equal(answerAt(bob).error, 'login_required')
  await bob.open(path({ id_token_hint: hint }))
  assert.match(bob.page, /name="password"/)
  await signIn(bob, 'bob')
  assert.equal(bob.status, 403)
  await signIn(bob, 'amy')
  assert.ok(answerAt(bob).code)
})

test('id_token_hint: expired is fine, since it only names somebody; forged, of another kind or unreadable is invalid_request', async () => {
  const amy = new Browser(box)
  const hint = await idTokenOf(amy, 'amy')
  time.now += 2 * 3_600_000
  await amy.open(path({ id_token_hint: hint, prompt: 'none' }))
  assert.ok(answerAt(amy).code)
  const [header, claims, signature] = hint.split('.')
  const forged = Buffer.from(JSON.stringify({ ...decodeJwt(hint), sub: 'bob' })).toString('base64url')
  for (const bad of [`${header}.${forged}.${signature}`, `${header}.${claims}.`, 'x', 'a.b.c.d.e']) {
    const browser = new Browser(box)
    await browser.open(path({ id_token_hint: bad }))
    assert.equal(answerAt(browser).error, 'invalid_request', bad.slice(0, 30))
  }
})

test('login_hint fills in the name and decides nothing', async () => {
  const browser = new Browser(box)
  await browser.open(path({ login_hint: 'bob' }))
  assert.match(browser.page, /name="username" value="bob"/)
  assert.equal(decodeJwt(await idTokenOf(new Browser(box), 'amy', { login_hint: 'bob' })).sub, 'amy')
})

test('auth_time is when the password was given; max_age asks again, and its answer is newer', async () => {
  const browser = new Browser(box)
  const first = decodeJwt(await idTokenOf(browser, 'amy'))
  assert.equal(first.auth_time, Math.floor(time.now / 1_000))
  time.now += 100_000
  assert.equal(decodeJwt(await idTokenOf(browser, 'amy', { max_age: '200' })).auth_time, first.auth_time)
  assert.equal(decodeJwt(await idTokenOf(browser, 'amy', { max_age: '50' })).auth_time, Number(first.auth_time) + 100)
})

test('acr: named only when acr_values asks, and then what was done, not what was asked', async () => {
  const browser = new Browser(box)
  assert.equal('acr' in decodeJwt(await idTokenOf(browser, 'amy')), false)
  const metadata = (await (await box.request('/.well-known/openid-configuration')).json()) as Record<string, unknown>
  const { acr } = decodeJwt(await idTokenOf(browser, 'amy', { acr_values: 'urn:example:three-factors' }))
  assert.deepEqual(metadata.acr_values_supported, [acr])
})

test('claims_supported: every claim of the ID token is named, and nothing that is never given', async () => {
  const browser = new Browser(box)
  const scope = 'openid fhirUser profile email'
  const claims = decodeJwt(await idTokenOf(browser, 'amy', { scope, nonce: 'n', acr_values: 'x', prompt: 'consent' }))
  const metadata = (await (await box.request('/.well-known/openid-configuration')).json()) as Record<string, readonly string[]>
  const supported = new Set(metadata.claims_supported)
  for (const name of Object.keys(claims)) assert.ok(supported.has(name), name)
  assert.deepEqual(
    [...supported].filter((name) => !(name in claims)),
    [],
  )
})
