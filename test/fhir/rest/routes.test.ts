import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INTERACTIONS } from '../../../src/fhir/interactions/table.ts'
import { outcome } from '../../../src/fhir/outcome.ts'
import { asResource, composeText } from '../../../src/fhir/resource.ts'
import { routeOf, routesOf } from '../../../src/fhir/routes.ts'
import { parseJson } from '../../../src/http/json.ts'
import type { Method } from '../../../src/http/request.ts'
import { createServer } from './server.ts'

const serves = (type: string) => type === 'Patient'
const route = (method: Method, path: string, format: 'fhir' | 'aidbox' = 'fhir') =>
  routeOf({
    method,
    segments: path.split('/').filter((one) => one !== ''),
    format,
    serves,
    owns: (type) => type === 'Client',
    routes: routesOf(INTERACTIONS),
  }).route

test('routes name the operation in both formats; what is not served is 404, 400 or 405 with Allow (R4 http.html)', () => {
  assert.equal(route('GET', 'Patient/p1').operation, 'FhirRead')
  assert.equal(route('PUT', 'Patient/p1', 'aidbox').operation, 'Update')
  assert.equal(route('GET', 'Patient/p1/Patient').interaction, 'search-compartment')
  assert.equal(route('POST', 'Patient/_search').interaction, 'search-type')
  assert.throws(() => route('GET', 'Nope/p1'), { status: 404 })
  assert.throws(() => route('GET', 'Patient/a_b'), { status: 400 })
  assert.throws(() => route('POST', 'Patient/p1'), { status: 405, message: /method/ })
})

test('a body that is no Patient is 400, and XML is 415', async () => {
  const { ask } = await createServer()
  for (const body of ['', '{', '[]', '{"resourceType":"Group"}', '{"resourceType":"Patient","resourceType":"Patient"}']) {
    assert.equal((await ask('POST', '/Patient', { body })).status, 400, body)
  }
  const xml = await ask('POST', '/Patient', { body: '<Patient/>', headers: { 'content-type': 'application/fhir+xml' } })
  assert.deepEqual([xml.status, xml.json.resourceType], [415, 'OperationOutcome'])
})

test('stored text keeps decimals and carries id and meta; denial has the documented body (aidbox-behaviour §3.8)', () => {
  const resource = asResource(parseJson('{"resourceType":"Patient","x":1.10}'), 'Patient')
  const text = composeText(resource, 'p1', 2, 0)
  assert.equal(text, '{"resourceType":"Patient","id":"p1","meta":{"versionId":"2","lastUpdated":"1970-01-01T00:00:00.000Z"},"x":1.10}')
  assert.match(JSON.stringify(parseJson(outcome('forbidden', 'Forbidden'))), /"id":"forbidden".*"severity":"fatal"/)
})
