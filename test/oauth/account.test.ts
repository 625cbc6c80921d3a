// A person's own pages: what acts in their name, and taking it back (aidbox-behaviour §4.2; security-requirements O-13, L-01, L-02, L-10, L-15).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const box = await createBox({ bundles: ['test/oauth/people-and-apps.yaml'], baseUrl: BASE, env: {}, rootClientSecret: 'r' })
after(() => box.close())
const ROOT = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/json' }

const APPS = {
  app: { redirect_uri: 'https://app.example/cb', secret: undefined },
  web: { redirect_uri: 'https://web.example/cb', secret: 'web-secret' },
} as const
type AppName = keyof typeof APPS

const tokenRequest = async (app: AppName, fields: Record<string, string>) => {
  const { secret } = APPS[app]
  const body = new URLSearchParams({ client_id: app, ...(secret && { client_secret: secret }), ...fields })
  const response = await box.request('/auth/token', { method: 'POST', body })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
/** A code for what the person allows the app in this browser. */
const codeFor = async (browser: Browser, app: AppName, user = 'amy'): Promise<string> => {
  const { redirect_uri } = APPS[app]
  browser.redirected = undefined
  const scope = user === 'bob' ? 'openid offline_access' : 'openid offline_access launch/patient patient/Patient.rs patient/Observation.rs'
  const query = { response_type: 'code', client_id: app, redirect_uri, scope, state: 's', aud: `${BASE}/fhir`, prompt: 'consent' }
  await browser.open(`/auth/authorize?${new URLSearchParams({ ...query, code_challenge: CHALLENGE, code_challenge_method: 'S256' })}`)
  if (browser.page.includes('name="password"')) await browser.submit({ username: user, password: `${user}-password` })
  await browser.submit({ decision: 'allow' })
  return new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
}
const redeem = (app: AppName, code: string) =>
  tokenRequest(app, { grant_type: 'authorization_code', code, redirect_uri: APPS[app].redirect_uri, code_verifier: VERIFIER })
const allow = async (browser: Browser, app: AppName, user = 'amy') => (await redeem(app, await codeFor(browser, app, user))).body
const reads = async (token: string | undefined): Promise<number> =>
  (await box.request('/fhir/Patient/p1', { headers: { authorization: `Bearer ${token}` } })).status
const refreshes = async (app: AppName, refresh_token = '') =>
  (await tokenRequest(app, { grant_type: 'refresh_token', refresh_token })).status

test('nobody signed in: sign in first, then the page that was asked for, and no other (L-10)', async () => {
  const browser = new Browser(box)
  await browser.open('/auth/grants')
  assert.match(browser.page, /name="password"/)
  await browser.submit({ username: 'amy', password: 'amy-password' })
  assert.match(browser.page, /<h1>Your apps<\/h1>/)
  const other = new Browser(box)
  await other.open('/auth/login?then=//evil.example')
  await other.submit({ username: 'amy', password: 'amy-password' })
  assert.equal(other.redirected, `${BASE}/`)
})

test('an app is listed with what was granted and when; taking it back kills its tokens, its refresh token and its code at once', async () => {
  const browser = new Browser(box)
  const app = await allow(browser, 'app')
  const web = await allow(browser, 'web')
  const pendingCode = await codeFor(browser, 'app')
  await browser.open('/auth/grants')
  for (const seen of [
    'Vitals',
    'Lab letters',
    'Patient details — read and search',
    'Keep access while you are away',
    'Last access',
    '<time datetime=',
  ]) {
    assert.ok(browser.page.includes(seen), seen)
  }
  assert.equal(await reads(app.access_token), 200)
  await browser.submit({ client: 'app' })
  assert.match(browser.page, /Vitals no longer has access\./)
  assert.ok(browser.page.includes('Lab letters'))
  assert.deepEqual([await reads(app.access_token), await refreshes('app', app.refresh_token)], [401, 400])
  const late = await redeem('app', pendingCode)
  assert.deepEqual([late.status, late.body.error], [400, 'invalid_grant'])
  assert.deepEqual([await reads(web.access_token), await refreshes('web', web.refresh_token)], [200, 200])
})

test('nobody can take back, or end, what is another person’s', async () => {
  const amy = new Browser(box)
  const tokens = await allow(amy, 'app')
  const list = (await (await box.request('/fhir/Grant?_count=100', { headers: ROOT })).json()) as {
    entry: { resource: { id: string; user: { reference: string }; client: { reference: string } } }[]
  }
  const grant = list.entry.find(({ resource }) => resource.user.reference === 'User/amy' && resource.client.reference === 'Client/app')
  assert.ok(grant)
  await amy.open('/auth/sessions')
  const session = [...amy.page.matchAll(/name="end" value="([\w-]{43})"/g)].map(([, id = '']) => id)
  assert.ok(session.length >= 2)

  const bob = new Browser(box)
  await bob.open('/auth/sessions')
  await bob.submit({ username: 'bob', password: 'bob-password' })
  for (const id of session) await bob.submit({ end: id })
  await bob.open('/auth/grants')
  assert.ok(!bob.page.includes('Vitals'))
  for (const path of [`grants/${grant.resource.id}`, ...session.map((id) => `sessions/${id}`)]) {
    assert.equal(await bob.send('DELETE', `/auth/${path}`, { 'sec-fetch-site': 'same-origin' }), 404, path)
  }
  assert.equal(await reads(tokens.access_token), 200)
  assert.equal(await amy.send('DELETE', `/auth/grants/${grant.resource.id}`, { origin: 'https://evil.example' }), 403)
  assert.equal(await amy.send('DELETE', `/auth/grants/${grant.resource.id}`), 403)
  assert.equal(await new Browser(box).send('DELETE', `/auth/grants/${grant.resource.id}`, { origin: BASE }), 401)
  assert.equal(await amy.send('DELETE', `/auth/grants/${grant.resource.id}`, { origin: BASE }), 204)
  assert.equal(await reads(tokens.access_token), 401)
})

test('sign-ins: each browser by name, this one marked; ending another signs it out, ending an app’s session kills its tokens', async () => {
  const here = new Browser(box, { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' })
  const there = new Browser(box, {
    'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
  })
  const tokens = await allow(there, 'app', 'bob')
  await here.open('/auth/sessions')
  await here.submit({ username: 'bob', password: 'bob-password' })
  assert.match(here.page, /Firefox on Linux <span class="tag">this browser<\/span>/)
  const [, phone = ''] = /<h3>Safari on iPhone<\/h3>[\s\S]*?name="end" value="([^"]+)"/.exec(here.page) ?? []
  const [, session = ''] = /<h3>Vitals <span class="tag">lasting<\/span><\/h3>[\s\S]*?name="end" value="([^"]+)"/.exec(here.page) ?? []
  await here.submit({ end: phone })
  assert.ok(!here.page.includes('iPhone'))
  assert.match(await there.open('/auth/sessions'), /name="password"/)
  assert.equal(await refreshes('app', tokens.refresh_token), 200, 'lasting access outlives the browser')
  await here.submit({ end: session })
  assert.ok(!here.page.includes('Vitals'))
  assert.equal(await refreshes('app', tokens.refresh_token), 400)
})

