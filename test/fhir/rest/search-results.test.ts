// What shapes a search's answer (R4 search.html#return): sort, includes, pages under writes, summaries; and what R4 has that is not served.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASE, createServer, idsOf, type Json, patientToken } from './server.ts'

const patient = (id: string, family: string, gender: string, birthDate: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family }],
  gender,
  birthDate,
  text: { status: 'generated', div: '<div>x</div>' },
  ...more,
})

const nextOf = ({ json }: { readonly json: Json }): string | undefined =>
  json.link.find(({ relation }: Json) => relation === 'next')?.url.slice(BASE.length)

test('several sort keys, each in its direction; what lacks the value comes last either way (R4 search.html#sort)', async () => {
  const { ask, put } = await createServer()
  await put(
    patient('a', 'Adams', 'male', '1970-01-01'),
    patient('b', 'Baker', 'female', '1980-01-01'),
    patient('c', 'Baker', 'male', '1990-01-01'),
    { resourceType: 'Patient', id: 'd', gender: 'male' },
  )
  const order = async (sort: string) =>
    idsOf(await ask('GET', `/Patient?_sort=${sort}`))
      .map((one) => one.slice(-1))
      .join('')
  assert.equal(await order('family,-birthdate'), 'acbd')
  assert.equal(await order('-family,birthdate'), 'bcad')
  assert.equal(await order('gender,family,_id'), 'bacd')
  assert.equal(await order('-birthdate'), 'cbad')
  assert.equal(await order('_id'), 'abcd')
  assert.equal(await order('-_lastUpdated'), 'dcba')
  assert.equal((await ask('GET', '/Patient?_sort=nonsense')).status, 400)
  assert.equal((await ask('GET', '/Patient?_sort=family&_sort=gender')).status, 400)
})

test('identifiers, contact points and uris are sorted by too, page by page (R4 search.html#sort)', async () => {
  const { ask, put } = await createServer()
  await put(
    patient('a', 'A', 'male', '1970-01-01', {
      identifier: [{ system: 'http://s', value: 'n3' }],
      telecom: [{ system: 'phone', value: '20' }],
    }),
    patient('b', 'B', 'male', '1970-01-01', {
      identifier: [{ value: 'n1' }, { value: 'n9' }],
      telecom: [{ system: 'phone', value: '30' }],
    }),
    patient('c', 'C', 'male', '1970-01-01'),
    patient('d', 'D', 'male', '1970-01-01', { identifier: [{ value: 'n2' }], telecom: [{ system: 'phone', value: '10' }] }),
    ...['m', 'k', 'l'].map((id) => ({ resourceType: 'ValueSet', id, status: 'draft', url: `http://v/${id}` })),
  )
  const paged = async (search: string) => {
    const found: string[] = []
    for (let path: string | undefined = `${search}&_count=2`; path !== undefined; ) {
      const answer = await ask('GET', path)
      found.push(...idsOf(answer).map((one) => one.slice(-1)))
      path = nextOf(answer)
    }
    return found.join('')
  }
  assert.equal(await paged('/Patient?_sort=identifier'), 'bdac')
  assert.equal(await paged('/Patient?_sort=-identifier'), 'badc')
  assert.equal(await paged('/Patient?_sort=phone'), 'dabc')
  assert.equal(await paged('/Patient?_sort=-telecom,family'), 'badc')
  assert.equal(await paged('/ValueSet?_sort=url'), 'klm')
  assert.equal(await paged('/ValueSet?_sort=-url'), 'mlk')
})

test('pages under writes: nothing that was there twice or not at all, whatever is written in between', async () => {
  const { ask, put } = await createServer()
  const ids = ['01', '03', '05', '07', '09', '11']
  for (const id of ids) await put(patient(id, `F${id}`, 'male', `2000-01-${id}`))
  for (const sort of ['', '&_sort=family', '&_sort=-birthdate,_id']) {
    const seen: string[] = []
    let path: string | undefined = `/Patient?_count=2&gender=male${sort}`
    for (let page = 0; path !== undefined; page++) {
      const answer = await ask('GET', path)
      seen.push(...idsOf(answer).map((one) => one.slice('Patient/'.length)))
      path = nextOf(answer)
      await put(patient(`x${page}`, `F0${page}`, 'male', `2000-01-0${page + 1}`))
    }
    assert.deepEqual(seen.filter((id) => ids.includes(id)).sort(), ids, sort)
    assert.equal(new Set(seen).size, seen.length, sort)
    for (const page of [0, 1, 2, 3, 4]) await ask('DELETE', `/Patient/x${page}`)
  }
})

