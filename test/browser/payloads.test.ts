// L-15 in a real browser: a matrix of payloads in everything that somebody else wrote (names of apps, people, patients and scopes, what an
// app sends, what a person types), on every page. The pages' CSP is switched off, so that it is the escaping that holds: no dialog opens,
// no element and no handler is there that the page did not make, and the text is shown as it was written.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { CHALLENGE } from '../box/browser.ts'
import { type Served, serveBox } from '../box/served.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const skip = CHROMIUM === undefined ? 'no Chromium was found on this machine' : false

const PAYLOADS: readonly string[] = [
  '<script>alert(1)</script>',
  '"><script>alert(1)</script>',
  `'><img src=x onerror=alert(1)>`,
  '" autofocus onfocus=alert(1) x="',
  '</title><svg onload=alert(1)>',
  '</textarea></style></noscript><iframe srcdoc="<script>parent.alert(1)</script>">',
  '<details open ontoggle=alert(1)>',
  'javascript:alert(1)//',
  '<a href="javascript:alert(1)">x</a>',
  '&lt;img src=x onerror=alert(1)&gt;',
  '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  '{{constructor.constructor("alert(1)")()}}#{alert(1)}',
  '<!--><img src=x onerror=alert(1)>-->',
  '<form><button formaction=javascript:alert(1)>x</button></form>',
]

const REDIRECT = 'http://app.example/cb'
const perPayload = (payload: string, at: number): readonly object[] => [
  {
    resourceType: 'Client',
    id: `app-${at}`,
    name: payload,
    description: payload,
    grant_types: ['authorization_code'],
    smart: { name: payload, description: payload, launch_uri: at % 2 === 0 ? payload : `javascript:alert(1)//${payload}` },
    auth: { authorization_code: { redirect_uri: REDIRECT } },
  },
  { resourceType: 'Scope', id: `scope-${at}`, scope: `text-${at}`, title: payload, description: payload },
  { resourceType: 'Patient', id: `p-${at}`, name: [{ text: payload }], identifier: [{ system: 'urn:x', value: payload }] },
]
const COMMON: readonly object[] = [
  {
    resourceType: 'User',
    id: 'mallory',
    userName: 'mallory',
    password: 'mallory-password',
    name: { formatted: PAYLOADS.join(' ') },
    fhirUser: { reference: 'Practitioner/m' },
  },
  { resourceType: 'Practitioner', id: 'm' },
  { resourceType: 'AccessPolicy', id: 'see', engine: 'allow', link: [{ reference: 'User/mallory' }] },
  { resourceType: 'AuthConfig', id: 'looks', theme: { title: PAYLOADS.join(' '), brand: PAYLOADS.join(' ') } },
]

