// Validation on a whole box: every write by its mode, and $validate (R4 validation.html, resource-operation-validate; design, "Bundles").
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Box, type BoxOptions, BundleError, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-validation-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const CONFIGURATION = join(folder, 'ops.json')
writeFileSync(
  CONFIGURATION,
  JSON.stringify([
    { resourceType: 'Client', id: 'ops', secret: 'ops-secret', grant_types: ['basic'] },
    { resourceType: 'AccessPolicy', id: 'as-ops', engine: 'allow', link: [{ reference: 'Client/ops' }] },
    { resourceType: 'Patient', id: 'p1' },
  ]),
)
const open = (more: Partial<BoxOptions> = {}): Promise<Box> =>
  createBox({ bundles: [CONFIGURATION], baseUrl: 'http://validation.example', env: {}, ...more })
const box = await open()
after(() => box.close())

interface Outcome {
  readonly resourceType: string
  readonly issue: ReadonlyArray<{
    readonly severity: string
    readonly code: string
    readonly diagnostics: string
    readonly expression?: readonly string[]
  }>
}
const HEADERS = { authorization: `Basic ${btoa('ops:ops-secret')}` }
const JSON_TYPE = { 'content-type': 'application/fhir+json' }
const send = (to: Box, method: string, path: string, body?: unknown, headers: Record<string, string> = JSON_TYPE) =>
  to.request(path, { method, headers: { ...HEADERS, ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) })
const outcomeOf = async (response: Response): Promise<Outcome> => (await response.json()) as Outcome
const placesOf = ({ issue }: Outcome) => issue.map(({ expression = [] }) => expression[0])

const INVALID = { resourceType: 'Patient', gender: 'woman', birthDate: '1980-02-30', nickname: 'x' }

test('what is invalid is 422 with every issue at its element, by every way of writing', async () => {
  const created = await send(box, 'POST', '/fhir/Patient', INVALID)
  assert.equal(created.status, 422)
  const outcome = await outcomeOf(created)
  assert.deepEqual(placesOf(outcome), ['Patient.gender', 'Patient.birthDate', 'Patient.nickname'])
  assert.deepEqual(Object.keys(outcome.issue[0] ?? {}), ['severity', 'code', 'diagnostics', 'expression'], 'R4 operationoutcome.html')
  const updated = await send(box, 'PUT', '/fhir/Patient/p1', { ...INVALID, id: 'p1' })
  assert.equal(updated.status, 422)
  const patched = await send(box, 'PATCH', '/fhir/Patient/p1', [{ op: 'add', path: '/gender', value: 'woman' }], {
    'content-type': 'application/json-patch+json',
  })
  assert.equal(patched.status, 422)
  assert.deepEqual(placesOf(await outcomeOf(patched)), ['Patient.gender'])
  const conditional = await send(box, 'PUT', '/fhir/Patient?identifier=urn:x|1', INVALID)
  assert.equal(conditional.status, 422)
  const stored = (await (await send(box, 'GET', '/fhir/Patient?_summary=count')).json()) as { total: number }
  assert.equal(stored.total, 1, 'nothing was written')
})

