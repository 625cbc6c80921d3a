// Searches through the API and the store: each kind of criterion, results, paging, and what a confined token sees (S-02 … S-11).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE, createServer, idsOf, patientToken } from './server.ts'

const patient = (id: string, family: string) => ({
  resourceType: 'Patient',
  id,
  name: [{ family, given: ['Ann'] }],
  birthDate: '1980-02-03',
  identifier: [{ system: 'urn:mrn', value: `mrn-${id}` }],
  generalPractitioner: [{ reference: 'Practitioner/dr1' }],
})
const observation = (id: string, subject: string, value: number, date: string, code = '8867-4') => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ system: 'http://cat', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code, display: 'Heart rate' }] },
  subject: { reference: `Patient/${subject}` },
  encounter: { reference: `Encounter/e-${subject}` },
  effectiveDateTime: date,
  valueQuantity: { value, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
})

const server = async () => {
  const box = await createServer()
  await box.put(
    { resourceType: 'Organization', id: 'org1', name: 'Clinic' },
    { resourceType: 'Practitioner', id: 'dr1', name: [{ family: 'House' }] },
    patient('p1', 'Smith'),
    patient('p10', 'Smithers'),
    patient('p2', 'Élan'),
    { resourceType: 'Encounter', id: 'e-p1', status: 'finished', class: { code: 'AMB' }, subject: { reference: 'Patient/p1' } },
    { resourceType: 'Encounter', id: 'e-p2', status: 'finished', class: { code: 'AMB' }, subject: { reference: 'Patient/p2' } },
    observation('o1', 'p1', 60, '2024-01-01'),
    observation('o2', 'p1', 75.5, '2024-02-01T10:00:00Z'),
    observation('o3', 'p2', 80, '2024-03-01'),
    { ...observation('o4', 'p1', 1, '2024-01-15', 'other'), subject: { reference: `${BASE}/Patient/p1` } },
    {
      resourceType: 'Provenance',
      id: 'pr1',
      recorded: '2024-01-01T00:00:00Z',
      target: [{ reference: 'Observation/o1' }],
      agent: [{ who: { reference: 'Practitioner/dr1' } }],
    },
    {
      resourceType: 'Provenance',
      id: 'pr2',
      recorded: '2024-01-01T00:00:00Z',
      target: [{ reference: 'Observation/o3' }],
      agent: [{ who: { reference: 'Practitioner/dr1' } }],
    },
    { resourceType: 'ValueSet', id: 'v1', status: 'active', url: 'http://vs/a/b' },
  )
  return box
}

