// $everything, $lastn, $docref and $meta: within the token's compartment and types; a foreign instance is an absent one (S-12, S-32).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE, createServer, idsOf, type Json, patientToken } from './server.ts'

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
  // R4 patient-operation-everything: _type is 0..*, in a query also separated by commas.
  const types = parameters({ name: '_type', valueCode: 'Observation' }, { name: '_type', valueCode: 'Patient' })
  const repeated = ['/Patient/p1/$everything?_type=Observation&_type=Patient', '/Patient/p1/$everything?_type=Observation,Patient']
  for (const query of repeated) assert.deepEqual(idsOf(await ask('GET', query)).sort(), ['Observation/o1', 'Patient/p1'])
  assert.deepEqual(idsOf(await ask('POST', '/Patient/p1/$everything', { body: types })).sort(), ['Observation/o1', 'Patient/p1'])
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

const ref = (reference: string) => ({ reference })
const parameters = (...parameter: readonly Json[]) => ({ resourceType: 'Parameters', parameter })

const record = async () => {
  const box = await createServer()
  await box.put(
    { resourceType: 'Organization', id: 'top' },
    { resourceType: 'Organization', id: 'clinic', partOf: ref('Organization/top') },
    { resourceType: 'Practitioner', id: 'dr1' },
    { resourceType: 'Practitioner', id: 'dr2' },
    { resourceType: 'Medication', id: 'm1' },
    {
      resourceType: 'Patient',
      id: 'p1',
      managingOrganization: ref('Organization/clinic'),
      link: [{ other: ref('Patient/p2'), type: 'seealso' }],
    },
    { resourceType: 'Patient', id: 'p2', generalPractitioner: [ref('Practitioner/dr2')] },
    { resourceType: 'Encounter', id: 'e1', subject: ref('Patient/p1'), participant: [{ individual: ref('Practitioner/dr1') }] },
    { ...observation('o1', 'p1'), encounter: ref('Encounter/e1') },
    {
      resourceType: 'MedicationRequest',
      id: 'mr1',
      subject: ref('Patient/p1'),
      medicationReference: ref('Medication/m1'),
      encounter: ref('Encounter/e1'),
    },
    observation('o2', 'p2'),
  )
  return box
}

test('$everything: what the members refer to outside of any compartment comes too, never another patient; _type, _since, pages', async () => {
  const { ask } = await record()
  const members = ['Encounter/e1', 'MedicationRequest/mr1', 'Observation/o1', 'Patient/p1']
  const whole = await ask('GET', '/Patient/p1/$everything')
  assert.deepEqual(idsOf(whole).sort(), [...members, 'Medication/m1', 'Organization/clinic', 'Organization/top', 'Practitioner/dr1'].sort())
  assert.deepEqual(idsOf(await ask('GET', '/Patient/p1/$everything?_type=Patient,Organization')), [
    'Patient/p1',
    'Organization/clinic',
    'Organization/top',
  ])
  assert.equal((await ask('GET', '/Patient/p1/$everything?_type=Organization')).status, 400)
  assert.deepEqual(idsOf(await ask('GET', '/Encounter/e1/$everything')).sort(), [
    'Encounter/e1',
    'Medication/m1',
    'MedicationRequest/mr1',
    'Observation/o1',
    'Patient/p1',
    'Practitioner/dr1',
  ])
  await ask('PUT', '/Observation/o1', { body: { ...observation('o1', 'p1'), status: 'amended' } })
  const since = whole.json.entry
    .map(({ resource }: Json) => resource.meta.lastUpdated)
    .sort()
    .at(-1)
  const later = await ask('GET', `/Patient/p1/$everything?_since=${since}`)
  assert.ok(idsOf(later).includes('Observation/o1') && !idsOf(later).includes('Medication/m1'))
  assert.equal((await ask('GET', '/Patient/p1/$everything?_since=never')).status, 400)
  assert.equal((await ask('GET', '/Patient/p1/$everything?family=x')).status, 400)

  const seen: string[] = []
  for (let path: string | undefined = '/Patient/p1/$everything?_count=2'; path !== undefined; ) {
    const page = await ask('GET', path)
    seen.push(
      ...page.json.entry
        .filter(({ search }: Json) => search.mode === 'match')
        .map(({ resource }: Json) => `${resource.resourceType}/${resource.id}`),
    )
    path = page.json.link.find(({ relation }: Json) => relation === 'next')?.url.slice(BASE.length)
  }
  assert.deepEqual(seen.sort(), members)
  const posted = await ask('POST', '/Patient/p1/$everything', { body: parameters({ name: '_type', valueCode: 'Patient' }) })
  assert.deepEqual(idsOf(posted), ['Patient/p1'])
})