test('a transaction with an invalid entry is refused whole, and says which; a batch refuses the entry', async () => {
  const entry = [
    { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient', active: true } },
    { request: { method: 'POST', url: 'Patient' }, resource: INVALID },
  ]
  const transaction = await send(box, 'POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
  assert.equal(transaction.status, 422)
  assert.match(JSON.stringify(await outcomeOf(transaction)), /Patient\.gender/)
  const batch = await send(box, 'POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry })
  const { entry: answers } = (await batch.json()) as { entry: ReadonlyArray<{ response: { status: string } }> }
  assert.deepEqual(
    answers.map(({ response }) => response.status.slice(0, 3)),
    ['201', '422'],
  )
})

test('Aidbox format is validated as the FHIR that it says', async () => {
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { resourceType: 'Patient', id: 'p1' },
    value: { Quantity: { value: 1 } },
  }
  assert.equal((await send(box, 'POST', '/Observation', observation)).status, 201)
  const wrong = await send(box, 'POST', '/Observation', { ...observation, status: 'finished' })
  assert.equal(wrong.status, 422)
  assert.deepEqual(placesOf(await outcomeOf(wrong)), ['Observation.status'])
})

test('report: what is invalid is stored, and logged; off: it is not looked at', async () => {
  const lines: unknown[] = []
  const keep = (fields: object, message: string) => void lines.push({ ...fields, message })
  const log = { info: () => undefined, warn: keep, error: () => undefined }
  const reporting = await open({ validation: 'report', log })
  assert.equal((await send(reporting, 'PUT', '/fhir/Patient/odd', { ...INVALID, id: 'odd' })).status, 201)
  assert.deepEqual(
    lines.map((line) => JSON.stringify(line).match(/Patient\.\w+/g)),
    [['Patient.gender', 'Patient.birthDate', 'Patient.nickname']],
  )
  await reporting.close()
  const careless = await open({ validation: 'off', log })
  assert.equal((await send(careless, 'POST', '/fhir/Patient', INVALID)).status, 201)
  assert.equal(lines.length, 1)
  await careless.close()
})

test('$validate of a submitted resource: 200 and an OperationOutcome, whatever is found', async () => {
  const bare = await send(box, 'POST', '/fhir/Patient/$validate', INVALID)
  assert.equal(bare.status, 200)
  const found = await outcomeOf(bare)
  assert.equal(found.resourceType, 'OperationOutcome')
  assert.deepEqual(placesOf(found), ['Patient.gender', 'Patient.birthDate', 'Patient.nickname'])
  const good = await outcomeOf(await send(box, 'POST', '/fhir/Patient/$validate', { resourceType: 'Patient', active: true }))
  assert.ok(good.issue.every(({ severity }) => severity === 'information'))
})

test('$validate against a profile, in the query or in Parameters', async () => {
  const heart = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2024-05-01T10:00:00Z',
    valueQuantity: { value: 70, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  }
  const profile = 'http://hl7.org/fhir/StructureDefinition/heartrate'
  const byQuery = await outcomeOf(await send(box, 'POST', `/fhir/Observation/$validate?profile=${profile}`, heart))
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'resource', resource: heart },
      { name: 'profile', valueUri: profile },
    ],
  }
  const byParameters = await outcomeOf(await send(box, 'POST', '/fhir/Observation/$validate', parameters))
  for (const outcome of [byQuery, byParameters]) {
    const errors = outcome.issue.filter(({ severity }) => severity === 'error')
    assert.deepEqual([...new Set(errors.map(({ expression = [] }) => expression[0]))], ['Observation.category'])
  }
  const unknown = await outcomeOf(await send(box, 'POST', '/fhir/Observation/$validate?profile=http://nobody/knows', heart))
  assert.deepEqual(
    unknown.issue.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['not-found'],
  )
})

test('$validate of an instance: the stored one, or what would replace it; foreign and absent ones are 404', async () => {
  const stored = await send(box, 'GET', '/fhir/Patient/p1/$validate')
  assert.equal(stored.status, 200)
  assert.equal((await send(box, 'GET', '/fhir/Patient/nobody/$validate')).status, 404)
  const other = await outcomeOf(await send(box, 'POST', '/fhir/Patient/p1/$validate?mode=update', { resourceType: 'Patient', id: 'p2' }))
  assert.deepEqual(placesOf(other), ['Patient.id'])
  assert.equal((await send(box, 'POST', '/fhir/Patient/p1/$validate?mode=whatever')).status, 400)
  assert.equal((await send(box, 'POST', '/fhir/Patient/$validate')).status, 400)
  assert.equal((await box.request('/fhir/Patient/$validate', { method: 'POST', headers: JSON_TYPE, body: '{}' })).status, 401)
})

test('$validate says when the resource is of another type', async () => {
  const outcome = await outcomeOf(await send(box, 'POST', '/fhir/Patient/$validate', { resourceType: 'Basic', code: { text: 'x' } }))
  assert.ok(outcome.issue.some(({ severity, code }) => severity === 'error' && code === 'structure'))
})

const written = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const refusalOf = async (bundles: readonly string[], more: Partial<BoxOptions> = {}): Promise<BundleError> => {
  const error = await open({ bundles: [CONFIGURATION, ...bundles], ...more }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof BundleError)
  return error
}

