// The search engine on a whole box (design, "Policies"; issue 6; P-14): a search of the requested type is a filter of every path to it, one
// of another type a check; parameters are values, never syntax; what is missing is false.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Box, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-search-policy-'))
const boxes: Box[] = []
after(async () => {
  for (const box of boxes) await box.close()
  rmSync(folder, { recursive: true, force: true })
})

const client = (id: string, details: object = {}) => ({
  resourceType: 'Client',
  id,
  secret: `${id}-secret`,
  grant_types: ['basic'],
  details,
})
const patient = (id: string, gp: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  generalPractitioner: [{ reference: `Practitioner/${gp}` }],
  ...more,
})
const observation = (id: string, subject: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
})
const policy = (id: string, to: string, body: object) => ({
  resourceType: 'AccessPolicy',
  id,
  link: [{ reference: `Client/${to}` }],
  ...body,
})
const searches = (...search: readonly object[]) => ({ engine: 'search', search })

const RECORDS = [
  { resourceType: 'Practitioner', id: 'd1' },
  { resourceType: 'Practitioner', id: 'd2' },
  patient('p1', 'd1', { birthDate: '1980-05-01' }),
  patient('p2', 'd2', { birthDate: '1990-05-01' }),
  patient('p3', 'd1', { birthDate: '2000-05-01' }),
  observation('o1', 'p1'),
  observation('o2', 'p2'),
  observation('o3', 'p3'),
  observation('p1', 'p2'),
]
const OWN_PATIENTS = { resourceType: 'Patient', query: 'general-practitioner=Practitioner/{{client.details.practitioner}}' }

let number = 0
const boxOf = async (...resources: readonly object[]): Promise<Box> => {
  const file = join(folder, `${number++}.json`)
  writeFileSync(file, JSON.stringify([...resources, ...RECORDS]))
  const box = await createBox({ bundles: [file], baseUrl: 'http://localhost:8080', data: ':memory:' })
  boxes.push(box)
  return box
}

interface Answer {
  readonly status: number
  readonly body: {
    readonly total?: number
    readonly entry?: ReadonlyArray<{
      readonly resource: { readonly id: string; readonly resourceType: string }
      readonly response?: { readonly status: string }
    }>
  }
}

const ask = async (box: Box, as: string, line: string, body?: object, type = 'application/fhir+json'): Promise<Answer> => {
  const [method = 'GET', path = ''] = line.split(' ')
  const headers = { authorization: `Basic ${btoa(`${as}:${as}-secret`)}`, ...(body && { 'content-type': type }) }
  const response = await box.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}
