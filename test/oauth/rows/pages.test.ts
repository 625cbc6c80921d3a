// Every page for people (security-requirements L-01, L-02, L-03, L-08, L-09): the pages are walked through, the forms taken from the tables
// of endpoints, so that a page that is added is held to the same.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { accountEndpoints } from '../../../src/oauth/account/endpoints.ts'
import { authorizeEndpoints } from '../../../src/oauth/authorize/endpoints.ts'
import { Browser } from '../../box/browser.ts'
import { authorizeQuery, createScenario, FORM, ISSUER } from './scenario.ts'

const { box, time, send, authorize } = await createScenario()
after(() => box.close())

const HTML = { accept: 'text/html' }
const csrfOf = ({ page }: Browser): string => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
const PICKER = { scope: 'launch/patient patient/Patient.rs', prompt: 'consent' }

/** Signs in at the page that the browser shows. */
const signIn = (browser: Browser, user: string, password = `${user}-password`) => browser.submit({ username: user, password })

/** Walks through every page there is; `seen` is called at each. */
const walk = async (seen: (name: string, browser: Browser) => void): Promise<void> => {
  const amy = new Browser(box, HTML)
  const dora = new Browser(box, HTML)
  const steps: ReadonlyArray<readonly [name: string, text: string, browser: Browser, step: () => Promise<unknown>]> = [
    ['home', 'A SMART-on-FHIR server', amy, () => amy.open('/')],
    ['login', 'Sign in', amy, () => amy.open('/auth/login')],
    ['login of a flow', 'to continue to <strong>Chart', amy, () => amy.open(`/auth/authorize?${authorizeQuery({ prompt: 'consent' })}`)],
    ['a wrong password', 'Wrong username or password', amy, () => signIn(amy, 'amy', 'wrong')],
    ['consent', 'Allow Chart', amy, () => signIn(amy, 'amy')],
    ['your apps', 'Your apps', amy, () => amy.open('/auth/grants')],
    ['your sign-ins', 'Your sign-ins', amy, () => amy.open('/auth/sessions')],
    ['sign out?', 'Sign out?', amy, () => amy.open('/auth/logout')],
    ['signed out', 'You are signed out', amy, () => amy.submit({})],
    ['an unknown app', 'This did not work', amy, () => amy.open('/auth/authorize?client_id=nope')],
    ['a flow that is over', 'This did not work', amy, () => amy.open('/auth/authorize?continue=nope')],
    ['login before the picker', 'to continue to <strong>Chart', dora, () => dora.open(`/auth/authorize?${authorizeQuery(PICKER)}`)],
    ['picker', 'Choose a patient', dora, () => signIn(dora, 'dora')],
    ['nobody found', 'No patient was found', dora, () => dora.submit({ query: 'nobody of this name' })],
    ['a patient who is not to be picked', 'may not choose', dora, () => dora.submit({ patient: 'd1' })],
  ]
  for (const [name, text, browser, step] of steps) {
    await step()
    assert.ok(browser.page.includes(text), name)
    seen(name, browser)
  }
}

test('L-02, H-07: every page is framed by nobody, stored by nobody, and loads and runs nothing from elsewhere', async () => {
  const names: string[] = []
  await walk((name, { headers, page }) => {
    names.push(name)
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8', name)
    assert.equal(headers.get('x-frame-options'), 'DENY', name)
    assert.equal(headers.get('referrer-policy'), 'no-referrer', name)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', name)
    assert.equal(headers.get('cache-control'), 'no-store', name)
    if (name !== 'home') assert.equal(headers.get('strict-transport-security'), 'max-age=31536000', name)
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"])
      assert.ok(policy.includes(part), name)
    assert.doesNotMatch(policy, /unsafe|script-src|\*/, name)
    assert.doesNotMatch(page, /<script|<iframe|<object|<embed|<base|<img|<svg|\sstyle=|\son\w+=|javascript:/i, name)
    for (const [, url = ''] of page.matchAll(/(?:src|href|action)="([^"]*)"/g)) {
      const foreign = /^[a-z]+:|^\/\//i.test(url) && !url.startsWith(`${ISSUER}/`) && url !== 'data:,'
      // The home page's links to apps are where it sends a person on purpose.
      assert.ok(!foreign || name === 'home', `${name}: ${url}`)
    }
  })
  assert.equal(new Set(names).size, 15)
})

