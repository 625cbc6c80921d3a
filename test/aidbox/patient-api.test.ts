// The patient data access API (aidbox-behaviour §5.5, §10.32): below its base there is one patient's data, whoever asks and however.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-patient-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const observation = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'registered',
  code: { coding: [{ system: 'http://loinc.org', code: '15074-8' }] },
  subject: { reference: `Patient/${patient}` },
  performer: [{ reference: 'Practitioner/pr' }],
})
writeFileSync(
  join(folder, 'bundle.json'),
  JSON.stringify([
    { resourceType: 'Api', id: 'patient', path: '/patient/fhir', compartment: 'Patient' },
    { resourceType: 'Api', id: 'named-patient', path: '/patient/{patient}/fhir', compartment: 'Patient' },
    { resourceType: 'Client', id: 'portal', grant_types: ['password'], auth: { password: {} } },
    { resourceType: 'Client', id: 'app', type: 'smart-app', grant_types: ['password'], auth: { password: {} } },
    { resourceType: 'User', id: 'one', password: 'one-password', fhirUser: { reference: 'Patient/pt-1' } },
    { resourceType: 'User', id: 'doctor', password: 'doctor-password', fhirUser: { reference: 'Practitioner/pr' } },
    {
      resourceType: 'AccessPolicy',
      id: 'as-patient-use-own-api',
      engine: 'matcho',
      matcho: { uri: '#^/patient/', params: { 'patient/id': '.user.fhirUser.id' } },
    },
    {
      resourceType: 'AccessPolicy',
      id: 'as-doctor-use-patient-api',
      engine: 'matcho',
      link: [{ reference: 'User/doctor' }],
      matcho: { uri: '#^/patient/' },
    },
    { resourceType: 'AccessPolicy', id: 'as-app', engine: 'allow', link: [{ reference: 'Client/app' }] },
    { resourceType: 'Practitioner', id: 'pr' },
    { resourceType: 'Patient', id: 'pt-1' },
    { resourceType: 'Patient', id: 'pt-2' },
    observation('obs-1', 'pt-1'),
    observation('obs-2', 'pt-2'),
  ]),
)
const box = await createBox({ bundles: [folder], baseUrl: 'https://box.example', rootClientSecret: 'root', env: {} })
after(() => box.close())

const root = { authorization: `Basic ${Buffer.from('root:root').toString('base64')}` }
const signIn = async (username: string, client = 'portal', scope?: string) => {
  const body = new URLSearchParams({
    grant_type: 'password',
    client_id: client,
    username,
    password: `${username}-password`,
    ...(scope && { scope }),
  })
  const { access_token } = (await (await box.request('/auth/token', { method: 'POST', body })).json()) as { access_token: string }
  return { authorization: `Bearer ${access_token}` }
}
const one = await signIn('one')
const doctor = await signIn('doctor')

const ask = async (path: string, headers: Record<string, string>, init: { method?: string; body?: unknown } = {}) => {
  const { method = 'GET', body } = init
  const sent =
    body === undefined
      ? { method, headers }
      : { method, headers: { ...headers, 'content-type': 'application/fhir+json' }, body: JSON.stringify(body) }
  const response = await box.request(path, sent)
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) }
}
const as = (patient: string) => ({ ...root, 'X-Patient-id': patient })
const ids = (bundle: { entry?: Array<{ resource: { id: string } }> }) => (bundle.entry ?? []).map(({ resource }) => resource.id)

test('a resource of the patient is read, of another one it is not there', async () => {
  assert.equal((await ask('/patient/fhir/Observation/obs-1', as('pt-1'))).status, 200)
  const foreign = await ask('/patient/fhir/Observation/obs-1', as('pt-2'))
  const absent = await ask('/patient/fhir/Observation/never', as('pt-2'))
  assert.equal(foreign.status, 404)
  assert.equal(foreign.text, absent.text, 'S-01: as if it had never been')
  assert.equal((await ask('/patient/fhir/Patient/pt-1', as('pt-1'))).status, 200)
  assert.equal((await ask('/patient/fhir/Patient/pt-1', as('pt-2'))).status, 404)
  assert.equal((await ask('/patient/pt-1/fhir/Observation/obs-1', root)).status, 200, 'the path names the patient')
  assert.equal((await ask('/patient/pt-2/fhir/Observation/obs-1', root)).status, 404)
})