test('S-12: $everything of a confined token has the shared types that it may read, and no more', async () => {
  const { ask } = await record()
  const as = patientToken('p1', 'rs', ['Patient', 'Encounter', 'Practitioner'])
  assert.deepEqual(idsOf(await ask('GET', '/Patient/p1/$everything', { as })).sort(), ['Encounter/e1', 'Patient/p1', 'Practitioner/dr1'])
})

test('$lastn: the newest of each code, a text where there is none; a patient and a code or category are needed (R4 observation-operation-lastn)', async () => {
  const { ask, put } = await createServer()
  const measured = (id: string, code: Json, date: string, subject = 'p1', category = 'vital-signs') => ({
    ...observation(id, subject),
    category: [{ coding: [{ code: category }] }],
    code,
    effectiveDateTime: date,
  })
  const coded = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })
  await put(
    measured('a1', coded('a'), '2024-01-01'),
    measured('a2', coded('a'), '2024-02-01'),
    measured('a3', coded('a'), '2024-03-01'),
    measured('b1', coded('b'), '2024-01-15'),
    measured('t1', { text: 'Mood' }, '2024-01-01'),
    measured('t2', { text: 'Mood' }, '2024-01-02'),
    measured('x', coded('a'), '2025-01-01', 'p2'),
    measured('l', coded('c'), '2024-01-01', 'p1', 'laboratory'),
  )
  const last = async (query: string, as = patientToken('p1')) =>
    idsOf(await ask('GET', `/Observation/$lastn?${query}`, { as })).map((one) => one.slice('Observation/'.length))
  assert.deepEqual(await last('patient=p1&category=vital-signs'), ['a3', 'b1', 't2'])
  assert.deepEqual(await last('patient=Patient/p1&category=vital-signs&max=2'), ['a3', 'a2', 'b1', 't2', 't1'])
  assert.deepEqual(await last('subject=Patient/p1&code=a'), ['a3'])
  assert.deepEqual(await last('patient=p1&code=a&date=lt2024-03-01'), ['a2'])
  assert.deepEqual(await last('patient=p2&code=a'), [], 'another patient’s')
  const posted = await ask('POST', '/Observation/$lastn', {
    body: parameters(
      { name: 'patient', valueString: 'p1' },
      { name: 'category', valueCode: 'laboratory' },
      { name: 'max', valuePositiveInt: 3 },
    ),
  })
  assert.deepEqual(idsOf(posted), ['Observation/l'])
  assert.equal(posted.json.link[0].url, `${BASE}/Observation/$lastn?max=3&patient=p1&category=laboratory`)
  for (const query of [
    'category=x',
    'patient=p1',
    'patient=p1&code=a&max=0',
    'patient=p1&code=a&_sort=date',
    'patient=p1&code=a&max=1&max=2',
  ])
    assert.equal((await ask('GET', `/Observation/$lastn?${query}`)).status, 400, query)
  assert.equal((await ask('GET', '/Patient/$lastn?patient=p1&code=a')).status, 404)
  assert.equal((await ask('GET', '/Observation/$lastn?patient=p1&code=a', { as: patientToken('p1', 'r') })).status, 403, 'it is a search')
})

