// SMART end to end on a whole box: what is asked, consented to, granted and then reached (SMART 2.2; aidbox-behaviour §5; S-01, O-15, O-22).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const box = await createBox({ bundles: ['test/smart/fixtures.yaml'], baseUrl: BASE, env: {} })
after(() => box.close())

/** The members of answers that these scenarios read. */
interface Answer {
  readonly [name: string]: unknown
  readonly result?: { readonly uri: string; readonly launch: string }
  readonly entry?: ReadonlyArray<{ readonly resource: { readonly id: string } }>
}

const authorizePath = (scope: string, more: Record<string, string> = {}): string =>
  `/auth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: 'http://app.example/cb',
    state: 's1',
    aud: `${BASE}/fhir`,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    scope,
    ...more,
  })}`
const backAt = (browser: Browser): URLSearchParams => new URL(browser.redirected ?? '').searchParams

const json = async (response: Response) => ({ status: response.status, body: (await response.json()) as Answer })
const redeem = (browser: Browser) => {
  const code = backAt(browser).get('code') ?? ''
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: 'http://app.example/cb',
    client_id: 'app',
    code_verifier: VERIFIER,
  }
  return box.request('/auth/token', { method: 'POST', body: new URLSearchParams(fields) }).then(json)
}
const signedIn = async (path: string, user: string): Promise<Browser> => {
  const browser = new Browser(box)
  await browser.open(path)
  await browser.submit({ username: user, password: `${user}-password` })
  return browser
}
/** What amy allows of a scope, everything or all but `without`. */
const allowed = async (scope: string, without: readonly string[] = []) => {
  const browser = await signedIn(authorizePath(scope, { prompt: 'consent' }), 'amy')
  await browser.submit({ decision: 'allow' }, without)
  const { status, body } = await redeem(browser)
  assert.equal(status, 200)
  const fhir = async (method: string, path: string, resource?: object) => {
    const headers = { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/fhir+json' }
    const response = await box.request(`/fhir/${path}`, { method, headers, ...(resource && { body: JSON.stringify(resource) }) })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Answer) }
  }
  const found = async (path: string): Promise<unknown[]> =>
    ((await fhir('GET', path)).body?.entry ?? []).map(({ resource }) => resource.id).sort()
  return { token: body, fhir, found }
}
const launchUri = async (ctx: object, user = 'dora') => {
  const headers = { authorization: `Basic ${Buffer.from('ehr:ehr-secret').toString('base64')}`, 'content-type': 'application/json' }
  const params = { user, client: 'app', iss: `${BASE}/fhir`, ctx }
  const body = JSON.stringify({ method: 'aidbox.smart/get-launch-uri', params })
  return box.request('/rpc', { method: 'POST', headers, body }).then(json)
}

test('a search scope filters searches; its type is not readable and another type is out of scope', async () => {
  const { token, fhir, found } = await allowed('launch/patient patient/Encounter.s?class=AMB')
  assert.equal(token.scope, 'launch/patient patient/Encounter.s?class=AMB')
  assert.deepEqual(await found('Encounter'), ['visit'])
  assert.deepEqual(await found('Encounter?class=IMP'), [])
  assert.equal((await fhir('GET', 'Encounter/visit')).status, 403)
  assert.equal((await fhir('GET', 'Patient/p1')).status, 403)
})

test('read and search filter by category; two scopes are a union', async () => {
  const of = (code: string) => `patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|${code}`
  const labs = await allowed(of('laboratory'))
  assert.deepEqual(await labs.found('Observation'), ['lab'])
  assert.equal((await labs.fhir('GET', 'Observation/lab')).status, 200)
  const foreign = await labs.fhir('GET', 'Observation/vital')
  assert.equal(foreign.status, 404)
  // A foreign id answers exactly as an absent one (I4).
  const absent = await labs.fhir('GET', 'Observation/absent')
  assert.deepEqual(JSON.parse(JSON.stringify(foreign.body).replaceAll('vital', 'absent')), absent.body)
  const both = await allowed(`${of('laboratory')} ${of('vital-signs')}`)
  assert.deepEqual(await both.found('Observation'), ['lab', 'vital'])
})

test('writes under a query: create wants the new state to match, update both, delete the stored one', async () => {
  const { fhir } = await allowed('patient/Basic.cruds?code=note')
  const basic = (code: string) => ({
    resourceType: 'Basic',
    code: { coding: [{ system: 'urn:basic', code }] },
    subject: { reference: 'Patient/p1' },
  })
  const made = await fhir('POST', 'Basic', basic('note'))
  assert.equal(made.status, 201)
  assert.equal((await fhir('POST', 'Basic', basic('bill'))).status, 403)
  const id = String(made.body?.id)
  assert.equal((await fhir('PUT', `Basic/${id}`, { ...basic('note'), id, created: '2024-01-01' })).status, 200)
  assert.equal((await fhir('PUT', `Basic/${id}`, { ...basic('bill'), id })).status, 403)
  assert.equal((await fhir('PUT', 'Basic/bill', { ...basic('note'), id: 'bill' })).status, 404)
  assert.equal((await fhir('DELETE', 'Basic/bill')).status, 404)
  assert.ok([200, 204].includes((await fhir('DELETE', `Basic/${id}`)).status))
})

test('v1 scopes are answered as v1, v2 as v2; what is unknown is left out (O-22)', async () => {
  const v1 = await allowed('patient/Observation.read patient/Foo.read patient/Observation.dr')
  assert.equal(v1.token.scope, 'patient/Observation.read')
  assert.deepEqual(await v1.found('Observation'), ['lab', 'vital'])
  const v2 = await allowed('patient/Observation.rs')
  assert.equal(v2.token.scope, 'patient/Observation.rs')
})

