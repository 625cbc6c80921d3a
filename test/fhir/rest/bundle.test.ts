// batch and transaction (R4 http.html#transaction): independence, atomicity, order, references, and each entry's own grant (S-18).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, type Json, patientToken } from './server.ts'

const entry = (method: string, url: string, resource?: object, more: object = {}, fullUrl?: string) => ({
  ...(fullUrl && { fullUrl }),
  ...(resource && { resource }),
  request: { method, url, ...more },
})
const bundle = (type: string, ...entries: readonly object[]) => ({ body: { resourceType: 'Bundle', type, entry: entries } })
const patient = { resourceType: 'Patient', identifier: [{ system: 's', value: '1' }] }
const observation = (reference: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference } })
const statuses = (json: Json): string[] => json.entry.map((one: Json) => one.response.status)

test('a batch: every entry by itself, with its own outcome', async () => {
  const { ask } = await createServer()
  const { json, status } = await ask(
    'POST',
    '/',
    bundle(
      'batch',
      entry('PUT', 'Patient/p1', { ...patient, id: 'p1' }),
      entry('GET', '/Patient/p1'),
      entry('GET', 'Patient/none'),
      entry('GET', 'Patient?identifier=s|1'),
      entry('POST', '//evil.example/Patient', patient),
      entry('GET', 'Patient/..'),
      entry('POST', '', {}),
      entry('DELETE', 'Patient/p1'),
    ),
  )
  assert.equal(status, 200)
  assert.equal(json.type, 'batch-response')
  assert.deepEqual(statuses(json), ['201', '200', '404', '200', '400', '400', '400', '204'])
  assert.equal(json.entry[0].response.location, 'https://box.example/fhir/Patient/p1/_history/1')
  assert.equal(json.entry[1].resource.id, 'p1')
  assert.equal(json.entry[2].response.outcome.issue[0].code, 'not-found')
  assert.equal(json.entry[3].resource.type, 'searchset')
})

test('a transaction: one unit, in R4 order, with urn, conditional and existing references resolved', async () => {
  const { ask, put } = await createServer()
  await put({ resourceType: 'Practitioner', id: 'dr', identifier: [{ system: 'npi', value: '7' }] }, { resourceType: 'Patient', id: 'old' })
  const sent = bundle(
    'transaction',
    entry('GET', 'Observation?status=final'),
    entry(
      'POST',
      'Observation',
      { ...observation('urn:uuid:1'), performer: [{ reference: 'Practitioner?identifier=npi|7' }] },
      {},
      'urn:uuid:2',
    ),
    entry('POST', 'Patient', patient, { ifNoneExist: 'identifier=s|1' }, 'urn:uuid:1'),
    entry('DELETE', 'Patient/old'),
    entry('DELETE', 'Patient/never'),
  )
  const { json, status, text } = await ask('POST', '/', sent)
  assert.equal(status, 200, text)
  assert.deepEqual(statuses(json), ['200', '201', '201', '204', '204'])
  const [found, made, subject] = json.entry
  assert.equal(found.resource.entry.length, 1)
  assert.equal(made.resource.subject.reference, `Patient/${subject.resource.id}`)
  assert.equal(made.resource.performer[0].reference, 'Practitioner/dr')
  const again = await ask('POST', '/', sent)
  assert.deepEqual(statuses(again.json), ['200', '201', '200', '204', '204'])
  assert.equal(again.json.entry[1].resource.subject.reference, `Patient/${subject.resource.id}`)
})

