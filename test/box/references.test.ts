// Whether references lead to something, over REST (R4 references.html; aidbox-behaviour §1.3), and that the answer is no oracle.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Box, type BoxOptions, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-references-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const basic = (id: string) => ({ id, secret: `${id}-secret`, grant_types: ['basic'] })
const linked = (id: string, more: object) => ({
  resourceType: 'AccessPolicy',
  id: `as-${id}`,
  link: [{ reference: `Client/${id}` }],
  ...more,
})
const PRACTITIONERS = { engine: 'matcho', matcho: { 'request-method': 'get', params: { 'resource/type': 'Practitioner' } } }
const CONFIGURATION = join(folder, 'ops.json')
writeFileSync(
  CONFIGURATION,
  JSON.stringify([
    { resourceType: 'Client', ...basic('ops') },
    linked('ops', { engine: 'allow' }),
    // Writes observations, and reads nothing but practitioners.
    { resourceType: 'Client', ...basic('device') },
    linked('device', {
      engine: 'complex',
      or: [{ engine: 'matcho', matcho: { 'request-method': 'post', uri: '#^/fhir/Observation$' } }, PRACTITIONERS],
    }),
    // Reads and writes what a search of its policy lets it.
    { resourceType: 'Client', ...basic('ward') },
    linked('ward', {
      engine: 'search',
      search: [
        { resourceType: 'Observation', query: 'subject=Patient/p1' },
        { resourceType: 'Patient', query: '_id=p1' },
      ],
    }),
    // What its token says bounds it.
    { resourceType: 'Client', id: 'backend', secret: 'backend-secret', grant_types: ['client_credentials'] },
    linked('backend', { engine: 'allow' }),
    { resourceType: 'Api', id: 'second', path: '/second' },
    { resourceType: 'Patient', id: 'p1' },
    { resourceType: 'Patient', id: 'hidden' },
    { resourceType: 'Practitioner', id: 'd1' },
  ]),
)
const BASE = 'http://references.example'
const open = (more: Partial<BoxOptions> = {}): Promise<Box> => createBox({ bundles: [CONFIGURATION], baseUrl: BASE, env: {}, ...more })
const box = await open()
after(() => box.close())