test('sign out everywhere: every browser and every app, lasting access included', async () => {
  const here = new Browser(box)
  const there = new Browser(box)
  const tokens = [await allow(here, 'app', 'bob'), await allow(there, 'web', 'bob')]
  await here.open('/auth/sessions')
  await here.submit({ end: 'all' })
  for (const browser of [here, there]) assert.match(await browser.open('/auth/grants'), /name="password"/)
  assert.deepEqual([await refreshes('app', tokens[0]?.refresh_token), await refreshes('web', tokens[1]?.refresh_token)], [400, 400])
})

test('an app without a Grant (first_party) is listed while it is in use, and can be stopped', async () => {
  const client = {
    resourceType: 'Client',
    id: 'own',
    name: '<b>Own</b>',
    grant_types: ['password'],
    auth: { password: { refresh_token: true } },
  }
  assert.equal((await box.request('/Client/own', { method: 'PUT', headers: ROOT, body: JSON.stringify(client) })).status, 201)
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'own', username: 'amy', password: 'amy-password' })
  const { refresh_token } = (await (await box.request('/auth/token', { method: 'POST', body })).json()) as Record<string, string>
  const browser = new Browser(box)
  await browser.open('/auth/grants')
  await browser.submit({ username: 'amy', password: 'amy-password' })
  assert.match(browser.page, /&lt;b&gt;Own&lt;\/b&gt;[\s\S]*It acts with your own rights\./)
  await browser.submit({ client: 'own' })
  const again = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'own', refresh_token: refresh_token ?? '' })
  assert.equal((await box.request('/auth/token', { method: 'POST', body: again })).status, 400)
})

test('L-01, L-02: a form that is not ours is 403; every answer is framed by nobody, cached by nobody, and read by no other origin', async () => {
  for (const path of ['/auth/grants', '/auth/sessions']) {
    const foreign = await box.request(path, { method: 'POST', body: new URLSearchParams({ client: 'app', end: 'all' }) })
    assert.equal(foreign.status, 403)
    const browser = new Browser(box)
    await browser.open(path)
    await browser.submit({ username: 'amy', password: 'amy-password' })
    assert.equal(browser.status, 200)
    assert.match(browser.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
    assert.equal(browser.headers.get('cache-control'), 'no-store')
    assert.equal(browser.headers.get('access-control-allow-origin'), null)
    assert.ok(!/<script/.test(browser.page))
  }
})

test('SMART 2.2 §metadata: management_endpoint is where a person manages access; the CapabilityStatement says the same', async () => {
  const smart = (await (await box.request('/.well-known/smart-configuration')).json()) as Record<string, unknown>
  assert.equal(smart.management_endpoint, `${BASE}/auth/grants`)
  assert.ok((await (await box.request('/fhir/metadata')).text()).includes(`{"url":"manage","valueUri":"${BASE}/auth/grants"}`))
})
