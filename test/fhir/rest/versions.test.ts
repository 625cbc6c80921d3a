// read, vread, history and HEAD (R4 http.html), also of what moved between patients (S-13, S-14, S-15, S-21).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, type Json, patientToken } from './server.ts'

const observation = (subject: string, value: number) => ({
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
  valueInteger: value,
})
const versionsOf = (json: Json): string[] => (json.entry ?? []).map((entry: Json) => entry.resource?.meta.versionId ?? 'deleted')

test('versions are read, listed newest first, paged, and selected by _since and _at', async () => {
  const { ask, put, clock } = await createServer()
  await put({ resourceType: 'Patient', id: 'p1' }, observation('p1', 1))
  const middle = new Date(clock.time).toISOString()
  await put(observation('p1', 2))
  assert.equal((await ask('DELETE', '/Observation/o1')).status, 204)
  assert.equal((await ask('GET', '/Observation/o1')).status, 410)
  const whole = await ask('GET', '/Observation/o1/_history')
  assert.equal(whole.json.type, 'history')
  assert.deepEqual(versionsOf(whole.json), ['deleted', '2', '1'])
  assert.deepEqual(
    whole.json.entry.map((entry: Json) => entry.request.method),
    ['DELETE', 'PUT', 'POST'],
  )
  assert.equal((await ask('GET', '/Observation/o1/_history/1')).json.valueInteger, 1)
  assert.equal((await ask('GET', '/Observation/o1/_history/3')).status, 410)
  assert.equal((await ask('GET', '/Observation/o1/_history/9')).status, 404)
  assert.deepEqual(versionsOf((await ask('GET', `/Observation/o1/_history?_since=${middle}`)).json), ['deleted', '2'])
  assert.deepEqual(versionsOf((await ask('GET', `/Observation/o1/_history?_at=${middle}`)).json), ['2'])
  const before = new Date(Date.parse(middle) - 1).toISOString()
  assert.deepEqual(versionsOf((await ask('GET', `/Observation/o1/_history?_at=${before}`)).json), ['1'])
  const first = await ask('GET', '/_history?_count=2')
  const next: string = first.json.link.find((link: Json) => link.relation === 'next').url
  assert.deepEqual(versionsOf((await ask('GET', next.slice('https://box.example/fhir'.length))).json), ['1', '1'])
  assert.equal(((await ask('GET', '/Patient/_history')).json.entry ?? []).length, 1)
})

test('S-13: of a resource that moved, only the versions of the own patient; S-14: a deleted foreign one never was', async () => {
  const { ask, put } = await createServer()
  await put(observation('p2', 1), observation('p1', 2))
  const as = patientToken('p1')
  assert.deepEqual(versionsOf((await ask('GET', '/Observation/o1/_history', { as })).json), ['2'])
  assert.equal((await ask('GET', '/Observation/o1/_history/1', { as })).status, 404)
  assert.deepEqual(versionsOf((await ask('GET', '/_history', { as })).json), ['2'])
  const other = patientToken('p2')
  assert.equal((await ask('GET', '/Observation/o1/_history', { as: other })).status, 404)
  await ask('DELETE', '/Observation/o1')
  for (const path of ['', '/_history', '/_history/1', '/_history/2', '/_history/3']) {
    const foreign = await ask('GET', `/Observation/o1${path}`, { as: other })
    assert.deepEqual({ ...foreign }, { ...(await ask('GET', `/Observation/o2${path}`, { as: other })) }, path)
  }
})

test('what was deleted is gone, not absent, for those who could read it: 410, its versions and its deletion (design, Who may)', async () => {
  const { ask, put } = await createServer()
  await put(observation('p2', 1), observation('p1', 2))
  const as = patientToken('p1')
  await ask('DELETE', '/Observation/o1', { as })
  assert.equal((await ask('GET', '/Observation/o1', { as })).status, 410)
  assert.deepEqual(versionsOf((await ask('GET', '/Observation/o1/_history', { as })).json), ['deleted', '2'])
  assert.deepEqual(versionsOf((await ask('GET', '/_history', { as })).json), ['deleted', '2'])
  assert.equal((await ask('GET', '/Observation/o1/_history/2', { as })).status, 200)
  assert.equal((await ask('GET', '/Observation/o1/_history/3', { as })).status, 410)
  assert.equal((await ask('GET', '/Observation/o1/_history/1', { as })).status, 404)
  await put(observation('p1', 3))
  assert.deepEqual(versionsOf((await ask('GET', '/Observation/o1/_history', { as })).json), ['4', 'deleted', '2'])
})