test('nothing of a transaction stays where one entry is refused, denied or doubled', async () => {
  const { ask } = await createServer()
  const good = entry('PUT', 'Patient/p1', { ...patient, id: 'p1' })
  const bad: ReadonlyArray<readonly [object, number]> = [
    [entry('PUT', 'Patient/p2', { ...patient, id: 'p2' }, { ifMatch: 'W/"3"' }), 412],
    [entry('PUT', 'Patient/p1', { ...patient, id: 'p1' }), 400],
    [entry('POST', 'Observation', observation('Patient?identifier=none|1')), 412],
    [entry('POST', 'Patient', { resourceType: 'Group' }), 400],
    [entry('GET', 'Patient?nonsense=1'), 400],
  ]
  for (const [one, expected] of bad)
    assert.equal((await ask('POST', '/', bundle('transaction', good, one))).status, expected, JSON.stringify(one))
  const as = patientToken('p1', 'cruds', ['Observation', 'Patient'])
  const denied = bundle(
    'transaction',
    entry('POST', 'Observation', observation('Patient/p1')),
    entry('POST', 'Observation', observation('Patient/p2')),
  )
  assert.equal((await ask('POST', '/', { ...denied, as })).status, 403)
  const batch = await ask('POST', '/', { as, body: { ...denied.body, type: 'batch' } })
  assert.deepEqual(statuses(batch.json), ['201', '403'])
  assert.equal((await ask('GET', '/Patient?_summary=count')).json.total, 0)
  assert.equal((await ask('GET', '/Observation?_summary=count')).json.total, 1)
})

test('a transaction patches, by JSON Patch in a Binary and by Parameters, and holds changes to a version (R4 http.html#patch, #trules)', async () => {
  const { ask, put } = await createServer()
  await put({ ...patient, id: 'p1', active: true }, { ...patient, id: 'p2', active: true })
  const list = Buffer.from(JSON.stringify([{ op: 'replace', path: '/active', value: false }])).toString('base64')
  const json = { resourceType: 'Binary', contentType: 'application/json-patch+json', data: list }
  const operation = [
    { name: 'type', valueCode: 'replace' },
    { name: 'path', valueString: 'Patient.active' },
    { name: 'value', valueBoolean: false },
  ]
  const fhirpath = { resourceType: 'Parameters', parameter: [{ name: 'operation', part: operation }] }
  const sent = (ifMatch: string) =>
    bundle(
      'transaction',
      entry('PATCH', 'Patient/p1', json),
      entry('PATCH', 'Patient/p2', fhirpath, { ifMatch }),
      entry('GET', 'Patient/p1'),
    )
  assert.equal((await ask('POST', '/', sent('W/"2"'))).status, 412)
  assert.equal((await ask('GET', '/Patient/p1')).json.active, true, 'nothing of it is written')
  const done = await ask('POST', '/', sent('W/"1"'))
  assert.deepEqual(statuses(done.json), ['200', '200', '200'])
  assert.deepEqual(
    done.json.entry.map(({ resource }: Json) => resource.active),
    [false, false, false],
  )
})

test('transactions: conditional update and delete, what was deleted is free again, reads see what is written (R4 http.html#trules)', async () => {
  const { ask, put } = await createServer()
  await put({ ...patient, id: 'p1' }, { resourceType: 'Patient', id: 'p2', identifier: [{ system: 's', value: '2' }] })
  const sent = bundle(
    'transaction',
    entry('GET', 'Patient?identifier=s|3'),
    entry('PUT', 'Patient?identifier=s|1', { ...patient, gender: 'male' }, {}, 'urn:uuid:a'),
    entry('POST', 'Patient', {
      resourceType: 'Patient',
      identifier: [{ system: 's', value: '3' }],
      link: [{ other: { reference: 'urn:uuid:a' }, type: 'seealso' }],
    }),
    entry('DELETE', 'Patient?identifier=s|2'),
    entry('HEAD', 'Patient/p1'),
  )
  const { json, text } = await ask('POST', '/', sent)
  assert.deepEqual(statuses(json), ['200', '200', '201', '204', '200'], text)
  assert.equal(json.entry[0].resource.entry.length, 1)
  assert.equal(json.entry[2].resource.link[0].other.reference, 'Patient/p1')
  assert.equal((await ask('GET', '/Patient/p2')).status, 410)
})

test('R-03: a Bundle of too many entries is 413, and nothing of it is done', async () => {
  const { ask } = await createServer()
  const many = Array.from({ length: 10_001 }, () => entry('POST', 'Patient', patient))
  for (const type of ['batch', 'transaction']) assert.equal((await ask('POST', '/', bundle(type, ...many))).status, 413)
  assert.equal((await ask('GET', '/Patient?_summary=count')).json.total, 0)
})
