// Writes (R4 http.html): preconditions, conditions, patches, what is preferred, and the bounds of a confined token (S-20, S-22, S-23).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, patientToken } from './server.ts'

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  name: [{ family: 'A', given: ['B'] }],
  identifier: [{ system: 's', value: '1' }],
}
const observation = (subject: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
})

test('create answers Location and ETag; a taken id is 409; Prefer chooses the answer', async () => {
  const { ask } = await createServer()
  const made = await ask('POST', '/Patient', { body: patient })
  assert.equal(made.status, 201)
  assert.equal(made.headers.location, 'https://box.example/fhir/Patient/p1/_history/1')
  assert.equal(made.headers.etag, 'W/"1"')
  assert.equal((await ask('POST', '/Patient', { body: patient })).status, 409)
  const minimal = await ask('POST', '/Patient', { body: { resourceType: 'Patient' }, headers: { prefer: 'return=minimal' } })
  assert.deepEqual([minimal.status, minimal.text], [201, ''])
  const told = await ask('POST', '/Patient', { body: { resourceType: 'Patient' }, headers: { prefer: 'return=OperationOutcome' } })
  assert.equal(told.json.resourceType, 'OperationOutcome')
})

test('If-Match and If-None-Match hold a write to a version (R4 http.html#concurrency)', async () => {
  const { ask } = await createServer()
  await ask('PUT', '/Patient/p1', { body: patient })
  const put = (headers: Record<string, string>) => ask('PUT', '/Patient/p1', { body: patient, headers })
  assert.equal((await put({ 'if-match': 'W/"7"' })).status, 412)
  assert.equal((await put({ 'if-match': 'W/"1"' })).headers.etag, 'W/"2"')
  assert.equal((await put({ 'if-none-match': '*' })).status, 412)
  assert.equal((await ask('PUT', '/Patient/p9', { body: { ...patient, id: 'p9' }, headers: { 'if-match': '*' } })).status, 412)
  assert.equal((await ask('DELETE', '/Patient/p1', { headers: { 'if-match': 'W/"1"' } })).status, 412)
  assert.equal((await ask('PUT', '/Patient/other', { body: patient })).status, 400)
})

test('conditional create, update and delete: none, one, many; a condition that is not understood is 400', async () => {
  const { ask, put } = await createServer()
  const exist = (query: string) => ask('POST', '/Patient', { body: { ...patient, id: undefined }, headers: { 'if-none-exist': query } })
  assert.equal((await exist('identifier=s|1')).status, 201)
  assert.equal((await exist('identifier=s|1')).status, 200)
  assert.equal((await exist('nonsense=1')).status, 400)
  await put({ ...patient, id: 'second' })
  assert.equal((await exist('identifier=s|1')).status, 412)
  const update = await ask('PUT', '/Patient?identifier=s|2', { body: { ...patient, id: 'two', identifier: [{ system: 's', value: '2' }] } })
  assert.deepEqual([update.status, update.json.id], [201, 'two'])
  assert.equal((await ask('PUT', '/Patient?identifier=s|2', { body: { ...patient, id: undefined } })).json.id, 'two')
  assert.equal((await ask('DELETE', '/Patient?identifier=s|1')).status, 412)
  assert.equal((await ask('DELETE', '/Patient?_id=two')).status, 204)
  assert.equal((await ask('GET', '/Patient/two')).status, 410)
  assert.equal((await ask('DELETE', '/Patient?_id=two')).status, 204)
  assert.equal((await ask('DELETE', '/Patient')).status, 400)
})