test('a search is filtered and its total counts what is left, by GET, POST, count and compartment', async () => {
  for (const [patient, expected] of [
    ['pt-1', ['obs-1']],
    ['pt-2', ['obs-2']],
    ['pt-3', []],
  ] as const) {
    const found = (await ask('/patient/fhir/Observation', as(patient))).json()
    assert.deepEqual([found.total, ids(found)], [expected.length, [...expected]])
    assert.equal((await ask('/patient/fhir/Observation?_summary=count', as(patient))).json().total, expected.length)
    const posted = await box.request('/patient/fhir/Observation/_search', {
      method: 'POST',
      headers: { ...as(patient), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'code=15074-8',
    })
    assert.equal(((await posted.json()) as { total: number }).total, expected.length)
    assert.deepEqual(ids((await ask('/patient/fhir/Observation?patient=pt-1', as(patient))).json()), patient === 'pt-1' ? ['obs-1'] : [])
    assert.deepEqual(ids((await ask('/patient/fhir/Patient/pt-1/Observation', as(patient))).json()), patient === 'pt-1' ? ['obs-1'] : [])
  }
  const link = (await ask('/patient/pt-1/fhir/Observation', root)).json().link[0].url
  assert.equal(link, 'https://box.example/patient/pt-1/fhir/Observation')
})

test('includes, chains and _has lead to nobody else; what belongs to no patient is not there', async () => {
  assert.equal((await ask('/patient/fhir/Practitioner/pr', as('pt-1'))).status, 404)
  assert.equal((await ask('/patient/fhir/Client/portal', as('pt-1'))).status, 404)
  assert.equal((await ask('/patient/fhir/AccessPolicy', as('pt-1'))).status, 404)
  const included = (await ask('/patient/fhir/Observation?_include=Observation:performer&_include=Observation:subject', as('pt-1'))).json()
  assert.deepEqual(ids(included), ['obs-1', 'pt-1'])
  const reverse = (await ask('/patient/fhir/Patient?_revinclude=Observation:subject', as('pt-2'))).json()
  assert.deepEqual(ids(reverse), ['pt-2', 'obs-2'])
  assert.deepEqual(ids((await ask('/patient/fhir/Patient?_has:Observation:subject:code=15074-8', as('pt-2'))).json()), ['pt-2'])
})

test('writes stay within the patient: what is created must be theirs, what is not cannot be changed, entries of Bundles alike', async () => {
  const body = (patient: string) => ({ ...observation('x', patient), id: undefined })
  assert.equal((await ask('/patient/fhir/Observation', as('pt-1'), { method: 'POST', body: body('pt-1') })).status, 201)
  assert.equal((await ask('/patient/fhir/Observation', as('pt-1'), { method: 'POST', body: body('pt-2') })).status, 403)
  assert.equal(
    (await ask('/patient/fhir/Observation/obs-2', as('pt-1'), { method: 'PUT', body: observation('obs-2', 'pt-1') })).status,
    404,
  )
  assert.equal(
    (await ask('/patient/fhir/Observation/obs-1', as('pt-1'), { method: 'PUT', body: observation('obs-1', 'pt-2') })).status,
    403,
  )
  assert.equal((await ask('/patient/fhir/Observation/obs-2', as('pt-1'), { method: 'DELETE' })).status, 404)
  const batch = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: ['obs-1', 'obs-2'].map((id) => ({ request: { method: 'GET', url: `Observation/${id}` } })),
  }
  const answers = (await ask('/patient/fhir', as('pt-1'), { method: 'POST', body: batch })).json().entry
  assert.deepEqual(
    answers.map(({ response }: { response: { status: string } }) => response.status),
    ['200', '404'],
  )
  assert.equal((await ask('/fhir/Observation/obs-2', root)).json().subject.reference, 'Patient/pt-2')
})

test('S-19: the session’s patient cannot be changed by a header or a path; policies see whom it is about as params.patient/id', async () => {
  assert.equal((await ask('/patient/fhir/Observation/obs-1', one)).status, 200)
  assert.equal((await ask('/patient/fhir/Observation/obs-1', { ...one, 'X-Patient-Id': 'pt-1' })).status, 200)
  assert.equal((await ask('/patient/fhir/Observation/obs-2', one)).status, 404)
  for (const [path, headers] of [
    ['/patient/fhir/Observation/obs-2', { ...one, 'X-Patient-Id': 'pt-2' }],
    ['/patient/pt-2/fhir/Observation/obs-2', one],
    ['/patient/pt-2/fhir/Observation', { ...one, 'X-Patient-Id': 'pt-2' }],
    ['/patient/pt-1/fhir/Observation', { ...one, 'X-Patient-Id': 'pt-2' }],
  ] as const) {
    assert.equal((await ask(path, headers)).status, 403, path)
  }
  assert.equal(
    (await ask('/patient/fhir/Observation/obs-2', { ...doctor, 'X-Patient-Id': 'pt-2' })).status,
    200,
    'a session about no patient names one',
  )
  assert.equal((await ask('/patient/pt-1/fhir/Observation', { ...doctor, 'X-Patient-Id': 'pt-2' })).status, 403, 'header and path differ')
})

test('policies decide as everywhere; without a patient nothing is answered; a name that is no id is refused', async () => {
  assert.equal((await ask('/patient/fhir/Observation/obs-1', { 'X-Patient-Id': 'pt-1' })).status, 401, 'nobody')
  assert.equal((await ask('/fhir/Observation/obs-1', one)).status, 403, 'the policy is about this base')
  assert.equal((await ask('/patient/fhir/Observation', root)).status, 400, 'S-16: never unfiltered')
  assert.equal((await ask('/patient/fhir/Observation', as('pt-1,pt-2'))).status, 400)
  assert.equal((await ask('/patient/fhir/Observation?patient/id=pt-2', one)).status, 400, 'P-07')
  assert.equal((await ask('/patient/fhir/metadata', {})).status, 200)
  assert.equal((await ask('/patient/fhir/.well-known/smart-configuration', {})).status, 200)
})

test('scopes count beside it: both bound what is seen', async () => {
  const app = await signIn('one', 'app', 'user/Observation.rs')
  assert.equal((await ask('/patient/fhir/Observation/obs-1', app)).status, 200)
  assert.equal((await ask('/patient/fhir/Patient/pt-1', app)).status, 403)
})

test('an explanation of such a request says what it would reach', async () => {
  const { explanations } = await box.explain({ client: 'portal', user: 'one' }, { method: 'GET', url: '/patient/fhir/Observation' })
  const decision = explanations[0]?.decision
  assert.ok(decision?.permit)
  assert.deepEqual(decision.rows('Observation', 's'), { kind: 'reference', param: 'Observation.patient', type: 'Patient', id: 'pt-1' })
  assert.deepEqual(explanations[0]?.request.params, { 'resource/type': 'Observation', 'patient/id': 'pt-1' })
})

test('only such an Api has {patient} in its path', async () => {
  const wrong = await ask('/Api/x', root, { method: 'PUT', body: { resourceType: 'Api', id: 'x', path: '/{patient}/fhir' } })
  assert.equal(wrong.status, 422)
})