test('$docref: the newest summary, or the documents of a time and a type (US Core OperationDefinition/docref)', async () => {
  const { ask, put } = await createServer()
  const document = (id: string, type: string, date: string, more: Json = {}) => ({
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: type }] },
    subject: ref('Patient/p1'),
    date,
    content: [{ attachment: { contentType: 'text/plain' } }],
    ...more,
  })
  await put(
    document('ccd1', '34133-9', '2023-01-01T00:00:00Z'),
    document('ccd2', '34133-9', '2024-01-01T00:00:00Z', { context: { period: { start: '2022-06-01', end: '2022-07-01' } } }),
    document('old', '34133-9', '2025-01-01T00:00:00Z', { status: 'superseded' }),
    document('note', '11506-3', '2024-05-01T00:00:00Z'),
    document('foreign', '34133-9', '2026-01-01T00:00:00Z', { subject: ref('Patient/p2') }),
  )
  const as = patientToken('p1')
  const of = async (query: string) =>
    idsOf(await ask('GET', `/DocumentReference/$docref?${query}`, { as })).map((one) => one.slice('DocumentReference/'.length))
  assert.deepEqual(await of('patient=p1'), ['ccd2'])
  assert.deepEqual(await of('patient=p1&type=http://loinc.org|11506-3'), ['note'])
  assert.deepEqual(await of('patient=p1&start=2022-01-01'), ['ccd2', 'ccd1'])
  assert.deepEqual(await of('patient=p1&start=2022-01-01&end=2022-12-31'), ['ccd2'])
  assert.deepEqual(await of('patient=p1&start=2022-08-01'), ['ccd1'], 'the care counts, not the record')
  assert.deepEqual(await of('patient=p1&on-demand=true'), [])
  assert.deepEqual(await of('patient=p2'), [])
  const posted = await ask('POST', '/DocumentReference/$docref', {
    body: parameters(
      { name: 'patient', valueId: 'p1' },
      { name: 'type', valueCodeableConcept: { coding: [{ system: 'http://loinc.org', code: '11506-3' }] } },
    ),
  })
  assert.deepEqual(idsOf(posted), ['DocumentReference/note'])
  for (const query of ['', 'patient=p1&start=never', 'patient=p1&nonsense=1', 'patient=p1&profile=x'])
    assert.equal((await ask('GET', `/DocumentReference/$docref?${query}`)).status, 400, query)
})

test('$meta-add and $meta-delete change profiles, tags and labels, and nothing else (R4 resource-operation-meta-add, -delete)', async () => {
  const { ask, put } = await createServer()
  await put(
    { resourceType: 'Patient', id: 'p1', gender: 'male', meta: { tag: [{ system: 's', code: 'a' }] } },
    { resourceType: 'Patient', id: 'p2' },
  )
  const meta = (valueMeta: Json) => ({ body: parameters({ name: 'meta', valueMeta }) })
  const given = {
    tag: [
      { system: 's', code: 'a', display: 'A' },
      { system: 's', code: 'b' },
    ],
    profile: ['http://p'],
    source: 'http://ignored',
  }
  const added = await ask('POST', '/Patient/p1/$meta-add', meta(given))
  assert.equal(added.status, 200)
  const { tag, profile, versionId, source } = added.json.parameter[0].valueMeta
  assert.deepEqual(
    [tag, profile, versionId, source],
    [
      [
        { system: 's', code: 'a' },
        { system: 's', code: 'b' },
      ],
      ['http://p'],
      '2',
      undefined,
    ],
  )
  assert.equal((await ask('POST', '/Patient/p1/$meta-add', meta(given))).json.parameter[0].valueMeta.versionId, '2', 'nothing to add')
  const removed = await ask('POST', '/Patient/p1/$meta-delete', {
    ...meta({ tag: [{ system: 's', code: 'a' }], profile: ['http://p'] }),
    headers: { prefer: 'return=minimal' },
  })
  assert.deepEqual(removed.json.parameter[0].valueMeta.tag, [{ system: 's', code: 'b' }])
  assert.equal(removed.json.parameter[0].valueMeta.profile, undefined)
  assert.deepEqual(idsOf(await ask('GET', '/Patient?_tag=s|b')), ['Patient/p1'])
  assert.equal((await ask('GET', '/Patient/p1')).json.gender, 'male')
  assert.equal((await ask('POST', '/Patient/p1/$meta-add', { body: parameters() })).status, 400)
  const noList = parameters({ name: 'other', valueString: 'x' }, { name: 'meta', valueMeta: { tag: { system: 's', code: 'c' } } })
  const refused = await ask('POST', '/Patient/p1/$meta-add', { body: noList })
  assert.deepEqual([refused.status, refused.json.issue[0].expression], [400, ['Parameters.parameter[1].value']], 'tag is a list')
  const as = patientToken('p1')
  const foreign = await ask('POST', '/Patient/p2/$meta-add', { ...meta(given), as })
  assert.equal(foreign.status, 404)
  assert.deepEqual({ ...foreign }, { ...(await ask('POST', '/Patient/p9/$meta-add', { ...meta(given), as })) })
})
