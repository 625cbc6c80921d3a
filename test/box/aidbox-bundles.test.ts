// Bundles in the form that Aidbox's published examples have (issue 3, Done 3), restated: no resourceType on the Bundle, an underscore in
// a client's id, operations, Aidbox's own types, a type that a StructureDefinition declares. One warning each, nothing else fails.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { formatDiagnostic } from '../../src/bundle/diagnostic.ts'

const FIXTURES = 'test/bundle/fixtures/aidbox'
const open = async (bundles: readonly string[]) => {
  const box = await createBox({ bundles, baseUrl: 'http://localhost:8080', env: {} })
  after(() => box.close())
  return box
}

test('an init bundle of type batch without resourceType: its clients work, its $load is one warning', async () => {
  const box = await open([`${FIXTURES}/launch.json`])
  assert.deepEqual(box.diagnostics.map(formatDiagnostic), [
    `${FIXTURES}/launch.json:37:45 warning not-served the operation /Patient/$load is not served yet; this entry is skipped`,
  ])
  const headers = { authorization: `Basic ${btoa('clinic:not-a-secret-either')}` }
  const read = await box.request('/fhir/Client/weight_curve', { headers })
  assert.equal(read.status, 200)
  assert.equal(((await read.json()) as { id: string }).id, 'weight_curve')
})

test('directories of bare resources and requests: one warning for each that is not served, at its place', async () => {
  const box = await open([`${FIXTURES}/common`, `${FIXTURES}/dev`])
  assert.deepEqual(box.diagnostics.map(formatDiagnostic), [
    `${FIXTURES}/common/00-packages.json:3:15 warning package the package hl7.fhir.us.core@6.1.0 is of a registry, and which one is not said; it is skipped`,
    `${FIXTURES}/common/02-app.json:1:1 warning not-served App is not served yet; this resource is skipped`,
    `${FIXTURES}/dev/03-note.json:1:1 warning not-served ClinicNote is a type of the bundle's own and not served yet; this resource is skipped`,
  ])
  const counts = await box.counts()
  assert.equal(counts.get('Patient'), 1)
  assert.equal(counts.get('StructureDefinition'), 1)
})

test('an underscore is for configuration only: a Patient of such an id is refused (R4 datatypes.html#id)', async () => {
  const box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'root-secret', env: {} })
  after(() => box.close())
  const headers = { authorization: `Basic ${btoa('root:root-secret')}`, 'content-type': 'application/json' }
  const put = (path: string, body: unknown) => box.request(path, { method: 'PUT', headers, body: JSON.stringify(body) })
  assert.equal((await put('/fhir/Patient/a_b', { resourceType: 'Patient', id: 'a_b' })).status, 400)
  assert.equal((await put('/Patient/a_b', { resourceType: 'Patient' })).status, 400)
  assert.equal((await put('/Client/a_b', { grant_types: ['basic'] })).status, 201)
})