test('_sort of a history: newest first, or oldest first (R5 http.html#history), page by page', async () => {
  const { ask, put } = await createServer()
  for (const value of [1, 2, 3, 4, 5]) await put(observation('p1', value))
  assert.deepEqual(versionsOf((await ask('GET', '/Observation/o1/_history?_sort=-_lastUpdated&_count=2')).json), ['5', '4'])
  const seen: string[] = []
  for (let path: string | undefined = '/Observation/_history?_sort=_lastUpdated&_count=2'; path !== undefined; ) {
    const { json } = await ask('GET', path)
    seen.push(...versionsOf(json))
    path = json.link.find(({ relation }: Json) => relation === 'next')?.url.slice('https://box.example/fhir'.length)
  }
  assert.deepEqual(seen, ['1', '2', '3', '4', '5'])
  for (const query of ['_sort=status', '_sort=_lastUpdated&_at=2026', '_count=x', '_since=never', 'status=final'])
    assert.equal((await ask('GET', `/Observation/o1/_history?${query}`)).status, 400, query)
})

test('conditional read and HEAD', async () => {
  const { ask, put } = await createServer()
  await put({ resourceType: 'Patient', id: 'p1' })
  const read = await ask('GET', '/Patient/p1')
  assert.equal(read.headers.etag, 'W/"1"')
  assert.equal((await ask('GET', '/Patient/p1', { headers: { 'if-none-match': 'W/"9", W/"1"' } })).status, 304)
  assert.equal((await ask('GET', '/Patient/p1', { headers: { 'if-modified-since': 'Fri, 02 Jan 2026 00:00:00 GMT' } })).status, 304)
  assert.equal((await ask('GET', '/Patient/p1', { headers: { 'if-modified-since': 'Fri, 02 Jan 2025 00:00:00 GMT' } })).status, 200)
  const head = await ask('HEAD', '/Patient/p1')
  assert.deepEqual([head.status, head.text], [200, ''])
  assert.deepEqual(head.headers, read.headers)
  const foreign = { as: patientToken('p2'), headers: { 'if-none-match': 'W/"1"' } }
  assert.equal((await ask('GET', '/Patient/p1', foreign)).status, 404)
})

test('the CapabilityStatement says what is served (R4 capabilitystatement.html, SMART 2.2 conformance)', async () => {
  const { ask } = await createServer()
  const { json, status } = await ask('GET', '/metadata', { as: async () => ({ permit: false, status: 401, reason: 'nobody' }) })
  assert.equal(status, 200)
  assert.equal(json.fhirVersion, '4.0.1')
  assert.equal(json.implementation.url, 'https://box.example/fhir')
  const [rest] = json.rest
  assert.equal(rest.security.service[0].coding[0].code, 'SMART-on-FHIR')
  assert.deepEqual(rest.security.extension[0].extension[1], { url: 'token', valueUri: 'https://box.example/auth/token' })
  const patient = rest.resource.find((one: Json) => one.type === 'Patient')
  const codes = patient.interaction.map(({ code }: Json) => code)
  for (const code of ['read', 'vread', 'update', 'delete', 'history-instance', 'history-type', 'create', 'search-type'])
    assert.ok(codes.includes(code), code)
  assert.ok(patient.searchParam.some(({ name, type }: Json) => name === 'birthdate' && type === 'date'))
  assert.ok(patient.searchRevInclude.includes('Provenance:target'))
  assert.ok(!patient.searchParam.some(({ name }: Json) => name === '_text'))
})