test('JSON Patch, merge patch and FHIRPath Patch; what cannot be applied changes nothing', async () => {
  const { ask, put } = await createServer()
  await put(patient)
  const list = [
    { op: 'test', path: '/active', value: true },
    { op: 'add', path: '/name/0/given/-', value: 'C' },
    { op: 'remove', path: '/active' },
  ]
  const patched = await ask('PATCH', '/Patient/p1', { body: list, headers: { 'content-type': 'application/json-patch+json' } })
  assert.deepEqual([patched.status, patched.json.name[0].given, patched.json.active], [200, ['B', 'C'], undefined])
  assert.equal((await ask('PATCH', '/Patient/p1', { body: list })).status, 422)
  assert.equal((await ask('PATCH', '/Patient/p1', { body: [{ op: 'replace', path: '/id', value: 'x' }] })).status, 400)
  assert.equal((await ask('PATCH', '/Patient/p1', { body: [{ op: 'add', path: '/__proto__/x', value: 1 }] })).status, 400)
  assert.equal((await ask('PATCH', '/Patient/p1', { body: [{ op: 'remove', path: '' }] })).status, 400, 'RFC 6902 §4.2')
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  assert.equal((await ask('PATCH', '/Patient/p1', { ...merge, body: { birthDate: '2000-01-01' } })).json.birthDate, '2000-01-01')
  assert.equal((await ask('PATCH', '/Patient/p1', { ...merge, body: { birthDate: '2000-01-01' } })).headers.etag, 'W/"3"')
  assert.equal((await ask('PATCH', '/Patient/p1', { ...merge, body: list })).status, 400, 'RFC 7396 §2: it would replace the whole')
  const operation = (type: string, path: string, more: readonly object[] = []) => ({
    name: 'operation',
    part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
  })
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      operation('replace', "Patient.name.where(family = 'A').family", [{ name: 'value', valueString: 'Z' }]),
      operation('add', 'Patient', [
        { name: 'name', valueString: 'telecom' },
        { name: 'value', valueContactPoint: { value: '1' } },
      ]),
      operation('delete', 'Patient.birthDate'),
    ],
  }
  const { json } = await ask('PATCH', '/Patient?identifier=s|1', { body: parameters })
  assert.deepEqual([json.name[0].family, json.telecom, json.birthDate], ['Z', [{ value: '1' }], undefined])
})

test('S-20, S-22, S-23: a confined token creates by POST, changes its own, and learns nothing of the rest', async () => {
  const { ask, put } = await createServer()
  await put(patient, { ...patient, id: 'p2', identifier: [{ system: 's', value: '2' }] })
  await put({ ...observation('p1'), id: 'own' }, { ...observation('p2'), id: 'foreign' })
  const as = patientToken('p1')
  const made = await ask('POST', '/Observation', { as, body: { ...observation('p1'), id: 'foreign' } })
  assert.equal(made.status, 201)
  assert.notEqual(made.json.id, 'foreign')
  assert.equal((await ask('POST', '/Observation', { as, body: observation('p2') })).status, 403)
  for (const id of ['foreign', 'absent']) {
    assert.equal((await ask('PUT', `/Observation/${id}`, { as, body: { ...observation('p1'), id } })).status, 404)
    assert.equal((await ask('DELETE', `/Observation/${id}`, { as })).status, 404)
    const body = [{ op: 'test', path: '/status', value: 'final' }]
    assert.equal((await ask('PATCH', `/Observation/${id}`, { as, body })).status, 404)
  }
  assert.equal((await ask('PUT', '/Observation/own', { as, body: { ...observation('p2'), id: 'own' } })).status, 403)
  const push = [{ op: 'replace', path: '/subject/reference', value: 'Patient/p2' }]
  assert.equal((await ask('PATCH', '/Observation/own', { as, body: push })).status, 403)
  assert.equal((await ask('GET', '/Observation/own')).json.subject.reference, 'Patient/p1')
  const exist = { as, body: observation('p1'), headers: { 'if-none-exist': '_id=foreign' } }
  assert.equal((await ask('POST', '/Observation', exist)).status, 201)
  assert.equal((await ask('DELETE', '/Observation?_id=foreign', { as })).status, 204)
  assert.equal((await ask('GET', '/Observation/foreign')).status, 200)
})