test('a query without a meaning: invalid_scope at the app, before anybody signs in', async () => {
  const browser = new Browser(box)
  await browser.open(authorizePath('patient/Observation.rs?nonsense=1'))
  assert.deepEqual([backAt(browser).get('error'), backAt(browser).get('state'), backAt(browser).get('iss')], ['invalid_scope', 's1', BASE])
})

test('consent: a type unticked, a category ticked below it, lasting access unticked', async () => {
  const plain = 'patient/Observation.rs'
  const category = `${plain}?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory`
  const path = authorizePath(`launch/patient offline_access patient/Patient.rs ${plain}`, { prompt: 'consent' })
  const browser = await signedIn(path, 'amy')
  assert.match(browser.page, /type="checkbox"[^>]*name="scope"[^>]*value="offline_access" checked/)
  assert.match(browser.page, /value="patient\/Observation\.rs\?category=[^"]*laboratory">/)
  await browser.submit({ decision: 'allow', scope: category }, [])
  const { body } = await redeem(browser)
  assert.equal(body.scope, `launch/patient ${category}`)
  assert.equal('refresh_token' in body, false)
  assert.equal(body.patient, 'p1')
})

test('a wildcard: one row for each documented type; one unticked drops the wildcard', async () => {
  const whole = await allowed('patient/*.rs')
  assert.match(String(whole.token.scope), /^patient\/Patient\.rs .* patient\/\*\.rs$/)
  const part = await allowed('patient/*.rs', ['patient/Observation.rs'])
  assert.doesNotMatch(String(part.token.scope), /Observation|\*/)
  assert.equal((await part.fhir('GET', 'Observation')).status, 403)
  assert.deepEqual(await part.found('Encounter'), ['stay', 'visit'])
})

test('an EHR launch: its context in the token answer; used once; its user or nobody (O-15)', async () => {
  const { status, body } = await launchUri({ patient: 'p1', encounter: 'visit', fhirContext: ['Basic/note'], intent: 'review' })
  assert.equal(status, 200)
  const { uri, launch = '' } = body.result ?? {}
  assert.equal(uri, `http://app.example/launch?iss=${BASE}/fhir&launch=${launch}`)
  const path = authorizePath('launch launch/encounter openid fhirUser user/Patient.rs', { launch })
  const someoneElse = await signedIn(path, 'amy')
  assert.equal(someoneElse.status, 403)
  const browser = await signedIn(path, 'dora')
  await browser.submit({ decision: 'allow' })
  const token = (await redeem(browser)).body
  assert.deepEqual(
    [token.patient, token.encounter, token.fhirContext, token.intent, token.need_patient_banner],
    ['p1', 'visit', [{ reference: 'Basic/note' }], 'review', true],
  )
  const style = await box.request(new URL(String(token.smart_style_url)).pathname, { headers: { origin: 'http://app.example' } })
  assert.deepEqual([style.status, style.headers.get('access-control-allow-origin')], [200, '*'])
  assert.match(String((await json(style)).body.color_background), /^#/)
  const again = new Browser(box)
  await again.open(path)
  assert.equal(backAt(again).get('error'), 'invalid_request')
})

test('a launch without context leaves every member of it out', async () => {
  const { body } = await launchUri({})
  const browser = await signedIn(authorizePath('launch openid', { launch: body.result?.launch ?? '', prompt: 'consent' }), 'dora')
  await browser.submit({ decision: 'allow' })
  const token = (await redeem(browser)).body
  for (const name of ['patient', 'encounter', 'fhirContext', 'intent']) assert.equal(name in token, false, name)
})

test('launch/patient as a practitioner: the picker searches, and only who was offered can be picked (L-08)', async () => {
  const browser = await signedIn(authorizePath('launch/patient patient/Patient.rs'), 'dora')
  assert.match(browser.page, /name="patient" value="p1"/)
  assert.match(browser.page, /name="patient" value="p2"/)
  for (const [query, seen, unseen] of [
    ['brook', 'p2', 'p1'],
    ['amy ash', 'p1', 'p2'],
    ['1990-03-02', 'p2', 'p1'],
    ['MR-1', 'p1', 'p2'],
  ] as const) {
    await browser.submit({ query })
    assert.match(browser.page, new RegExp(`value="${seen}"`), query)
    assert.doesNotMatch(browser.page, new RegExp(`name="patient" value="${unseen}"`), query)
  }
  const stranger = await browser.submit({ patient: 'd1' })
  assert.equal(browser.status, 403, stranger)
  const again = await signedIn(authorizePath('launch/patient patient/Patient.rs'), 'dora')
  await again.submit({ patient: 'p2' })
  assert.match(again.page, /Brook/)
  await again.submit({ decision: 'allow' })
  assert.equal((await redeem(again)).body.patient, 'p2')
})

test('launch/encounter is for EHR launches: standalone it is left out of what is granted, and alone it is invalid_scope', async () => {
  const { token } = await allowed('launch/patient launch/encounter patient/Encounter.rs')
  assert.deepEqual([token.scope, 'encounter' in token], ['launch/patient patient/Encounter.rs', false])
  const browser = new Browser(box)
  await browser.open(authorizePath('launch/encounter'))
  assert.equal(backAt(browser).get('error'), 'invalid_scope')
})