test('L-01: no form of ours is taken without our cookie and its token, of another browser, or from another site', async () => {
  const [one, other] = [new Browser(box), new Browser(box)]
  for (const browser of [one, other]) await browser.open('/auth/login')
  const [mine, theirs] = [csrfOf(one), csrfOf(other)]
  const forms = [...authorizeEndpoints, ...accountEndpoints].filter(({ method, path }) => method === 'POST' && path !== '/auth/authorize')
  assert.ok(forms.length >= 6)
  const cookie = { ...FORM, cookie: one.cookie }
  const rows: ReadonlyArray<readonly [name: string, headers: Record<string, string>, csrf: string]> = [
    ['nothing', FORM, ''],
    ['no cookie', FORM, mine],
    ['no token', cookie, ''],
    ['another browser’s token', cookie, theirs],
    ['a token of no secret', cookie, 'AAAA'],
    ['another site', { ...cookie, 'sec-fetch-site': 'cross-site' }, mine],
    ['a sibling of the site', { ...cookie, 'sec-fetch-site': 'same-site' }, mine],
    ['another origin', { ...cookie, origin: 'https://evil.example' }, mine],
    ['the origin as a prefix', { ...cookie, origin: `${ISSUER}.evil.example` }, mine],
    ['the cookie twice', { ...cookie, cookie: `${one.cookie}; ${one.cookie}` }, mine],
  ]
  for (const { path } of forms) {
    for (const [name, headers, csrf] of rows) {
      const { status, headers: answered } = await send('POST', path, headers, `csrf=${csrf}&username=amy&password=amy-password`)
      assert.deepEqual([status, answered.getSetCookie()], [403, []], `${path}: ${name}`)
    }
    const json = await send('POST', path, { ...cookie, 'content-type': 'application/json' }, JSON.stringify({ csrf: mine }))
    assert.equal(json.status, 415, `${path}: JSON`)
  }
  for (const { path } of accountEndpoints.filter(({ method }) => method === 'DELETE')) {
    const { status } = await send('DELETE', path.replace(':id', 'x'), { ...cookie, 'sec-fetch-site': 'cross-site' })
    assert.equal(status, 403, path)
  }
  const good = await send('POST', '/auth/login', { ...cookie, origin: ISSUER }, `csrf=${mine}&username=amy&password=amy-password`)
  assert.equal(good.status, 303)
})

test('L-03: the session is new at sign-in, a planted cookie is worth nothing, and none is readable, sent in clear or to others', async () => {
  const page = await send('GET', '/auth/login', { cookie: `__Host-emberbox_login=${'a'.repeat(43)}; emberbox_login=${'b'.repeat(43)}` })
  const cookies = page.headers.getSetCookie().map((line) => line.split(';')[0])
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1]
  const planted = { ...FORM, cookie: `${cookies.join('; ')}; __Host-emberbox_login=${'a'.repeat(43)}` }
  const signedIn = await send('POST', '/auth/login', planted, `csrf=${csrf}&username=amy&password=amy-password`)
  const lines = [...page.headers.getSetCookie(), ...signedIn.headers.getSetCookie()]
  assert.ok(lines.length >= 2)
  for (const line of lines) {
    assert.match(line, /^__Host-emberbox_\w+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure/)
    assert.doesNotMatch(line, /domain/i)
  }
  const session = signedIn.headers.getSetCookie().find((line) => line.startsWith('__Host-emberbox_login=')) ?? ''
  assert.ok(!session.includes('a'.repeat(43)))
  assert.match((await send('GET', '/auth/grants', planted)).headers.get('location') ?? '', /^\/auth\/login/, 'the planted one')
  const again = await send(
    'POST',
    '/auth/login',
    { ...FORM, cookie: `${cookies.join('; ')}; ${session.split(';')[0]}` },
    `csrf=${csrf}&username=amy&password=amy-password`,
  )
  assert.notEqual(
    again.headers.getSetCookie().find((line) => line.startsWith('__Host-emberbox_login=')),
    session,
    'a second sign-in',
  )
  const old = await send('GET', '/auth/grants', { cookie: session.split(';')[0] ?? '' })
  assert.match(old.headers.get('location') ?? '', /^\/auth\/login/, 'the session before it')
})

