// The five compartments of R4 (compartmentdefinition.html): search of one type or all in them, and what a confined token finds there (S-11).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, definitions, idsOf, patientToken } from './server.ts'

const server = async () => {
  const box = await createServer()
  const ref = (reference: string) => ({ reference })
  await box.put(
    { resourceType: 'Patient', id: 'p1', generalPractitioner: [ref('Practitioner/dr1')] },
    { resourceType: 'Patient', id: 'p2' },
    { resourceType: 'Practitioner', id: 'dr1' },
    { resourceType: 'Practitioner', id: 'dr2' },
    { resourceType: 'Device', id: 'd1', patient: ref('Patient/p1') },
    { resourceType: 'RelatedPerson', id: 'r1', patient: ref('Patient/p1') },
    { resourceType: 'Encounter', id: 'e1', subject: ref('Patient/p1'), participant: [{ individual: ref('Practitioner/dr1') }] },
    { resourceType: 'Encounter', id: 'e2', subject: ref('Patient/p2') },
    { resourceType: 'Observation', id: 'o1', subject: ref('Patient/p1'), encounter: ref('Encounter/e1'), device: ref('Device/d1') },
    { resourceType: 'Observation', id: 'o2', subject: ref('Patient/p2'), performer: [ref('Practitioner/dr1'), ref('RelatedPerson/r1')] },
    { resourceType: 'MedicationAdministration', id: 'm1', subject: ref('Patient/p1'), context: ref('Encounter/e1') },
    { resourceType: 'DocumentManifest', id: 'x1', related: [{ ref: ref('Encounter/e1') }] },
    { resourceType: 'PractitionerRole', id: 'pr1', practitioner: ref('Practitioner/dr1') },
    { resourceType: 'Task', id: 't1', for: ref('Patient/p1') },
  )
  return box
}

test('a compartment is searched by type and whole, and narrowed by parameters', async () => {
  const { ask } = await server()
  const found: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['/Patient/p1/Observation', ['Observation/o1']],
    ['/Encounter/e1/Observation', ['Observation/o1']],
    ['/Encounter/e1/MedicationAdministration', ['MedicationAdministration/m1']],
    ['/Encounter/e1/DocumentManifest', ['DocumentManifest/x1']],
    ['/Encounter/e1/*', ['DocumentManifest/x1', 'Encounter/e1', 'MedicationAdministration/m1', 'Observation/o1']],
    ['/Encounter/e1/*?_type=Observation,DocumentManifest', ['DocumentManifest/x1', 'Observation/o1']],
    ['/Encounter/e1/*?_type=Observation&_type=Encounter,Patient&_id=e1', ['Encounter/e1']],
    ['/Encounter/e1/*?_type=&_id=e1', ['Encounter/e1']],
    ['/Practitioner/dr1/*', ['Encounter/e1', 'Observation/o2', 'Patient/p1', 'Practitioner/dr1', 'PractitionerRole/pr1']],
    ['/Practitioner/dr2/*', ['Practitioner/dr2']],
    ['/Practitioner/dr1/Patient?_id=p2', []],
    ['/RelatedPerson/r1/*', ['Observation/o2', 'RelatedPerson/r1']],
    ['/Device/d1/Observation', ['Observation/o1']],
    ['/Device/d1/Observation?subject=Patient/p2', []],
  ]
  for (const [path, expected] of found) {
    const answer = await ask('GET', path)
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    assert.deepEqual(idsOf(answer).sort(), expected, path)
    const [where = '', body = ''] = path.split('?')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await ask('POST', `${where}/_search`, { body, headers })).text, answer.text, path)
  }
  for (const path of ['/Organization/o/Patient', '/Encounter/e1/Patient', '/Patient/p1/Organization', '/Device/d1/Device'])
    assert.equal((await ask('GET', path)).status, 404, path)
  for (const path of ['/Encounter/e1/*?_type=Patient', '/Encounter/e1/*?_type=Nonsense'])
    assert.equal((await ask('GET', path)).status, 400, path)
})

test('S-30: _type where there is one type is unknown: it does not stand by unread (R4 search.html#type)', async () => {
  const { ask } = await server()
  for (const path of ['/Patient?_type=Observation', '/Patient/p1/Observation?_type=Patient']) {
    assert.equal((await ask('GET', path)).status, 400, path)
    const lenient = await ask('GET', path, { headers: { prefer: 'handling=lenient' } })
    assert.equal(lenient.status, 200)
    assert.ok(!lenient.json.link[0].url.includes('_type'), 'self says that it was left out')
  }
})

test('R4 names five compartments, and a Task is in no patient’s (R4 compartmentdefinition-patient.html)', async () => {
  assert.deepEqual([...definitions.compartments.keys()], ['Patient', 'Encounter', 'Practitioner', 'RelatedPerson', 'Device'])
  assert.equal(definitions.compartmentParams('Task'), undefined)
  for (const [owner, members] of definitions.compartments)
    for (const [type, codes] of members)
      for (const code of codes)
        assert.ok(code === '{def}' || definitions.searchParameters(type).get(code)?.type === 'reference', `${owner} ${type}.${code}`)
})

test('S-11: within the compartment of another, a confined token finds its own patient’s only', async () => {
  const { ask } = await server()
  const as = patientToken('p1')
  assert.deepEqual(idsOf(await ask('GET', '/Practitioner/dr1/Observation', { as })), [])
  assert.deepEqual(idsOf(await ask('GET', '/Practitioner/dr1/*', { as })).sort(), [
    'Encounter/e1',
    'Patient/p1',
    'Practitioner/dr1',
    'PractitionerRole/pr1',
  ])
  assert.deepEqual(idsOf(await ask('GET', '/Encounter/e2/*', { as })), [])
})