/** Query → what it finds, in any order. */
const FOUND: ReadonlyArray<readonly [path: string, expected: readonly string[]]> = [
  ['/Observation?code=8867-4', ['Observation/o1', 'Observation/o2', 'Observation/o3']],
  ['/Observation?code=http://loinc.org|8867-4&patient=p1', ['Observation/o1', 'Observation/o2']],
  ['/Observation?code=|8867-4', []],
  ['/Observation?code=http://loinc.org|&patient=Patient/p2', ['Observation/o3']],
  ['/Observation?code:not=8867-4', ['Observation/o4']],
  ['/Observation?status=http://hl7.org/fhir/observation-status|final&patient=p2', ['Observation/o3']],
  ['/Observation?status=|final&patient=p2', ['Observation/o3']],
  ['/Observation?status=http://other|final', []],
  ['/Observation?status:not=http://hl7.org/fhir/observation-status|final', []],
  ['/Observation?code:text=heart&subject=Patient/p2', ['Observation/o3']],
  [`/Observation?subject=${BASE}/Patient/p2`, ['Observation/o3']],
  ['/Observation?subject:Patient=p1', ['Observation/o1', 'Observation/o2', 'Observation/o4']],
  ['/Observation?date=ge2024-02-01', ['Observation/o2', 'Observation/o3']],
  ['/Observation?date=2024-01', ['Observation/o1', 'Observation/o4']],
  ['/Observation?date=gt2024-01-01T00:00:00Z&date=lt2024-02-15', ['Observation/o1', 'Observation/o2', 'Observation/o4']],
  ['/Observation?value-quantity=75.5', ['Observation/o2']],
  ['/Observation?value-quantity=gt70|http://unitsofmeasure.org|/min', ['Observation/o2', 'Observation/o3']],
  ['/Observation?value-quantity=lt70', ['Observation/o1', 'Observation/o4']],
  ['/Observation?code-value-quantity=http://loinc.org|8867-4$ge75', ['Observation/o2', 'Observation/o3']],
  ['/Observation?code-value-quantity=other$ge75', []],
  ['/Observation?subject:Patient.family=smith', ['Observation/o1', 'Observation/o2', 'Observation/o4']],
  ['/Observation?subject:Patient.general-practitioner.family=house&code=other', ['Observation/o4']],
  ['/Observation?encounter:missing=false&value-quantity:missing=true', []],
  ['/Patient?family=smith', ['Patient/p1', 'Patient/p10']],
  ['/Patient?family:exact=Smith', ['Patient/p1']],
  ['/Patient?name:contains=LAN', ['Patient/p2']],
  ['/Patient?identifier=urn:mrn|mrn-p1', ['Patient/p1']],
  ['/Patient?_id=p1,p2,none', ['Patient/p1', 'Patient/p2']],
  ['/Patient?birthdate=1980&_id=p1', ['Patient/p1']],
  ['/Patient?_has:Observation:patient:code=other', ['Patient/p1']],
  ['/Patient?_has:Encounter:patient:_has:Observation:encounter:value-quantity=80', ['Patient/p2']],
  ['/ValueSet?url:below=http://vs/a', ['ValueSet/v1']],
  ['/ValueSet?url=http://vs/a', []],
  ['/Patient/p1/Observation?code=8867-4', ['Observation/o1', 'Observation/o2']],
  ['/Encounter/e-p2/Observation', ['Observation/o3']],
  ['/?_type=Organization,ValueSet', ['Organization/org1', 'ValueSet/v1']],
  [
    '/Patient?_id=p1&_revinclude=Observation:subject&_include=Patient:general-practitioner',
    ['Patient/p1', 'Observation/o1', 'Observation/o2', 'Observation/o4', 'Practitioner/dr1'],
  ],
  [
    '/Provenance?_id=pr1&_include=Provenance:target&_include:iterate=Observation:subject',
    ['Provenance/pr1', 'Observation/o1', 'Patient/p1'],
  ],
]

test('each kind of criterion finds what it should, by GET and by POST (R4 search.html)', async () => {
  const { ask } = await server()
  for (const [path, expected] of FOUND) {
    const found = await ask('GET', path)
    assert.equal(found.status, 200, `${path} ${found.text}`)
    assert.deepEqual(idsOf(found).sort(), [...expected].sort(), path)
    const [where = '', query = ''] = path.split('?')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const posted = await ask('POST', `${where === '/' ? '' : where}/_search`, { body: query, headers })
    assert.equal(posted.text, found.text, path)
  }
})

test('pages by next links are the unpaged answer; self says what was understood; totals', async () => {
  const { ask } = await server()
  const whole = await ask('GET', '/Observation?_sort=-value-quantity')
  assert.deepEqual(idsOf(whole), ['Observation/o3', 'Observation/o2', 'Observation/o1', 'Observation/o4'])
  assert.equal(whole.json.total, 4)
  const seen: string[] = []
  let path: string | undefined = '/Observation?_sort=-value-quantity&_count=3&_total=accurate&_format=json'
  for (let pages = 0; path !== undefined && pages < 5; pages++) {
    const page = await ask('GET', path)
    assert.equal(page.json.total, 4)
    seen.push(...idsOf(page))
    const next: string | undefined = page.json.link.find((link: { relation: string }) => link.relation === 'next')?.url
    path = next?.slice(BASE.length)
  }
  assert.deepEqual(seen, idsOf(whole))
  const lenient = await ask('GET', '/Patient?nonsense=1&family=smith', { headers: { prefer: 'handling=lenient' } })
  assert.equal(lenient.json.link[0].url, `${BASE}/Patient?family=smith`)
  assert.equal((await ask('GET', '/Patient?nonsense=1')).status, 400)
  const counted = await ask('GET', '/Patient?_summary=count')
  assert.deepEqual([counted.json.total, counted.json.entry], [3, undefined])
  assert.equal((await ask('GET', '/Patient?_count=0')).json.total, 3)
  assert.equal((await ask('GET', '/Patient?_cursor=AAAA')).status, 400)
})

