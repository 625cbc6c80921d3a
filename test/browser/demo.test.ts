// The demo in a real browser (issue 3, Done 2; issue 4, Done 2): fhirclient, unmodified, launched standalone as the patient with one scope
// unticked, standalone as a clinician who picks a patient, from the RPC's URI as an EHR does, and refreshing its token.
// `SCREENSHOTS=folder` keeps every page at 390 and 1280 px.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Served, serveBox } from '../box/served.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const skip = CHROMIUM === undefined ? 'no Chromium was found on this machine' : false
const WIDTHS = [390, 1280]
const shots = process.env.SCREENSHOTS

let browser: Browser
let server: Served
let base = ''

before(async () => {
  if (CHROMIUM === undefined) return
  server = await serveBox({ bundles: ['bundles/demo'] }, 'localhost')
  base = server.base
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

/** A fresh profile; every script error and refused request of a page is a failure. */
const visit = async (): Promise<{ page: Page; problems: string[] }> => {
  const page = await (await browser.newContext()).newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('403')) problems.push(message.text())
  })
  return { page, problems }
}

const keep = async (page: Page, name: string): Promise<void> => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(wide <= 0, `${name} at ${width} px does not scroll sideways (${wide})`)
    if (!shots) continue
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true })
  }
}

const signIn = async (page: Page, user: string): Promise<void> => {
  await page.waitForSelector('input[name=username]')
  await keep(page, 'login')
  await page.fill('input[name=username]', user)
  await page.fill('input[name=password]', `${user}-demo-password`)
  await page.click('button[type=submit]')
}

const allow = async (page: Page): Promise<void> => {
  await page.waitForSelector('button[name=decision]')
  await keep(page, 'consent')
  await page.click('button[name=decision][value=allow]')
  await page.waitForSelector('#status:empty, .note', { state: 'attached' })
}

test('standalone as the patient, observations unticked: the name is shown, and that observations were not shared', { skip }, async () => {
  const { page, problems } = await visit()
  await page.goto(`${base}/`)
  await keep(page, 'home')
  await page.click('a.button')
  await signIn(page, 'amy')
  await page.waitForSelector('input[name=scope]')
  await page.uncheck('input[name=scope][value="patient/Observation.rs"]')
  await allow(page)
  await keep(page, 'app-withheld')
  assert.equal(await page.textContent('#name'), 'Amy Ashworth')
  assert.match((await page.textContent('#status')) ?? '', /not to share observations/)
  assert.equal(await page.isVisible('#observations'), false)
  assert.equal(await page.isVisible('#conditions'), true)
  assert.deepEqual(problems, [])
})

test('standalone as a clinician: the picker lists patients and finds one by name; the app shows that record', { skip }, async () => {
  const { page, problems } = await visit()
  await page.goto(`${base}/demo/launch.html`)
  await signIn(page, 'dora')
  await page.waitForSelector('[name=patient]')
  await keep(page, 'picker')
  assert.ok((await page.locator('[name=patient]').count()) >= 3)
  await page.fill('input[name=query]', 'ben')
  await page.click('.search button')
  await page.waitForSelector('[name=patient][value=ben]')
  assert.equal(await page.locator('[name=patient]').count(), 1)
  const choice = page.locator('[name=patient][value=ben]')
  if ((await choice.getAttribute('type')) === 'radio') {
    await choice.check()
    await page.click('form:has([name=patient]) button[type=submit]')
  } else await choice.click()
  await allow(page)
  assert.match((await page.textContent('#name')) ?? '', /^Ben /)
  assert.ok((await page.locator('#rows tr').count()) >= 10)
  assert.deepEqual(problems, [])
})

test('an EHR launch from the URI of the RPC: the patient in context, their observations and the curve of their heart rate', {
  skip,
}, async () => {
  const answer = await fetch(`${base}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('demo-ehr:demo-ehr-secret')}` },
    body: JSON.stringify({
      method: 'aidbox.smart/get-launch-uri',
      params: { user: 'dora', iss: `${base}/fhir`, client: 'demo-app', ctx: { patient: 'amy' } },
    }),
  })
  assert.equal(answer.status, 200)
  const { result } = (await answer.json()) as { result: { uri: string } }
  const { page, problems } = await visit()
  await page.goto(result.uri)
  await signIn(page, 'dora')
  await allow(page)
  await keep(page, 'app')
  assert.equal(await page.textContent('#name'), 'Amy Ashworth')
  assert.ok((await page.locator('#rows tr').count()) >= 10)
  const rows = await page.locator('#rows tr').allTextContents()
  for (const said of ['Blood pressure138 mmHg / 86 mmHg', 'Tobacco smoking statusNever smoked tobacco', 'Transport too expensiveyes']) {
    assert.ok(
      rows.some((row) => row.endsWith(said)),
      said,
    )
  }
  assert.match((await page.textContent('#curve-title')) ?? '', /^Heart rate from \d{4}-/)
  assert.ok(await page.isVisible('#curve polyline'))
  assert.deepEqual(problems, [])
})

/** What the page's fhirclient holds and reads; runs in the page. */
const refreshInPage = async () => {
  interface Tokens {
    readonly access_token: string
    readonly refresh_token: string
    readonly patient: string
    readonly scope: string
  }
  interface Client {
    readonly state: { readonly tokenResponse: Tokens }
    readonly patient: { read(): Promise<{ readonly id: string }> }
    refresh(): Promise<unknown>
  }
  const { FHIR } = globalThis as unknown as { FHIR: { oauth2: { ready(): Promise<Client> } } }
  const client = await FHIR.oauth2.ready()
  const before = client.state.tokenResponse
  await client.refresh()
  const after = client.state.tokenResponse
  return { before, after, read: (await client.patient.read()).id }
}

test('fhirclient refreshes in the page: new tokens, the same grant, and a reload goes on with them', { skip }, async () => {
  const { page, problems } = await visit()
  await page.goto(`${base}/demo/launch.html`)
  await signIn(page, 'amy')
  await allow(page)
  const first = await page.evaluate(refreshInPage)
  assert.notEqual(first.after.access_token, first.before.access_token)
  assert.notEqual(first.after.refresh_token, first.before.refresh_token)
  assert.deepEqual([first.after.patient, first.after.scope, first.read], ['amy', first.before.scope, 'amy'])
  await page.reload()
  await page.waitForSelector('#status:empty', { state: 'attached' })
  const second = await page.evaluate(refreshInPage)
  assert.deepEqual([second.before.refresh_token, second.read], [first.after.refresh_token, 'amy'])
  assert.deepEqual(problems, [])
})