const authorization = (id: string) => ({ authorization: `Basic ${btoa(`${id}:${id}-secret`)}` })
const JSON_TYPE = { 'content-type': 'application/fhir+json' }
type Headers = Readonly<Record<string, string>>
const send = (to: Box, method: string, path: string, body?: unknown, headers: Headers = {}) =>
  to.request(path, {
    method,
    headers: { ...authorization('ops'), ...JSON_TYPE, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
interface Outcome {
  readonly issue: ReadonlyArray<{ severity: string; code: string; diagnostics: string; expression?: readonly string[] }>
}
const issuesOf = async (response: Response) => ((await response.json()) as Outcome).issue
const placesOf = async (response: Response) => (await issuesOf(response)).map(({ expression = [] }) => expression[0])
const observation = (references: object = {}) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...references })
const to = (reference: string) => ({ reference })
const DANGLING = observation({ subject: to('Patient/nobody') })

test('a reference to what is not there is 422 at its element, in Aidbox’s words', async () => {
  const response = await send(
    box,
    'POST',
    '/fhir/Observation',
    observation({
      subject: to('Patient/nobody'),
      performer: [to('Practitioner/d1'), to('Practitioner/d9')],
      contained: [{ resourceType: 'Specimen', id: 's', subject: to('Patient/none') }],
      specimen: to('#s'),
      extension: [{ url: 'http://x.example/about', valueReference: to('Patient/nobody') }],
    }),
  )
  assert.equal(response.status, 422)
  const issues = await issuesOf(response)
  assert.deepEqual(
    issues.map(({ expression = [] }) => expression[0]),
    ['Observation.subject', 'Observation.performer[1]', 'Observation.contained[0].subject', 'Observation.extension[0].value'],
  )
  assert.deepEqual(issues[0], {
    severity: 'error',
    code: 'not-found',
    diagnostics: 'Referenced resource Patient/nobody does not exist',
    expression: ['Observation.subject'],
  })
})

test('every way of writing is checked: update, patch, conditional, batch, the root in Aidbox’s format', async () => {
  const good = observation({ subject: to('Patient/p1'), identifier: [{ system: 'urn:o', value: '1' }] })
  assert.equal((await send(box, 'PUT', '/fhir/Observation/o1', { ...good, id: 'o1' })).status, 201)
  assert.equal((await send(box, 'PUT', '/fhir/Observation/o1', { ...DANGLING, id: 'o1' })).status, 422)
  const change = [{ op: 'replace', path: '/subject/reference', value: 'Patient/nobody' }]
  const jsonPatch = { 'content-type': 'application/json-patch+json' }
  for (const path of ['/fhir/Observation/o1', '/fhir/Observation?identifier=urn:o|1']) {
    const response = await send(box, 'PATCH', path, change, jsonPatch)
    assert.equal(response.status, 422, path)
    assert.deepEqual(await placesOf(response), ['Observation.subject'])
  }
  assert.equal((await send(box, 'PUT', '/fhir/Observation?identifier=urn:o|1', DANGLING)).status, 422)
  assert.equal((await send(box, 'POST', '/fhir/Observation', DANGLING, { 'if-none-exist': 'identifier=urn:o|2' })).status, 422)
  assert.equal((await send(box, 'POST', '/Observation', observation({ subject: { resourceType: 'Patient', id: 'nobody' } }))).status, 422)
  assert.equal((await send(box, 'PUT', '/', [{ ...observation({ subject: { resourceType: 'Patient', id: 'x' } }), id: 'o2' }])).status, 422)
  const entry = [good, DANGLING].map((resource) => ({ request: { method: 'POST', url: 'Observation' }, resource }))
  const batch = (await (await send(box, 'POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry })).json()) as {
    entry: ReadonlyArray<{ response: { status: string } }>
  }
  assert.deepEqual(
    batch.entry.map(({ response }) => response.status.slice(0, 3)),
    ['201', '422'],
  )
  const stored = (await (await send(box, 'GET', '/fhir/Observation?subject=Patient/nobody&_summary=count')).json()) as { total: number }
  assert.equal(stored.total, 0, 'nothing was written')
  assert.equal((await send(box, 'GET', '/fhir/Observation/o1')).headers.get('etag'), 'W/"1"')
})

test('what was deleted is not there; a version names its resource; a base of this box is this box', async () => {
  await send(box, 'PUT', '/fhir/Patient/brief', { resourceType: 'Patient', id: 'brief' })
  assert.equal((await send(box, 'POST', '/fhir/Observation', observation({ subject: to('Patient/brief') }))).status, 201)
  assert.equal((await send(box, 'DELETE', '/fhir/Patient/brief')).status, 204)
  const gone = ['Patient/brief', 'Patient/brief/_history/1', `${BASE}/fhir/Patient/brief`, `${BASE}/second/Patient/brief`]
  for (const reference of [...gone, `${BASE}/Patient/brief`]) {
    assert.equal((await send(box, 'POST', '/fhir/Observation', observation({ subject: to(reference) }))).status, 422, reference)
  }
  for (const reference of ['Patient/p1/_history/7', `${BASE}/fhir/Patient/p1`, `${BASE}/second/Patient/p1`]) {
    assert.equal((await send(box, 'POST', '/fhir/Observation', observation({ subject: to(reference) }))).status, 201, reference)
  }
})

test('not looked at: logical, contained, canonical and foreign ones, and what a document refers to', async () => {
  const resource = observation({
    subject: { type: 'Patient', identifier: { system: 'urn:mr', value: '1' } },
    focus: [to('http://elsewhere.example/fhir/Patient/nobody')],
    device: to('#d'),
    contained: [{ resourceType: 'Device', id: 'd' }],
    meta: { profile: ['http://x.example/StructureDefinition/unknown'] },
  })
  assert.equal((await send(box, 'POST', '/fhir/Observation', resource)).status, 201)
  const education = { reference: 'Patient/nobody', documentType: 'x' }
  const shot = {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: { text: 'x' },
    patient: to('Patient/p1'),
    occurrenceString: 'x',
    education: [education],
  }
  assert.equal((await send(box, 'POST', '/fhir/Immunization', shot)).status, 201, 'Immunization.education.reference is a uri')
  const collection = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl: 'urn:uuid:0b4b8d1c-6c1e-4d0a-8e8b-5f5f5f5f5f5f', resource: DANGLING }],
  }
  assert.equal((await send(box, 'POST', '/fhir/Bundle', collection)).status, 201)
  const user = { resourceType: 'User', id: 'later', fhirUser: { resourceType: 'Patient', id: 'nobody' } }
  assert.equal((await send(box, 'PUT', '/User/later', user)).status, 201, 'configuration has a check of its own')
})