const ids = ({ body }: Answer): readonly string[] =>
  (body.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`).sort()
const statuses = (box: Box, as: string, ...lines: readonly string[]) =>
  Promise.all(lines.map(async (line) => (await ask(box, as, line)).status))

test('a filter holds on read, vread, history, search, count, _search and compartments; what is outside is not there', async () => {
  const box = await boxOf(client('c', { practitioner: 'd1' }), policy('own', 'c', searches(OWN_PATIENTS)))
  assert.deepEqual(await statuses(box, 'c', 'GET /fhir/Patient/p1', 'GET /fhir/Patient/p2', 'GET /fhir/Patient/none'), [200, 404, 404])
  assert.deepEqual(await statuses(box, 'c', 'GET /fhir/Patient/p1/_history/1', 'GET /fhir/Patient/p2/_history/1'), [200, 404])
  assert.deepEqual(await statuses(box, 'c', 'GET /fhir/Patient/p1/_history', 'GET /fhir/Patient/p2/_history'), [200, 404])
  assert.deepEqual(ids(await ask(box, 'c', 'GET /fhir/Patient/_history')), ['Patient/p1', 'Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'c', 'GET /fhir/Patient')), ['Patient/p1', 'Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'c', 'GET /fhir/Patient?birthdate=gt1985')), ['Patient/p3'])
  assert.equal((await ask(box, 'c', 'GET /fhir/Patient?_summary=count')).body.total, 2)
  assert.equal((await ask(box, 'c', 'GET /fhir/Patient?_total=accurate&_count=1')).body.total, 2)
  assert.deepEqual(ids(await ask(box, 'c', 'POST /fhir/Patient/_search')), ['Patient/p1', 'Patient/p3'])
  assert.deepEqual(
    await statuses(box, 'c', 'GET /fhir/Observation', 'GET /fhir/Observation/o1', 'GET /fhir/Practitioner/d1'),
    [403, 403, 403],
  )
})

test('a filter bounds what is stored and what is submitted: update, patch, delete, create', async () => {
  const box = await boxOf(client('c', { practitioner: 'd1' }), policy('own', 'c', searches(OWN_PATIENTS)))
  const put = async (id: string, gp: string) => (await ask(box, 'c', `PUT /fhir/Patient/${id}`, patient(id, gp))).status
  assert.deepEqual([await put('p1', 'd1'), await put('p2', 'd1'), await put('p1', 'd2'), await put('new', 'd1')], [200, 404, 403, 404])
  const patch = async (id: string) =>
    (await ask(box, 'c', `PATCH /fhir/Patient/${id}`, { active: true }, 'application/merge-patch+json')).status
  assert.deepEqual([await patch('p1'), await patch('p2')], [200, 404])
  const move = await ask(box, 'c', 'PATCH /fhir/Patient/p1', patient('p1', 'd2'), 'application/merge-patch+json')
  assert.equal(move.status, 403, 'a patch may not give a patient away')
  const post = async (gp: string) => (await ask(box, 'c', 'POST /fhir/Patient', patient('ignored', gp))).status
  assert.deepEqual([await post('d1'), await post('d2')], [201, 403])
  assert.deepEqual(await statuses(box, 'c', 'DELETE /fhir/Patient/p2', 'DELETE /fhir/Patient/p3'), [404, 204])
})

test('includes, chains and _has lead only to what a policy about the same people opens; nothing else is reached by them', async () => {
  const OWN_OBSERVATIONS = {
    resourceType: 'Observation',
    query: 'patient.general-practitioner=Practitioner/{{client.details.practitioner}}',
  }
  const box = await boxOf(
    client('c', { practitioner: 'd1' }),
    policy('own', 'c', searches(OWN_PATIENTS)),
    client('both', { practitioner: 'd1' }),
    policy('own-patients', 'both', searches(OWN_PATIENTS)),
    policy('own-observations', 'both', searches(OWN_OBSERVATIONS)),
  )
  const included = 'GET /fhir/Patient?_revinclude=Observation:patient'
  assert.deepEqual(ids(await ask(box, 'c', included)), ['Patient/p1', 'Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'both', included)), ['Observation/o1', 'Observation/o3', 'Patient/p1', 'Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'both', 'GET /fhir/Observation')), ['Observation/o1', 'Observation/o3'], 'a chain in a filter')
  assert.deepEqual(await statuses(box, 'both', 'GET /fhir/Observation/o1', 'GET /fhir/Observation/o2'), [200, 404])
  assert.deepEqual(ids(await ask(box, 'both', 'GET /fhir/Observation?_include=Observation:patient')), [
    'Observation/o1',
    'Observation/o3',
    'Patient/p1',
    'Patient/p3',
  ])
  assert.deepEqual(ids(await ask(box, 'both', 'GET /fhir/Observation?patient.birthdate=lt1985')), ['Observation/o1'])
  assert.deepEqual(ids(await ask(box, 'both', 'GET /fhir/Observation?patient.birthdate=1990-05-01')), [], 'the chain does not tell of p2')
  assert.deepEqual(
    ids(await ask(box, 'c', 'GET /fhir/Patient?_has:Observation:patient:status=final')),
    [],
    'observations are not open to c',
  )
  assert.deepEqual(ids(await ask(box, 'both', 'GET /fhir/Patient?_has:Observation:patient:status=final')), ['Patient/p1', 'Patient/p3'])
})

test('filters of several policies are a union; and is an intersection; what grants without bounds removes them', async () => {
  const box = await boxOf(
    client('union', { practitioner: 'd1' }),
    policy('u1', 'union', searches(OWN_PATIENTS)),
    policy('u2', 'union', searches({ resourceType: 'Patient', query: '_id=p2' })),
    client('and', { practitioner: 'd1' }),
    policy('a', 'and', {
      engine: 'complex',
      and: [
        searches(OWN_PATIENTS),
        {
          engine: 'complex',
          or: [searches({ resourceType: 'Patient', query: 'birthdate=gt1995' }), searches({ resourceType: 'Patient', query: '_id=p2' })],
        },
      ],
    }),
    client('open', { practitioner: 'd1' }),
    policy('o1', 'open', searches(OWN_PATIENTS)),
    policy('o2', 'open', { engine: 'matcho', matcho: { 'request-method': 'get' } }),
    client('guarded', { practitioner: 'd1' }),
    policy('g', 'guarded', { engine: 'complex', and: [{ engine: 'matcho', matcho: { 'request-method': 'get' } }, searches(OWN_PATIENTS)] }),
  )
  assert.deepEqual(ids(await ask(box, 'union', 'GET /fhir/Patient')), ['Patient/p1', 'Patient/p2', 'Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'and', 'GET /fhir/Patient')), ['Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'open', 'GET /fhir/Patient')), ['Patient/p1', 'Patient/p2', 'Patient/p3'])
  assert.deepEqual(ids(await ask(box, 'guarded', 'GET /fhir/Patient')), ['Patient/p1', 'Patient/p3'])
  assert.equal((await ask(box, 'guarded', 'POST /fhir/Patient', patient('x', 'd1'))).status, 403)
})

test('a search of another type is a check; it has to say something of what is asked', async () => {
  const CHECK = {
    resourceType: 'Patient',
    query: '_id={{params.patient}}&general-practitioner=Practitioner/{{client.details.practitioner}}',
  }
  const SUBJECT = {
    resourceType: 'Patient',
    query: '_id={{resource.subject.reference}}&general-practitioner=Practitioner/{{client.details.practitioner}}',
  }
  const OF_ID = {
    resourceType: 'Patient',
    query: '_id={{params.resource/id}}&general-practitioner=Practitioner/{{client.details.practitioner}}',
  }
  const box = await boxOf(
    ...['check', 'create', 'id'].map((id) => client(id, { practitioner: 'd1' })),
    policy('c', 'check', searches(CHECK)),
    policy('s', 'create', searches(SUBJECT)),
    policy('i', 'id', searches(OF_ID)),
  )
  assert.deepEqual(
    await statuses(
      box,
      'check',
      ...['p1', 'Patient/p1', 'p2', 'none', 'p1,p2', 'p1&patient=p2'].map((value) => `GET /fhir/Observation?patient=${value}`),
    ),
    [200, 200, 403, 403, 403, 403],
  )
  assert.deepEqual(ids(await ask(box, 'check', 'GET /fhir/Observation?patient=p1')), ['Observation/o1'])
  assert.deepEqual(
    await statuses(box, 'check', 'GET /fhir/Observation', 'GET /fhir/Observation/o1', 'GET /fhir?_type=Observation&patient=p1'),
    [403, 403, 403],
  )
  const post = async (subject: string) => (await ask(box, 'create', 'POST /fhir/Observation', observation('x', subject))).status
  assert.deepEqual([await post('p1'), await post('p2')], [201, 403])
  assert.equal(
    (await ask(box, 'create', 'PUT /fhir/Observation/o2', observation('o2', 'p1'))).status,
    403,
    'a body says nothing of what is stored',
  )
  assert.deepEqual(
    await statuses(box, 'id', 'GET /fhir/Patient/p1', 'GET /fhir/Patient/p2', 'GET /fhir/Observation/p1', 'GET /fhir/Patient'),
    [200, 404, 403, 403],
  )
  assert.deepEqual(
    ids(await ask(box, 'id', 'GET /fhir/Patient/p1/Observation')),
    ['Observation/o1', 'Observation/x'],
    'aidbox-behaviour, the documented policy 17',
  )
})

test('each entry of a batch is decided by itself; a transaction is refused as a whole', async () => {
  const box = await boxOf(
    client('c', { practitioner: 'd1' }),
    policy('own', 'c', searches(OWN_PATIENTS)),
    policy('bundles', 'c', { engine: 'matcho', matcho: { operation: { id: 'FhirTransaction' } } }),
  )
  const entries = ['Patient/p1', 'Patient/p2', 'Observation/o1'].map((url) => ({ request: { method: 'GET', url } }))
  const batch = await ask(box, 'c', 'POST /fhir', { resourceType: 'Bundle', type: 'batch', entry: entries })
  assert.deepEqual(
    batch.body.entry?.map(({ response }) => response?.status.slice(0, 3)),
    ['200', '404', '403'],
  )
  const foreign = [{ resource: patient('p2', 'd1'), request: { method: 'PUT', url: 'Patient/p2' } }]
  assert.equal((await ask(box, 'c', 'POST /fhir', { resourceType: 'Bundle', type: 'transaction', entry: foreign })).status, 404)
})

test('parameters are values: separators, prefixes and lists of a sender widen nothing; what is missing is false', async () => {
  const by = (query: string) => searches({ resourceType: 'Patient', query })
  const box = await boxOf(
    client('comma', { practitioner: 'd1,d2', born: 'gt1900', list: ['p1', 'p3'], empty: '', none: [] }),
    ...['comma-id', 'born', 'list', 'empty', 'none', 'missing', 'object'].map((id) =>
      client(id, { id: 'p1,p2', born: 'gt1900', list: ['p1', 'p3'], empty: '', none: [], object: { a: 1 } }),
    ),
    policy('1', 'comma-id', by('_id={{client.details.id}}')),
    policy('2', 'born', by('birthdate={{client.details.born}}')),
    policy('3', 'list', by('_id={{client.details.list}}')),
    policy('4', 'empty', by('_id={{client.details.empty}}')),
    policy('5', 'none', by('_id={{client.details.none}}')),
    policy('6', 'missing', by('_id={{client.details.nothing.here}}')),
    policy('7', 'object', by('_id={{client.details.object}}')),
  )
  assert.deepEqual(ids(await ask(box, 'comma-id', 'GET /fhir/Patient')), [], 'an id with a comma, not two ids')
  assert.equal((await ask(box, 'born', 'GET /fhir/Patient')).status, 403)
  assert.deepEqual(ids(await ask(box, 'list', 'GET /fhir/Patient')), ['Patient/p1', 'Patient/p3'])
  for (const as of ['empty', 'none', 'missing', 'object']) assert.equal((await ask(box, as, 'GET /fhir/Patient')).status, 403, as)
})

test('what is wrong with a search is said at its place, and nothing starts', async () => {
  for (const [search, message] of [
    [[], /list of searches/],
    [[{ resourceType: 'Patient', query: 'shoe-size=44' }], /unknown search parameter shoe-size/],
    [[{ resourceType: 'Patient', query: '_id={{user.id' }], /written \{\{path\}\}/],
    [[{ resourceType: 'Patient', query: '_id={{usr.id}}' }], /no member/],
    [[{ resourceType: 'Patient', query: '{{user.id}}=1' }], /not in a name/],
    [[{ resourceType: 'Patient', query: 'birthdate=soon' }], /date is expected/],
    [[{ resourceType: 'Patient', query: '_include=Patient:organization' }], /_include/],
    [[{ resourceType: 'Shoe', query: '_id=1' }], /names the type/],
    [[{ resourceType: 'Patient', query: '_id=' }], /no value/],
  ] as const) {
    await assert.rejects(
      boxOf(client('c'), policy('p', 'c', { engine: 'search', search })),
      (error: Error) => message.test(String((error as { diagnostics?: unknown }).diagnostics ?? error.message) + JSON.stringify(error)),
      JSON.stringify(search),
    )
  }
})