const linked = async () => {
  const box = await createServer()
  const ref = (reference: string) => ({ reference })
  await box.put(
    { resourceType: 'Organization', id: 'top' },
    { resourceType: 'Organization', id: 'mid', partOf: ref('Organization/top') },
    { resourceType: 'Practitioner', id: 'dr' },
    { resourceType: 'Patient', id: 'p', managingOrganization: ref('Organization/mid'), generalPractitioner: [ref('Practitioner/dr')] },
    { resourceType: 'Patient', id: 'q' },
    { resourceType: 'Encounter', id: 'e', subject: ref('Patient/p') },
    {
      resourceType: 'Observation',
      id: 'o',
      subject: ref('Patient/p'),
      encounter: ref('Encounter/e'),
      performer: [ref('Practitioner/dr'), ref('Organization/mid')],
    },
    { resourceType: 'Observation', id: 'o2', subject: ref('Patient/q'), hasMember: [ref('Observation/o')] },
  )
  return box
}

test('_include and _revinclude: wildcards, target types, iterate, each resource once (R4 search.html#include)', async () => {
  const { ask } = await linked()
  const found: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['_include=Observation:subject', ['Patient/p']],
    ['_include=Observation:performer', ['Organization/mid', 'Practitioner/dr']],
    ['_include=Observation:performer:Organization', ['Organization/mid']],
    ['_include=Observation:performer:Patient', []],
    ['_include=*', ['Encounter/e', 'Organization/mid', 'Patient/p', 'Practitioner/dr']],
    ['_include=Observation:*', ['Encounter/e', 'Organization/mid', 'Patient/p', 'Practitioner/dr']],
    ['_include=Observation:subject&_include=Patient:organization', ['Patient/p']],
    ['_include=Observation:subject&_include:iterate=Patient:organization', ['Organization/mid', 'Patient/p']],
    [
      '_include=Observation:subject&_include:iterate=Patient:organization&_include:iterate=Organization:partof',
      ['Organization/mid', 'Organization/top', 'Patient/p'],
    ],
    ['_include:iterate=*', ['Encounter/e', 'Organization/mid', 'Organization/top', 'Patient/p', 'Practitioner/dr']],
    ['_revinclude=Observation:has-member', ['Observation/o2']],
    ['_revinclude=*', ['Observation/o2']],
    ['_revinclude=Observation:has-member&_include:iterate=Observation:subject', ['Observation/o2', 'Patient/p', 'Patient/q']],
  ]
  for (const [includes, expected] of found) {
    const answer = await ask('GET', `/Observation?_id=o&${includes}`)
    assert.equal(answer.status, 200, answer.text)
    const entries = answer.json.entry.map(({ resource, search }: Json) => [`${resource.resourceType}/${resource.id}`, search.mode])
    assert.deepEqual(entries.shift(), ['Observation/o', 'match'])
    assert.deepEqual(entries.map(([id]: Json) => id).sort(), expected, includes)
    assert.ok(entries.every(([, mode]: Json) => mode === 'include'))
    assert.equal(answer.json.total, 1)
  }
  for (const wrong of [
    '_include=Observation:nonsense',
    '_include=Observation:code',
    '_include=Nonsense:subject',
    '_revinclude=Patient:nonsense',
  ])
    assert.equal((await ask('GET', `/Observation?${wrong}`)).status, 400, wrong)
  assert.equal((await ask('GET', '/Observation?_include=*&_summary=text')).status, 400, 'R4 search.html#summary: not with text')
})

test('_revinclude with a target type is for rows of that type alone, iterated too (R4 search.html#include)', async () => {
  const { ask, put } = await createServer()
  const observation = (id: string, reference: string) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    subject: { reference },
  })
  await put(
    patient('p', 'P', 'male', '1970-01-01'),
    { resourceType: 'Group', id: 'g', type: 'person', actual: true, member: [{ entity: { reference: 'Patient/p' } }] },
    observation('of-p', 'Patient/p'),
    observation('of-g', 'Group/g'),
  )
  const included = async (search: string) =>
    (await ask('GET', search)).json.entry
      .filter((entry: Json) => entry.search.mode === 'include')
      .map((entry: Json) => entry.resource.id)
      .sort()
  assert.deepEqual(await included('/?_type=Patient,Group&_revinclude=Observation:subject:Patient'), ['of-p'])
  assert.deepEqual(await included('/?_type=Patient,Group&_revinclude=Observation:subject'), ['of-g', 'of-p'])
  assert.deepEqual(await included('/Patient?_revinclude=Group:member&_revinclude:iterate=Observation:subject:Patient'), ['g', 'of-p'])
  assert.deepEqual(await included('/Patient?_revinclude=Group:member&_revinclude:iterate=Observation:subject:Group'), ['g', 'of-g'])
})