let browser: Browser
let site: Served
const folder = mkdtempSync(join(tmpdir(), 'emberbox-payloads-'))
before(async () => {
  if (CHROMIUM === undefined) return
  const file = join(folder, 'hostile.json')
  writeFileSync(file, JSON.stringify([...COMMON, ...PAYLOADS.flatMap(perPayload)]))
  site = await serveBox({ bundles: [file, 'bundles/demo'] }, 'localhost')
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
})
after(async () => {
  await browser?.close()
  await site?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** What a page of ours never has; runs in the page. */
const foreignParts = (): string[] =>
  [...document.querySelectorAll('*')].flatMap((element) => {
    const name = element.tagName.toLowerCase()
    const handlers = element.getAttributeNames().filter((one) => /^on|^srcdoc$|^formaction$/.test(one))
    const links = ['href', 'src', 'action'].filter((one) => /^\s*javascript:/i.test(element.getAttribute(one) ?? ''))
    const made = /^(script|img|svg|iframe|object|embed|base|textarea|noscript)$/.test(name)
    return made || handlers.length + links.length > 0 ? [`${name} ${[...handlers, ...links]}`] : []
  })

/** A page on which whatever runs is noted. */
const watched = async (): Promise<{ page: Page; ran: string[]; look: (name: string, shows?: string) => Promise<void> }> => {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage()
  const ran: string[] = []
  page.on('dialog', async (dialog) => {
    ran.push(`${page.url()}: ${dialog.message()}`)
    await dialog.dismiss()
  })
  await page.route(/^http:\/\/app\.example\//, (route) => route.fulfill({ body: 'at the app' }))
  const look = async (name: string, shows?: string): Promise<void> => {
    assert.deepEqual(await page.evaluate(foreignParts), [], name)
    if (shows !== undefined) {
      const text = await page.evaluate(
        () =>
          `${document.title} ${document.body.textContent} ${[...document.querySelectorAll('input')].map(({ value }) => value).join(' ')}`,
      )
      assert.ok(text.includes(shows), `${name} shows ${shows}`)
    }
    assert.deepEqual(ran, [], name)
  }
  return { page, ran, look }
}

const authorize = (at: number, more: Record<string, string> = {}): string =>
  `${site.base}/auth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: `app-${at}`,
    redirect_uri: REDIRECT,
    scope: `launch/patient patient/Patient.rs text-${at}`,
    aud: `${site.base}/fhir`,
    state: PAYLOADS[at] ?? '',
    login_hint: PAYLOADS[at] ?? '',
    prompt: 'consent',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })}`

test('L-15: sign-in, wrong password, picker, search, consent and answer, for each payload: 0 dialogs', { skip }, async () => {
  const { page, ran, look } = await watched()
  for (const [at, payload] of PAYLOADS.entries()) {
    await page.goto(authorize(at))
    if (at === 0) {
      await look('sign-in', payload)
      await page.fill('input[name=username]', 'mallory')
      await page.fill('input[name=password]', 'mallory-password')
      await page.click('button[type=submit]')
    }
    await look('picker', payload)
    await page.fill('input[name=query]', payload)
    await page.click('.search button')
    await look('search', payload)
    await page.goto(authorize(at))
    await page.check(`input[name=patient][value="p-${at}"]`)
    await page.click('form:has([name=patient]) button[type=submit]')
    await look('consent', payload)
    await page.click('button[value=allow]')
    await page.waitForURL(/^http:\/\/app\.example\//)
    assert.equal(new URL(page.url()).searchParams.get('state'), payload)
  }
  for (const path of ['/auth/grants', '/auth/sessions', '/auth/logout']) {
    await page.goto(site.base + path)
    await look(path, PAYLOADS[2])
  }
  assert.deepEqual(ran, [])
})

test('L-15: what is shown to nobody signed in, and what is wrong with a request, for each payload: 0 dialogs', { skip }, async () => {
  const { page, ran, look } = await watched()
  for (const [at, payload] of PAYLOADS.entries()) {
    const value = encodeURIComponent(payload)
    await page.goto(authorize(at))
    await look('sign-in of a flow', payload)
    await page.goto(`${site.base}/auth/login?login_hint=${value}&then=${value}&error=${value}&error_description=${value}`)
    await look('sign-in', payload)
    const paths = [
      'authorize?client_id=',
      'authorize?continue=',
      'logout?post_logout_redirect_uri=',
      'logout?client_id=',
      'logout?id_token_hint=',
      'grants?removed=',
    ]
    for (const path of paths) {
      await page.goto(`${site.base}/auth/${path}${value}`)
      await look(path)
    }
    await page.goto(authorize(at, { redirect_uri: payload }))
    await look('redirect_uri')
    for (const path of ['.well-known/', 'fhir/Patient?_id=']) {
      await page.goto(`${site.base}/${path}${value}`)
    }
  }
  await page.goto(authorize(0))
  await page.fill('input[name=username]', PAYLOADS[2] ?? '')
  await page.fill('input[name=password]', 'x')
  await page.click('button[type=submit]')
  await look('a wrong password', PAYLOADS[2])
  assert.deepEqual(ran, [])
})

test('L-15: the home page and the demo app: texts of apps are text, a launch address that is a script is no link', { skip }, async () => {
  const { page, ran, look } = await watched()
  await page.goto(`${site.base}/`)
  await look('home')
  for (const link of await page.locator('a.button').all()) {
    assert.match((await link.getAttribute('href')) ?? '', /^https?:/)
  }
  for (const payload of PAYLOADS) {
    await page.goto(`${site.base}/demo/?error=${encodeURIComponent(payload)}&error_description=${encodeURIComponent(payload)}`)
    await page.waitForSelector('#status.problem')
    assert.ok((await page.textContent('#status'))?.includes(payload))
  }
  assert.deepEqual(ran, [])
})
