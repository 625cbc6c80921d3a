import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcome } from '../../../src/fhir/outcome.ts'
import { composeText, readResource } from '../../../src/fhir/resource.ts'
import { routeOf } from '../../../src/fhir/routes.ts'
import { parseJson } from '../../../src/http/json.ts'
import { parametersOf } from '../../../src/http/parameters.ts'
import type { CanonicalRequest } from '../../../src/http/request.ts'

const serves = (type: string) => type === 'Patient'
const posted = (body: string): CanonicalRequest => ({
  id: '1',
  method: 'POST',
  path: '/fhir/Patient',
  segments: ['fhir', 'Patient'],
  query: parametersOf([]),
  queryString: '',
  headers: new Map(),
  remoteAddr: undefined,
  body: async () => new TextEncoder().encode(body),
})

test('routes name the operation in both formats; what is not served is 404, 400 or 405 with Allow (R4 http.html)', () => {
  assert.equal(routeOf('GET', ['Patient', 'p1'], 'fhir', serves).operation, 'FhirRead')
  assert.equal(routeOf('PUT', ['Patient', 'p1'], 'aidbox', serves).operation, 'Update')
  assert.throws(() => routeOf('GET', ['Nope', 'p1'], 'fhir', serves), { status: 404 })
  assert.throws(() => routeOf('GET', ['Patient', 'a_b'], 'fhir', serves), { status: 400 })
  assert.throws(() => routeOf('PATCH', ['Patient', 'p1'], 'fhir', serves), { status: 405, headers: { allow: 'GET, PUT, DELETE' } })
})

test('a body that is no Patient is 400', async () => {
  for (const body of ['', '{', '[]', '{"resourceType":"Group"}', '{"resourceType":"Patient","resourceType":"Patient"}']) {
    await assert.rejects(readResource(posted(body), 'Patient'), { status: 400 }, body)
  }
})

test('stored text keeps decimals and carries id and meta; denial has the documented body (aidbox-behaviour §3.8)', async () => {
  const resource = await readResource(posted('{"resourceType":"Patient","x":1.10}'), 'Patient')
  const text = composeText(resource, 'p1', 2, 0)
  assert.equal(text, '{"resourceType":"Patient","id":"p1","meta":{"versionId":"2","lastUpdated":"1970-01-01T00:00:00.000Z"},"x":1.10}')
  assert.match(JSON.stringify(parseJson(outcome('forbidden', 'Forbidden'))), /"id":"forbidden".*"severity":"fatal"/)
})