test('S-06, S-07: what a confined token may not read is included on no hop, by no wildcard', async () => {
  const { ask } = await linked()
  const as = patientToken('p', 'rs', ['Observation', 'Patient', 'Practitioner'])
  const of = async (query: string) =>
    idsOf(await ask('GET', `/Observation?_id=o&${query}`, { as }))
      .slice(1)
      .sort()
  assert.deepEqual(await of('_include:iterate=*'), ['Patient/p', 'Practitioner/dr'])
  assert.deepEqual(await of('_revinclude:iterate=*'), [])
  assert.deepEqual(await of('_revinclude=Observation:has-member&_include:iterate=Observation:subject'), ['Patient/p'])
})

test('_summary and _elements: each value, on matches and includes (R4 search.html#summary, #elements)', async () => {
  const { ask, put } = await createServer()
  await put(patient('a', 'Adams', 'male', '1970-01-01', { contact: [{ name: { family: 'C' } }] }))
  const members = async (query: string) => Object.keys((await ask('GET', `/Patient?${query}`)).json.entry?.[0].resource ?? {})
  assert.deepEqual(await members('_summary=text'), ['resourceType', 'id', 'meta', 'text'])
  assert.deepEqual(await members('_summary=data'), ['resourceType', 'id', 'meta', 'name', 'gender', 'birthDate', 'contact'])
  assert.deepEqual(await members('_summary=true'), ['resourceType', 'id', 'meta', 'name', 'gender', 'birthDate'])
  assert.deepEqual(await members('_summary=false'), ['resourceType', 'id', 'meta', 'name', 'gender', 'birthDate', 'text', 'contact'])
  assert.deepEqual(await members('_elements=gender,Patient.birthDate'), ['resourceType', 'id', 'meta', 'gender', 'birthDate'])
  assert.deepEqual((await ask('GET', '/Patient?_summary=count')).json.total, 1)
  assert.equal((await ask('GET', '/Patient?_summary=true&_elements=gender')).status, 400)
})

test('_total: none, accurate, and estimate, which is accurate too (R4 search.html#total)', async () => {
  const { ask, put } = await createServer()
  for (const id of ['a', 'b', 'c']) await put(patient(id, 'X', 'male', '1970-01-01'))
  const total = async (query: string) => (await ask('GET', `/Patient?${query}`)).json.total
  assert.equal(await total('_total=none'), undefined)
  assert.equal(await total('_total=accurate&_count=1'), 3)
  assert.equal(await total('_total=estimate&_count=1'), 3)
  assert.equal(await total('_count=1'), undefined)
  assert.equal((await ask('GET', '/Patient?_total=many')).status, 400)
})

test('_list finds the items of a List that may be searched (R4 search.html#list)', async () => {
  const { ask, put } = await createServer()
  await put(patient('p', 'X', 'male', '1970-01-01'), patient('q', 'Y', 'male', '1970-01-01'), {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    subject: { reference: 'Patient/q' },
    entry: [{ item: { reference: 'Patient/p' } }, { item: { reference: 'Patient/q' } }],
  })
  assert.deepEqual(idsOf(await ask('GET', '/Patient?_list=l&family=x')), ['Patient/p'])
  assert.deepEqual(idsOf(await ask('GET', '/Patient?_list=none')), [])
  assert.deepEqual(idsOf(await ask('GET', '/Patient?_list=l', { as: patientToken('p') })), [], 'the list is another patient’s')
  assert.equal((await ask('GET', '/Patient?_list=$current-problems')).status, 400)
})

test('S-30: what R4 has and is not served says so, and is left out of self under lenient', async () => {
  const { ask } = await createServer()
  for (const path of [
    '/Location?near=42|-71',
    '/Patient?_text=x',
    '/Patient?_content=x',
    '/Patient?_query=x',
    '/Patient?_filter=x',
    '/Patient?_contained=true',
  ]) {
    const answer = await ask('GET', path)
    assert.equal(answer.status, 400, path)
    assert.match(answer.json.issue[0].diagnostics, /is not served/)
    const lenient = await ask('GET', path, { headers: { prefer: 'handling=lenient' } })
    assert.equal(lenient.json.link[0].url, `${BASE}${path.split('?')[0]}`)
  }
})
