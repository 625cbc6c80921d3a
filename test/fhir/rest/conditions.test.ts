// Conditions that do not hold, and what must not happen then (R4 http.html#trules, #concurrency; RFC 9110 §13.1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, type Json } from './server.ts'

const patient = (id: string) => ({ resourceType: 'Patient', id, identifier: [{ system: 's', value: id }] })
const entry = (method: string, url: string, resource?: object, more: object = {}) => ({
  ...(resource && { resource }),
  request: { method, url, ...more },
})
const bundle = (type: string, ...entries: readonly object[]) => ({ body: { resourceType: 'Bundle', type, entry: entries } })
const statuses = (json: Json): string[] => json.entry.map((one: Json) => one.response.status)

test('R4 http.html#trules: a transaction whose read fails writes nothing, and says which entry it is', async () => {
  const { ask, put } = await createServer()
  await put(patient('old'))
  const failing: ReadonlyArray<readonly [object[], number, string]> = [
    [[entry('PUT', 'Patient/new', patient('new')), entry('GET', 'Patient/none')], 404, 'Bundle.entry[1]'],
    [[entry('GET', 'Nothing/x'), entry('PUT', 'Patient/new', patient('new'))], 404, 'Bundle.entry[0]'],
    [[entry('PUT', 'Patient/new', patient('new')), entry('GET', 'Patient/old/_history/7')], 404, 'Bundle.entry[1]'],
    [[entry('DELETE', 'Patient/old'), entry('GET', 'Patient/old')], 410, 'Bundle.entry[1]'],
  ]
  for (const [entries, status, place] of failing) {
    const refused = await ask('POST', '/', bundle('transaction', ...entries))
    assert.equal(refused.status, status, refused.text)
    assert.deepEqual(refused.json.issue[0].expression, [place])
    assert.equal((await ask('GET', '/Patient/new')).status, 404, 'nothing of it is written')
    assert.equal((await ask('GET', '/Patient/old')).status, 200, 'nothing of it is deleted')
  }
  const done = await ask('POST', '/', bundle('transaction', entry('GET', 'Patient/new'), entry('PUT', 'Patient/new', patient('new'))))
  assert.deepEqual(statuses(done.json), ['200', '201'], 'what it stores it reads')
})

test('RFC 9110 §13.1.1: If-Match fails where there is nothing: no conditional update creates, no delete is done already', async () => {
  const { ask } = await createServer()
  const headers = { 'if-match': 'W/"7"' }
  assert.equal((await ask('PUT', '/Patient?identifier=s|new', { body: patient('new'), headers })).status, 412)
  assert.equal((await ask('DELETE', '/Patient/new', { headers })).status, 412)
  const inside = bundle(
    'batch',
    entry('PUT', 'Patient?identifier=s|new', patient('new'), { ifMatch: 'W/"7"' }),
    entry('DELETE', 'Patient/new', undefined, { ifMatch: 'W/"7"' }),
  )
  assert.deepEqual(statuses((await ask('POST', '/', inside)).json), ['412', '412'])
  const whole = bundle('transaction', entry('DELETE', 'Patient/new', undefined, { ifMatch: 'W/"7"' }))
  assert.equal((await ask('POST', '/', whole)).status, 412)
  assert.equal((await ask('GET', '/Patient?_summary=count')).json.total, 0)
})

test('R4 bundle.html: a condition of another type and an entry that is no list are refused, never left out', async () => {
  const { ask, put } = await createServer()
  await put(patient('p1'))
  for (const condition of [{ ifMatch: 7 }, { ifNoneExist: null }, { ifNoneMatch: ['*'] }]) {
    const refused = await ask('POST', '/', bundle('transaction', entry('PUT', 'Patient/p1', patient('p1'), condition)))
    assert.equal(refused.status, 400, JSON.stringify(condition))
    assert.deepEqual(refused.json.issue[0].expression, ['Bundle.entry[0].request'])
  }
  assert.equal((await ask('GET', '/Patient/p1')).json.meta.versionId, '1')
  for (const type of ['batch', 'transaction'])
    for (const wrong of [{}, 'x', null]) {
      const refused = await ask('POST', '/', { body: { resourceType: 'Bundle', type, entry: wrong } })
      assert.equal(refused.status, 400, JSON.stringify(wrong))
      assert.deepEqual(refused.json.issue[0].expression, ['Bundle.entry'])
    }
})