const UUID = 'urn:uuid:9d1cbf0e-4b3a-4c58-a0a4-000000000001'
const transaction = (...entry: readonly object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

test('entries of a transaction refer to each other in any order; what it deletes is not there', async () => {
  const later = [
    { request: { method: 'PUT', url: 'Observation/t1' }, resource: { ...observation({ subject: to('Patient/t') }), id: 't1' } },
    { request: { method: 'POST', url: 'Observation' }, resource: observation({ subject: to(UUID) }) },
    { fullUrl: UUID, request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient' } },
    { request: { method: 'PUT', url: 'Patient/t' }, resource: { resourceType: 'Patient', id: 't' } },
  ]
  assert.equal((await send(box, 'POST', '/fhir', transaction(...later))).status, 200)
  const deleting = [
    { request: { method: 'POST', url: 'Observation' }, resource: observation({ subject: to('Patient/t') }) },
    { request: { method: 'DELETE', url: 'Patient/t' } },
  ]
  const refused = await send(box, 'POST', '/fhir', transaction(...deleting))
  assert.equal(refused.status, 422)
  assert.deepEqual(await placesOf(refused), ['Bundle.entry[0].resource.Observation.subject'])
  assert.equal((await send(box, 'GET', '/fhir/Patient/t')).status, 200, 'nothing of it was done')
})

test('a transaction names every reference that leads nowhere, a urn:uuid of no entry too', async () => {
  const post = (resource: object) => ({ request: { method: 'POST', url: 'Observation' }, resource })
  const refused = await send(
    box,
    'POST',
    '/fhir',
    transaction(post(DANGLING), post(observation()), post(observation({ focus: [to('Patient/x')] }))),
  )
  assert.equal(refused.status, 422)
  assert.deepEqual(await placesOf(refused), [
    'Bundle.entry[0].resource.Observation.subject',
    'Bundle.entry[2].resource.Observation.focus[0]',
  ])
  const lost = await send(box, 'POST', '/fhir', transaction(post(observation({ subject: to(UUID) }))))
  assert.equal(lost.status, 422)
  assert.deepEqual(await placesOf(lost), ['Bundle.entry[0].resource.Observation.subject'])
})

test('$validate says it too, of a submitted resource and of a stored one', async () => {
  const found = await send(box, 'POST', '/fhir/Observation/$validate', observation({ focus: [to('Patient/p1'), to('Patient/nobody')] }))
  assert.equal(found.status, 200)
  const errors = (await issuesOf(found)).filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors, [
    {
      severity: 'error',
      code: 'not-found',
      diagnostics: 'Referenced resource Patient/nobody does not exist',
      expression: ['Observation.focus[1]'],
    },
  ])
  await send(box, 'PUT', '/fhir/Patient/passing', { resourceType: 'Patient', id: 'passing' })
  await send(box, 'PUT', '/fhir/Observation/left', { ...observation({ subject: to('Patient/passing') }), id: 'left' })
  await send(box, 'DELETE', '/fhir/Patient/passing')
  assert.match(
    JSON.stringify(await issuesOf(await send(box, 'GET', '/fhir/Observation/left/$validate'))),
    /Patient\/passing does not exist/,
  )
})

const SKIP = { 'aidbox-validation-skip': 'reference' }

test('aidbox-validation-skip: reference counts only where the setting lets it, and skips nothing else', async () => {
  assert.equal((await send(box, 'POST', '/fhir/Observation', DANGLING, SKIP)).status, 422)
  const lenient = await open({ skipReference: true })
  assert.equal((await send(lenient, 'POST', '/fhir/Observation', DANGLING)).status, 422)
  assert.equal((await send(lenient, 'POST', '/fhir/Observation', DANGLING, { 'aidbox-validation-skip': 'terminology' })).status, 422)
  assert.equal((await send(lenient, 'POST', '/fhir/Observation', DANGLING, SKIP)).status, 201)
  assert.equal(
    (await send(lenient, 'POST', '/fhir/Observation', DANGLING, { 'aidbox-validation-skip': 'terminology, Reference' })).status,
    201,
  )
  assert.equal((await send(lenient, 'POST', '/fhir/Observation', { ...DANGLING, status: 'x' }, SKIP)).status, 422)
  const entry = { request: { method: 'POST', url: 'Observation' }, resource: DANGLING }
  assert.equal((await send(lenient, 'POST', '/fhir', transaction(entry), SKIP)).status, 200)
  assert.equal((await send(lenient, 'POST', '/fhir', transaction(entry))).status, 422)
  await lenient.close()
})

test('report stores it and says so; off does not look; both are apart from the validation of the form', async () => {
  const lines: string[] = []
  const log = { info: () => undefined, warn: (fields: object) => void lines.push(JSON.stringify(fields)), error: () => undefined }
  const reporting = await open({ references: 'report', log })
  assert.equal((await send(reporting, 'PUT', '/fhir/Observation/o', { ...DANGLING, id: 'o' })).status, 201)
  assert.equal((await send(reporting, 'PUT', '/fhir/Observation/u', { ...observation({ subject: to(UUID) }), id: 'u' })).status, 201)
  assert.deepEqual(lines, [
    '{"resource":"Observation/o","issues":["Observation.subject: Referenced resource Patient/nobody does not exist"]}',
    `{"resource":"Observation/u","issues":["Observation.subject: Referenced resource ${UUID} does not exist"]}`,
  ])
  assert.equal((await send(reporting, 'POST', '/fhir/Observation', { ...DANGLING, status: 'x' })).status, 422)
  const validated = await issuesOf(await send(reporting, 'POST', '/fhir/Observation/$validate', DANGLING))
  assert.deepEqual([...new Set(validated.map(({ severity }) => severity))].includes('error'), false)
  await reporting.close()
  const careless = await open({ references: 'off', log })
  assert.equal((await send(careless, 'POST', '/fhir/Observation', DANGLING)).status, 201)
  await careless.close()
  const all = await open({ validation: 'report', log })
  assert.equal((await send(all, 'POST', '/fhir/Observation', DANGLING)).status, 201, 'without a word of its own: as the validation')
  await all.close()
})

/** The answer without what differs from one write to the next. */
const answerOf = async (response: Response) =>
  `${response.status} ${(await response.text()).replaceAll(/"id":"[^"]+"|"lastUpdated":"[^"]+"/g, '')}`

test('S-01: who may not read a target learns nothing of it: policies that look at the request, rows of a search, scopes', async () => {
  const token = async (scope: string): Promise<Headers> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'backend', client_secret: 'backend-secret', scope })
    const response = await box.request('/auth/token', { method: 'POST', body })
    return { authorization: `Bearer ${((await response.json()) as { access_token: string }).access_token}` }
  }
  const callers: ReadonlyArray<readonly [string, Headers]> = [
    ['a client that may only post', authorization('device')],
    ['a client bounded by a search', authorization('ward')],
    ['a scope without reading', await token('system/Observation.c')],
    ['a scope of other types', await token('system/Observation.cruds system/Practitioner.r')],
    ['a scope with a query', await token('system/Observation.cruds system/Patient.r?_id=p1')],
  ]
  for (const [who, headers] of callers) {
    const answers: string[] = []
    for (const id of ['hidden', 'nobody']) {
      const resource = observation({ subject: to('Patient/p1'), focus: [to(`Patient/${id}`)] })
      const answer = await answerOf(await send(box, 'POST', '/fhir/Observation', resource, headers))
      assert.match(answer, /^201/, who)
      answers.push(answer.replaceAll(id, ''))
    }
    assert.equal(answers[0], answers[1], who)
  }
})

test('what the same callers may read they may not name where it is not there', async () => {
  const resource = (id: string) => observation({ subject: to('Patient/p1'), performer: [to(`Practitioner/${id}`)] })
  assert.equal((await send(box, 'POST', '/fhir/Observation', resource('d1'), authorization('device'))).status, 201)
  const refused = await send(box, 'POST', '/fhir/Observation', resource('d9'), authorization('device'))
  assert.deepEqual(await placesOf(refused), ['Observation.performer[0]'])
})

test('what is asked of a target is nobody’s request: no denial is kept for the write that was granted', async () => {
  const resource = observation({ focus: [to('Patient/hidden')] })
  const written = await send(box, 'POST', '/fhir/Observation', resource, authorization('device'))
  assert.equal(written.status, 201)
  assert.equal((await send(box, 'GET', `/$decision/${written.headers.get('x-request-id')}`)).status, 404)
})