test('bundles: what is invalid is an error at its element, in YAML, Bundles and NDJSON, all of it at once', async () => {
  const yaml = written('people.yaml', '- resourceType: Patient\n  id: a\n  gender: woman\n  name:\n    - family: x\n      middle: y\n')
  const lines = written(
    'people.ndjson',
    `${JSON.stringify({ resourceType: 'Patient', id: 'b' })}\n${JSON.stringify({ ...INVALID, id: 'c' })}\n`,
  )
  const entry = [{ request: { method: 'PUT', url: 'Patient/d' }, resource: { resourceType: 'Patient', id: 'd', birthDate: '1980-13' } }]
  const bundle = written('people.json', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }, undefined, 1))
  const { diagnostics } = await refusalOf([yaml, lines, bundle])
  assert.deepEqual(
    diagnostics.map(({ file, line, col, severity, code }) => [file.slice(folder.length + 1), line, col, severity, code]).sort(),
    [
      ['people.json', 13, 18, 'error', 'invalid'],
      ['people.ndjson', 2, 36, 'error', 'invalid'],
      ['people.ndjson', 2, 56, 'error', 'invalid'],
      ['people.ndjson', 2, 80, 'error', 'invalid'],
      ['people.yaml', 3, 11, 'error', 'invalid'],
      ['people.yaml', 6, 15, 'error', 'invalid'],
    ],
  )
})

test('bundles: a mode for a path, and one that a bundle says itself', async () => {
  const invalid = { ...INVALID, id: 'a' }
  const plain = written('plain.json', JSON.stringify([invalid]))
  const own = written('own.yaml', `validation: report\nresources: [${JSON.stringify({ ...INVALID, id: 'b' })}]\n`)
  const reported = await open({ bundles: [CONFIGURATION, plain, own], bundleValidation: [{ path: plain, mode: 'report' }] })
  assert.deepEqual(new Set(reported.diagnostics.map(({ severity, code }) => `${severity} ${code}`)), new Set(['warning invalid']))
  assert.equal(reported.diagnostics.length, 6)
  assert.equal((await send(reported, 'GET', '/fhir/Patient/a')).status, 200)
  await reported.close()
  const silent = await open({ bundles: [CONFIGURATION, plain], validation: 'off' })
  assert.deepEqual(silent.diagnostics, [])
  await silent.close()
  const { diagnostics } = await refusalOf([written('wrong.yaml', 'validation: strict\nresources: []\n')])
  assert.deepEqual(
    diagnostics.map(({ line, col, code }) => [line, col, code]),
    [[1, 13, 'unknown-value']],
  )
})

test('bundles: a batch skips what is invalid, and a profile of the bundle itself counts', async () => {
  const profile = {
    resourceType: 'StructureDefinition',
    id: 'named',
    url: 'http://validation.example/named',
    name: 'Named',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    snapshot: {
      element: [
        { id: 'Patient', path: 'Patient', min: 0, max: '*', definition: 'A patient', base: { path: 'Patient', min: 0, max: '*' } },
        {
          id: 'Patient.name',
          path: 'Patient.name',
          min: 1,
          max: '*',
          definition: 'A name',
          base: { path: 'Patient.name', min: 0, max: '*' },
          type: [{ code: 'HumanName' }],
        },
      ],
    },
  }
  const meta = { profile: ['http://validation.example/named'] }
  const entry = [
    { resource: profile },
    { resource: { resourceType: 'Patient', id: 'named', meta, name: [{ family: 'x' }] } },
    { resource: { resourceType: 'Patient', id: 'nameless', meta } },
  ].map(({ resource }) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }))
  const batch = written('batch.json', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }))
  const served = await open({ bundles: [CONFIGURATION, batch] })
  assert.deepEqual(
    served.diagnostics.map(({ severity, message }) => `${severity} ${message.split(':')[0]}`),
    ['warning Patient.name'],
  )
  assert.equal((await send(served, 'GET', '/fhir/Patient/named')).status, 200)
  assert.equal((await send(served, 'GET', '/fhir/Patient/nameless')).status, 404)
  assert.equal((await send(served, 'POST', '/fhir/Patient', { resourceType: 'Patient', meta })).status, 422, 'over REST too')
  await served.close()
})