test('_elements and _summary keep a part and mark it SUBSETTED', async () => {
  const { ask } = await server()
  const [entry] = (await ask('GET', '/Observation?_id=o1&_elements=subject')).json.entry
  assert.deepEqual(Object.keys(entry.resource), ['resourceType', 'id', 'meta', 'status', 'code', 'subject'])
  assert.equal(entry.resource.meta.tag[0].code, 'SUBSETTED')
  assert.deepEqual(Object.keys((await ask('GET', '/Patient/p1?_summary=text')).json), ['resourceType', 'id', 'meta'])
  assert.equal((await ask('GET', '/Observation/o1?_summary=true')).json.valueQuantity.value, 60)
  assert.equal((await ask('GET', '/Patient/p1?_summary=all')).status, 400)
})

test('a confined token sees its patient, on every hop; S-02 … S-11', async () => {
  const { ask } = await server()
  const as = patientToken('p1', 'rs', ['Observation', 'Patient', 'Provenance', 'Practitioner'])
  const own: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['/Observation', ['Observation/o1', 'Observation/o2', 'Observation/o4']],
    ['/Observation?_id=o3', []],
    ['/Observation?subject:Patient.family=elan', []],
    ['/Patient?_has:Observation:patient:value-quantity=80', []],
    [
      '/Patient?_revinclude=Observation:subject&_revinclude=Encounter:subject',
      ['Patient/p1', 'Observation/o1', 'Observation/o2', 'Observation/o4'],
    ],
    ['/Practitioner?_revinclude=Provenance:agent', ['Practitioner/dr1', 'Provenance/pr1']],
    ['/Patient/p2/Observation', []],
    ['/?_type=Observation,Encounter', ['Observation/o1', 'Observation/o2', 'Observation/o4']],
  ]
  for (const [path, expected] of own) assert.deepEqual(idsOf(await ask('GET', path, { as })).sort(), [...expected].sort(), path)
  assert.equal((await ask('GET', '/Observation?_summary=count', { as })).json.total, 3)
  assert.equal((await ask('GET', '/Encounter', { as })).status, 403)
  assert.equal((await ask('GET', '/?_type=Encounter', { as })).status, 403)
  const everything = await ask('GET', '/Patient/p1/*', { as })
  assert.deepEqual(idsOf(everything).sort(), ['Observation/o1', 'Observation/o2', 'Observation/o4', 'Patient/p1', 'Provenance/pr1'])
  const foreign = await ask('GET', '/Observation/o3', { as })
  const absent = await ask('GET', '/Observation/o9', { as })
  assert.equal(foreign.status, 404)
  assert.deepEqual({ ...foreign }, { ...absent })
})

test('policies see what is applied: repeated keys, the form of a POST, nothing that was ignored (design, Policies)', async () => {
  const { ask } = await server()
  const seen: unknown[] = []
  const as = async (access: { readonly params: unknown; readonly interaction: string }) => {
    seen.push([access.interaction, access.params])
    return { permit: false, status: 403, reason: 'no' } as const
  }
  const headers = { prefer: 'handling=lenient', 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal(
    (await ask('POST', '/Observation/_search?date=ge2024', { as, headers, body: 'date=lt2025&nonsense=1&_count=5' })).status,
    403,
  )
  assert.deepEqual(seen, [['search-type', { date: ['ge2024', 'lt2025'], _count: '5', 'resource/type': 'Observation' }]])
  assert.equal((await ask('GET', '/Observation/o1?patient=p1', { as, headers })).status, 400)
  assert.equal(seen.length, 1)
})