test('L-04, L-13: a session ends by signing out, after 8 idle hours and after 24 in all; its cookie is then nobody', async () => {
  const works = async (cookie: string) => (await send('GET', '/auth/grants', { cookie })).status === 200
  const signedIn = async (): Promise<Browser> => {
    const browser = new Browser(box)
    await browser.open('/auth/login?then=grants')
    await signIn(browser, 'amy')
    assert.equal(await works(browser.cookie), true)
    return browser
  }
  const out = await signedIn()
  const kept = out.cookie
  await out.open('/auth/logout')
  await out.submit({})
  assert.equal(await works(kept), false)
  const [idle, busy] = [await signedIn(), await signedIn()]
  for (let hour = 0; hour < 23; hour++) {
    time.now += 3_600_000
    assert.equal(await works(busy.cookie), true, `hour ${hour}`)
  }
  assert.equal(await works(idle.cookie), false)
  time.now += 3_600_000
  assert.equal(await works(busy.cookie), false)
})

test('L-08: consent says who asks, for what, for whom, as whom and for how long', async () => {
  const browser = new Browser(box)
  await browser.open(`/auth/authorize?${authorizeQuery({ scope: 'launch/patient offline_access patient/Patient.rs', prompt: 'consent' })}`)
  await signIn(browser, 'amy')
  for (const text of ['Allow Chart?', 'Ashworth', 'signed in as', 'Patient details', 'lasting access'])
    assert.ok(browser.page.includes(text), text)
  await browser.submit({ decision: 'deny' })
  assert.equal(new URL(browser.redirected ?? '').searchParams.get('error'), 'access_denied')
})

test('L-08: no form adds scopes, changes the patient, or decides without having been asked', async () => {
  const scopes = async (field: Record<string, string>) => {
    const browser = new Browser(box)
    await browser.open(`/auth/authorize?${authorizeQuery({ scope: 'launch/patient patient/Patient.r', prompt: 'consent' })}`)
    await signIn(browser, 'amy')
    await browser.submit({ decision: 'allow', ...field })
    return new URL(browser.redirected ?? 'about:blank').searchParams
  }
  assert.equal((await scopes({ scope: 'system/*.cruds' })).get('error'), null, 'launch/patient alone is left')
  const dora = new Browser(box)
  await dora.open(`/auth/authorize?${authorizeQuery(PICKER)}`)
  await signIn(dora, 'dora')
  const key = /name="continue" value="([^"]+)"/.exec(dora.page)?.[1] ?? ''
  const early = await send(
    'POST',
    '/auth/consent',
    { ...FORM, cookie: dora.cookie },
    `${new URLSearchParams({ csrf: csrfOf(dora), continue: key, decision: 'allow', scope: 'patient/Patient.rs', patient: 'p2' })}`,
  )
  assert.match(early.headers.get('location') ?? '', /^\/auth\/authorize\?continue=/, 'back to the picker')
  await dora.submit({ patient: 'p2' })
  assert.match(dora.page, /Brook/)
  const other = await send(
    'POST',
    '/auth/consent',
    { ...FORM, cookie: dora.cookie },
    `${new URLSearchParams({ csrf: csrfOf(dora), continue: 'another', decision: 'allow' })}`,
  )
  assert.equal(other.status, 400)
})

test('L-09: prompt and max_age are obeyed, and a silent request is never answered with a page', async () => {
  const fresh = 'openid launch/patient patient/Patient.rs'
  await authorize({ scope: fresh })
  const silent = (change: Record<string, string> = {}, user = 'amy') => authorize({ scope: fresh, prompt: 'none', ...change }, user)
  assert.ok((await silent()).get('code'))
  assert.equal((await silent({ scope: `${fresh} patient/Observation.rs` })).get('error'), 'consent_required')
  assert.equal((await silent({}, 'dora')).get('error'), 'login_required')
  time.now += 10_000
  assert.equal((await silent({ max_age: '5' })).get('error'), 'login_required')
  assert.ok((await silent({ max_age: '11' })).get('code'))
})
