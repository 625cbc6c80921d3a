// Signing in (security-requirements L-05, L-06, L-10, L-14): what an attacker learns, how often one may guess, and where one ends up.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../../src/box.ts'
import { Browser, type Site } from '../../box/browser.ts'
import { authorizeQuery, basic, createScenario, ISSUER } from './scenario.ts'

const scenario = await createScenario()
const { box, time, send, token } = scenario
after(() => box.close())

/** The box as it is reached from this address. */
const from = (address: string): Site => ({
  baseUrl: ISSUER,
  request: (request) => {
    const asked = request instanceof Request ? request : new Request(`${ISSUER}${request}`)
    const { pathname, search } = new URL(asked.url)
    return box.fetch(asked, { target: `${pathname}${search}`, rawHeaders: [...asked.headers].flat(), remoteAddr: address })
  },
})
const guess = async (site: Site, username: string, password: string, headers: Record<string, string> = {}): Promise<Browser> => {
  const browser = new Browser(site, headers)
  await browser.open('/auth/login?then=grants')
  await browser.submit({ username, password })
  return browser
}

test('L-05: an unknown user, a wrong password, a user without one and an empty one are the same answer', async () => {
  await scenario.asRoot('PUT', '/User/nopw', { userName: 'nopw' })
  const answers: string[] = []
  for (const [username, password] of [
    ['amy', 'wrong'],
    ['zoe', 'wrong'],
    ['nopw', 'wrong'],
    ['amy', ''],
    ['amy', 'amy-passwor'],
    ['amy', 'amy-password '],
    ['app', 'x'],
  ] as const) {
    const { status, page } = await guess(from('10.0.0.1'), username, password)
    answers.push(`${status} ${page.replace(/value="[^"]*"/g, '')}`)
    time.now += 61_000
  }
  assert.equal(new Set(answers).size, 1)
  assert.match(answers[0] ?? '', /^401 /)
})

test('L-07: a password counts in every character, also after the 64th and outside of ASCII', async () => {
  const password = `${'p'.repeat(99)}é🔥 `
  await scenario.asRoot('PUT', '/User/long', { userName: 'long', password })
  assert.match((await guess(from('10.0.0.5'), 'long', password)).page, /Your apps/)
  for (const wrong of [
    password.slice(0, 99),
    password.trimEnd(),
    password.replace('é', 'e'),
    password.normalize('NFD'),
    password.slice(0, 72),
  ]) {
    assert.equal((await guess(from('10.0.0.5'), 'long', wrong)).status, 401, wrong.slice(95))
  }
  time.now += 61_000
})

test('L-06: six wrong ones a minute per account and address, then 429; from elsewhere the right one still works', async () => {
  const attacker = from('10.0.0.2')
  for (let tries = 0; tries < 6; tries++) assert.equal((await guess(attacker, 'amy', `wrong ${tries}`)).status, 401)
  const limited = await guess(attacker, 'amy', 'amy-password')
  assert.equal(limited.status, 429)
  assert.ok(Number(limited.headers.get('retry-after')) > 0)
  assert.equal((await guess(attacker, 'AMY', 'amy-password')).status, 429, 'in another case')
  assert.match((await guess(from('10.0.0.3'), 'amy', 'amy-password')).page, /Your apps/)
  const spoofed = { 'x-forwarded-for': '10.9.9.9', forwarded: 'for=10.9.9.9', 'x-real-ip': '10.9.9.9' }
  assert.equal((await guess(attacker, 'amy', 'amy-password', spoofed)).status, 429, 'a header is not an address')
  assert.equal((await guess(attacker, 'dora', 'wrong')).status, 401, 'another account')
  time.now += 61_000
  assert.match((await guess(attacker, 'amy', 'amy-password')).page, /Your apps/)
})

test('L-06: guesses that are sent at once are counted before their passwords are looked at', async () => {
  const attacker = from('10.0.0.4')
  const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => guess(attacker, 'amy', `wrong ${at}`)))
  assert.equal(answers.filter(({ status }) => status === 401).length, 6)
  assert.equal(answers.filter(({ status }) => status === 429).length, 6)
  time.now += 61_000
})

const ELSEWHERE: readonly string[] = [
  ...['//evil.example', '/\\evil.example', 'https:evil.example', 'https://evil.example', 'javascript:alert(1)', '\\\\evil.example'],
  ...[
    '/%5cevil.example',
    '/auth/../..//evil.example',
    '%2f%2fevil.example',
    ' //evil.example',
    'evil.example',
    '.evil.example',
    '@evil.example',
  ],
]
const NAMES = [
  'then',
  'return_to',
  'redirect',
  'redirect_to',
  'redirect_uri',
  'next',
  'continue',
  'url',
  'post_logout_redirect_uri',
  'target_link_uri',
]

test('L-10: after signing in one is on this server, whatever the link or the form said', async () => {
  for (const url of ELSEWHERE) {
    const browser = new Browser(box)
    const fields = Object.fromEntries(NAMES.map((name) => [name, url]))
    await browser.open(`/auth/login?${new URLSearchParams(fields)}`)
    await browser.submit({ ...fields, username: 'amy', password: 'amy-password' })
    assert.equal(new URL(browser.redirected ?? ISSUER).origin, ISSUER, url)
  }
})

test('L-10: a flow that is continued is one that is kept here, and signing out goes to no address that is not registered', async () => {
  for (const url of ELSEWHERE) {
    for (const path of [
      '/auth/authorize?continue=',
      '/auth/logout?post_logout_redirect_uri=',
      '/auth/logout?client_id=app&post_logout_redirect_uri=',
    ]) {
      const { status, headers } = await send('GET', `${path}${encodeURIComponent(url)}`)
      assert.deepEqual([status, headers.get('location')], [400, null], `${path}${url}`)
    }
    const removed = await send('GET', `/auth/grants?removed=${encodeURIComponent(url)}`)
    assert.match(removed.headers.get('location') ?? '', /^\/auth\/login/)
  }
})

test('L-10: an error goes back to the app by its registered address only, with what it sent as a value', async () => {
  const state = 'x&code=forged#f\r\nset-cookie: a=b'
  const { headers } = await send('GET', `/auth/authorize?${authorizeQuery({ response_type: 'token', state })}`)
  const to = new URL(headers.get('location') ?? '')
  assert.deepEqual([to.origin, to.pathname, to.hash], ['http://app.example', '/cb', ''])
  assert.deepEqual([to.searchParams.get('state'), to.searchParams.get('code'), headers.get('set-cookie')], [state, null, null])
})

test('L-14: nobody is there whom nobody made: no admin, no root, no default password or secret', async () => {
  const empty = await createBox({ bundles: [], baseUrl: ISSUER, env: {} })
  assert.deepEqual(
    [...(await empty.counts()).keys()].filter((type) => /^(User|Client|AccessPolicy|Role)$/.test(type)),
    [],
  )
  for (const [name, password] of [
    ['admin', 'admin'],
    ['admin', 'password'],
    ['root', 'root'],
    ['root', 'secret'],
    ['emberbox', 'emberbox'],
  ] as const) {
    const browser = new Browser(empty)
    await browser.open('/auth/login?then=grants')
    await browser.submit({ username: name, password })
    assert.equal(browser.status, 401, `${name} ${password}`)
    assert.equal((await empty.request('/fhir/User', { headers: basic(name, password) })).status, 401)
  }
  await empty.close()
  assert.equal((await token({ grant_type: 'client_credentials' }, basic('root', 'root'))).status, 401)
  assert.equal((await send('GET', '/fhir/User', basic('root', ''))).status, 401)
})
