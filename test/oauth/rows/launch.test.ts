// Launches on a whole box (security-requirements O-15; SMART App Launch 2.2 §launch): opaque, one client, one use, ten minutes, this box.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Browser } from '../../box/browser.ts'
import { authorizeQuery, basic, createScenario, ISSUER, type Scenario } from './scenario.ts'

const scenario = await createScenario()
const { box, time } = scenario
after(() => box.close())

const launchOf = async ({ send }: Scenario, client = 'app', ctx: object = { patient: 'p1' }): Promise<string> => {
  const { body } = await send(
    'POST',
    '/rpc',
    { ...basic('ehr', 'ehr-secret'), 'content-type': 'application/json' },
    JSON.stringify({ method: 'aidbox.smart/get-launch-uri', params: { user: 'dora', client, iss: `${ISSUER}/fhir`, ctx } }),
  )
  return (body.result as { readonly launch: string }).launch
}
const EHR = { scope: 'launch openid patient/Patient.rs' }
const open = async (launch: string | undefined, change: Record<string, string | undefined> = {}): Promise<Browser> => {
  const browser = new Browser(box)
  await browser.open(`/auth/authorize?${authorizeQuery({ ...EHR, launch, ...change })}`)
  return browser
}
const errorOf = ({ redirected }: Browser) => new URL(redirected ?? 'about:blank').searchParams.get('error')

test('O-15: another client’s, an altered, an invented and a missing launch are invalid_request, before anybody signs in', async () => {
  const launch = await launchOf(scenario)
  const [header = '', payload = '', signature = ''] = launch.split('.')
  const forged = Buffer.from(payload, 'base64url').toString().replace('p1', 'p2')
  const rows: ReadonlyArray<readonly [string, string | undefined, Record<string, string>]> = [
    ['another client', launch, { client_id: 'other', redirect_uri: 'http://other.example/cb' }],
    ['another patient', `${header}.${Buffer.from(forged).toString('base64url')}.${signature}`, {}],
    ['no signature', `${header}.${payload}.`, {}],
    ['alg none', `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`, {}],
    ['invented', 'p1', {}],
    ['5 KB', 'x'.repeat(5_000), {}],
    ['missing, though the scope launch is asked', undefined, {}],
  ]
  for (const [name, value, change] of rows) assert.equal(errorOf(await open(value, change)), 'invalid_request', name)
})

test('O-15: a launch that led to a code is used, however often it is tried, and in parallel too', async () => {
  const launch = await launchOf(scenario)
  const browsers = await Promise.all(Array.from({ length: 5 }, () => open(launch, { prompt: 'consent' })))
  for (const browser of browsers) await browser.submit({ username: 'dora', password: 'dora-password' })
  await Promise.all(browsers.map((browser) => browser.submit({ decision: 'allow' })))
  const codes = browsers.filter(({ redirected }) => new URL(redirected ?? 'about:blank').searchParams.has('code'))
  assert.equal(codes.length, 1)
  for (const browser of browsers) if (!codes.includes(browser)) assert.equal(errorOf(browser), 'invalid_request')
  assert.equal(errorOf(await open(launch)), 'invalid_request')
})

test('O-15: ten minutes, and of this box only', async () => {
  const [early, late] = [await launchOf(scenario), await launchOf(scenario)]
  const twin = await createScenario()
  assert.equal(errorOf(await open(await launchOf(twin))), 'invalid_request', 'another box of the same name')
  await twin.box.close()
  time.now += 599_000
  assert.match((await open(early)).page, /name="password"/)
  time.now += 1_000
  assert.equal(errorOf(await open(late)), 'invalid_request')
})

test('O-15: a launch says who may sign in, and its context is what the app gets, whatever else the app asks', async () => {
  const browser = await open(await launchOf(scenario), {
    patient: 'p2',
    scope: 'launch launch/patient patient/Patient.rs',
    prompt: 'consent',
  })
  await browser.submit({ username: 'amy', password: 'amy-password' })
  assert.equal(browser.status, 403)
  await browser.submit({ username: 'dora', password: 'dora-password' })
  await browser.submit({ decision: 'allow', patient: 'p2' })
  const code = new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
  assert.equal((await scenario.redeem(code)).body.patient, 'p1')
})
