// $everything and $meta: own compartment only, by the token's types; a foreign instance is an absent one (S-12, S-32).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, idsOf, patientToken } from './server.ts'

const observation = (id: string, subject: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
})

test('S-12, S-32: everything of the own patient that the token covers, and nothing of another', async () => {
  const { ask, put } = await createServer()
  await put({ resourceType: 'Patient', id: 'p1' }, { resourceType: 'Patient', id: 'p2' }, observation('o1', 'p1'), observation('o2', 'p2'))
  assert.deepEqual(idsOf(await ask('GET', '/Patient/p1/$everything')).sort(), ['Observation/o1', 'Patient/p1'])
  assert.deepEqual(idsOf(await ask('GET', '/Patient/p1/$everything?_type=Observation')), ['Observation/o1'])
  const as = patientToken('p1', 'rs', ['Patient'])
  assert.deepEqual(idsOf(await ask('GET', '/Patient/p1/$everything', { as })), ['Patient/p1'])
  for (const operation of ['$everything', '$meta']) {
    const foreign = await ask('GET', `/Patient/p2/${operation}`, { as })
    assert.equal(foreign.status, 404)
    assert.deepEqual({ ...foreign }, { ...(await ask('GET', `/Patient/p9/${operation}`, { as })) })
  }
  assert.equal((await ask('GET', '/Patient/p1/$meta', { as })).json.parameter[0].valueMeta.versionId, '1')
  assert.equal((await ask('GET', '/Patient/p1/$nothing')).status, 404)
})