test('YAML both ways, _pretty, XML refused; decimals keep their precision', async () => {
  const { ask } = await createServer()
  const headers = { 'content-type': 'text/yaml', accept: 'text/yaml' }
  const yaml = await ask('PUT', '/Patient/y', { body: 'resourceType: Patient\nid: y\nactive: true\n', headers })
  assert.equal(yaml.headers['content-type'], 'text/yaml; charset=utf-8')
  assert.match(yaml.text, /^resourceType: Patient\nid: y\n/)
  assert.match((await ask('GET', '/Patient/y?_pretty=true')).text, /^\{\n {2}"resourceType": "Patient",\n/)
  assert.equal((await ask('GET', '/Patient/y?_format=xml')).status, 406)
  assert.equal((await ask('GET', '/Patient/y', { headers: { accept: 'application/fhir+xml' } })).status, 406)
  const body = '{"resourceType":"Observation","id":"d","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}'
  await ask('PUT', '/Observation/d', { body })
  assert.match((await ask('GET', '/Observation/d?_pretty=true')).text, /"value": 1\.10/)
})

test('R4 json.html#decimal: decimals keep their precision in YAML too, both ways', async () => {
  const { ask } = await createServer()
  const headers = { 'content-type': 'text/yaml', accept: 'text/yaml' }
  const numbers = ['1.10', '0.000000000000000000001', '100000000000000000000', '1.0', '-0.50', '1E+2', '3', '0.5']
  for (const number of numbers) {
    const body = `resourceType: Observation\nid: d\nstatus: final\ncode: {text: x}\nvalueQuantity: {value: ${number}}\n`
    const { text } = await ask('PUT', '/Observation/d', { body, headers })
    assert.ok(text.includes(`  value: ${number}\n`), text)
    assert.ok((await ask('GET', '/Observation/d')).text.includes(`{"value":${number}}`), number)
  }
  const shared = 'resourceType: Observation\nid: d\nstatus: final\ncode: {text: x}\nvalueRange: {low: &q {value: 1.10}, high: *q}\n'
  const { json } = await ask('PUT', '/Observation/d', { body: shared, headers: { 'content-type': 'text/yaml' } })
  assert.deepEqual(json.valueRange.high, { value: 1.1 })
  const circle = await ask('PUT', '/Observation/d', { body: 'a: &a [1.10, *a]', headers })
  assert.equal(circle.status, 400)
})

test('S-26: a Binary is served as what it says, in a sandbox', async () => {
  const { ask } = await createServer()
  const made = await ask('POST', '/Binary', { body: '<script>', headers: { 'content-type': 'text/html' } })
  assert.equal(made.json.data, Buffer.from('<script>').toString('base64'))
  const raw = await ask('GET', `/Binary/${made.json.id}`, { headers: { accept: 'text/html' } })
  assert.deepEqual(
    [raw.text, raw.headers['content-security-policy'], raw.headers['x-content-type-options']],
    ['<script>', 'sandbox', 'nosniff'],
  )
  assert.equal((await ask('GET', `/Binary/${made.json.id}`)).json.resourceType, 'Binary')
  const version = await ask('GET', `/Binary/${made.json.id}/_history/1`, { headers: { accept: 'text/html' } })
  assert.deepEqual(
    [version.text, version.headers['content-security-policy']],
    ['<script>', 'sandbox'],
    'R4 binary.html#rest: a version too',
  )
  const xml = await ask('GET', `/Binary/${made.json.id}`, { headers: { accept: 'application/fhir+xml' } })
  assert.equal(xml.status, 406, 'FHIR in XML is not served')
  const empty = await ask('POST', '/Binary', { body: '', headers: { 'content-type': 'text/plain' } })
  assert.deepEqual([empty.status, empty.json.data], [201, undefined])
  const nothing = await ask('GET', `/Binary/${empty.json.id}`, { headers: { accept: 'text/plain' } })
  assert.deepEqual([nothing.status, nothing.text], [200, ''])
})

test('a refusal for the id or the meta names the element (R4 operationoutcome.html)', async () => {
  const { ask, put } = await createServer()
  await put(patient)
  const refused: ReadonlyArray<readonly [string, string, unknown, string]> = [
    ['PUT', '/Patient/p1', { ...patient, id: 'p2' }, 'Patient.id'],
    ['PUT', '/Patient?identifier=s|1', { ...patient, id: 'p2' }, 'Patient.id'],
    ['PATCH', '/Patient/p1', { id: 'p2' }, 'Patient.id'],
    ['POST', '/Patient', { ...patient, id: 'p_2' }, 'Patient.id'],
    ['POST', '/Patient', { ...patient, meta: [] }, 'Patient.meta'],
  ]
  for (const [method, path, body, expression] of refused) {
    const { status, json } = await ask(method as 'PUT', path, { body })
    assert.deepEqual([status, json.issue[0].expression], [400, [expression]], `${method} ${path}`)
  }
})
