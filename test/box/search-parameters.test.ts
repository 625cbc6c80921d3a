// SearchParameter resources (R4 searchparameter.html): compiled like R4's own, over REST and from bundles; an answer is whole or none.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Box, createBox } from '../../src/box.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { openSearchIndex } from '../../src/search-index.ts'
import { ALL } from '../../src/store/criterion.ts'
import { authorizeChanges } from '../../src/store/plan.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-search-parameters-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const headers = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/fhir+json' }
const open = (bundles: readonly string[] = [], data = ':memory:') =>
  createBox({ bundles, baseUrl: 'http://localhost:8080', rootClientSecret: 'r', env: {}, data })

const parameter = (id: string, base: string, type: string, expression: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'SearchParameter',
  id,
  url: `http://guide/SearchParameter/${id}`,
  name: id,
  status: 'active',
  description: id,
  code: id,
  base: [base],
  type,
  expression,
  ...more,
})
const send = (box: Box, method: string, path: string, body?: unknown) =>
  box.request(`/fhir/${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
const put = async (box: Box, ...resources: ReadonlyArray<{ readonly resourceType: string; readonly id: string }>) => {
  for (const resource of resources) {
    const answer = await send(box, 'PUT', `${resource.resourceType}/${resource.id}`, resource)
    assert.ok(answer.ok, await answer.text())
  }
}
const found = async (box: Box, path: string): Promise<unknown> => {
  const answer = await send(box, 'GET', path)
  const body = await answer.json()
  return answer.status === 200 ? (body.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id).sort() : answer.status
}

const condition = (id: string, asserted?: string) => ({
  resourceType: 'Condition',
  id,
  subject: { reference: 'Patient/p' },
  ...(asserted !== undefined && {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate', valueDateTime: asserted }],
  }),
})
const team = (id: string, role: string) => ({
  resourceType: 'CareTeam',
  id,
  participant: [{ role: [{ coding: [{ system: 'http://snomed.info/sct', code: role }] }] }],
})
const ASSERTED = "Condition.extension.where(url = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate')"

test('over REST: it finds what was stored before and after it, sorts, and is in the CapabilityStatement; deleted, it is unknown again', async (t) => {
  const box = await open()
  t.after(() => box.close())
  await put(box, { resourceType: 'Patient', id: 'p' }, condition('c1', '2024-05-01'), condition('c2', '2020-01-01'), condition('c3'))
  assert.equal(await found(box, 'Condition?asserted-date=2024'), 400)
  await put(box, parameter('asserted-date', 'Condition', 'date', `${ASSERTED}.valueDateTime`))
  await put(box, condition('c4', '2024-06-01'))
  assert.deepEqual(await found(box, 'Condition?asserted-date=2024'), ['c1', 'c4'])
  assert.deepEqual(await found(box, 'Condition?asserted-date:missing=true'), ['c3'])
  const sorted = await (await send(box, 'GET', 'Condition?asserted-date:missing=false&_sort=asserted-date')).json()
  assert.deepEqual(
    sorted.entry.map((entry: { resource: { id: string } }) => entry.resource.id),
    ['c2', 'c1', 'c4'],
  )
  const metadata = await (await send(box, 'GET', 'metadata')).json()
  const type = metadata.rest[0].resource.find((one: { type: string }) => one.type === 'Condition')
  assert.ok(type.searchParam.some(({ definition }: { definition: string }) => definition === 'http://guide/SearchParameter/asserted-date'))
  await send(box, 'DELETE', 'SearchParameter/asserted-date')
  assert.equal(await found(box, 'Condition?asserted-date=2024'), 400)
})

test('another definition of a code finds nothing that the earlier one did', async (t) => {
  const box = await open()
  t.after(() => box.close())
  await put(box, team('t1', 'doctor'), parameter('role', 'CareTeam', 'token', 'CareTeam.participant.role'))
  assert.deepEqual(await found(box, 'CareTeam?role=http://snomed.info/sct|doctor'), ['t1'])
  await put(box, parameter('role', 'CareTeam', 'token', 'CareTeam.category'))
  assert.deepEqual(await found(box, 'CareTeam?role=doctor'), [])
  await put(box, team('t2', 'doctor'))
  await put(box, parameter('role', 'CareTeam', 'token', 'CareTeam.participant.role'))
  assert.deepEqual(await found(box, 'CareTeam?role=doctor'), ['t1', 't2'])
})

test('what guides ask: an extension within an extension, a nested condition, a reference that is chained and included, a composite', async (t) => {
  const box = await open()
  t.after(() => box.close())
  await put(
    box,
    parameter('race', 'Patient', 'token', "Patient.extension.where(url = 'http://race').extension.value.code"),
    parameter('emergency', 'Patient', 'string', "Patient.contact.where(relationship.coding.code = 'C').name"),
    parameter('clinic', 'Patient', 'reference', "Patient.extension('http://clinic').value.as(Reference)", { target: ['Organization'] }),
    parameter('gp-gender', 'Patient', 'token', 'Patient.gender'),
  )
  await put(box, {
    ...parameter('race-gender', 'Patient', 'composite', 'Patient'),
    component: [
      { definition: 'http://guide/SearchParameter/gp-gender', expression: 'gender' },
      { definition: 'http://hl7.org/fhir/SearchParameter/Patient-active', expression: 'active' },
    ],
  } as ReturnType<typeof parameter>)
  await put(
    box,
    { resourceType: 'Organization', id: 'o', name: 'Clinic' } as never,
    {
      resourceType: 'Patient',
      id: 'p',
      active: true,
      gender: 'male',
      extension: [
        { url: 'http://race', extension: [{ url: 'ombCategory', valueCoding: { system: 's', code: '2106-3' } }] },
        { url: 'http://clinic', valueReference: { reference: 'Organization/o' } },
      ],
      contact: [{ relationship: [{ coding: [{ code: 'C' }] }], name: { family: 'Help' } }],
    } as never,
  )
  assert.deepEqual(await found(box, 'Patient?race=2106-3'), ['p'])
  assert.deepEqual(await found(box, 'Patient?emergency=help'), ['p'])
  assert.deepEqual(await found(box, 'Patient?clinic.name=clinic'), ['p'])
  assert.deepEqual(await found(box, 'Patient?_include=Patient:clinic'), ['o', 'p'])
  assert.deepEqual(await found(box, 'Organization?_has:Patient:clinic:race=2106-3'), ['o'])
  assert.deepEqual(await found(box, 'Patient?race-gender=male$true'), ['p'])
  assert.deepEqual(await found(box, 'Patient?race-gender=male$false'), [])
})

test('what does not compile, or means something else already, is 422 at its element, and nothing is written', async (t) => {
  const box = await open()
  t.after(() => box.close())
  await put(box, parameter('role', 'CareTeam', 'token', 'CareTeam.participant.role'))
  const refused: ReadonlyArray<readonly [string, Record<string, unknown>]> = [
    ['expression', { expression: 'Patient.name.matches(1)' }],
    ['expression', { expression: 'Patient.nmae' }],
    ['expression', { expression: 'Observation.code' }],
    ['expression', { expression: 'Patient.name.' }],
    ['expression', { expression: 'Patient.photo', type: 'token' }],
    ['base', { base: ['Patinet'] }],
    ['base', { base: [] }],
    ['code', { code: '_count' }],
    ['code', { code: 'a b' }],
    ['type', { type: 'nonsense' }],
    ['code', { code: 'role', base: ['CareTeam'], type: 'token', expression: 'CareTeam.category', url: 'http://other' }],
    ['component', { type: 'composite', expression: 'Patient', component: [{ definition: 'http://none', expression: 'active' }] }],
  ]
  for (const [element, more] of refused) {
    const answer = await send(box, 'PUT', 'SearchParameter/x', {
      ...parameter('x', 'Patient', 'string', 'Patient.name.family', more),
      id: 'x',
    })
    const text = await answer.text()
    assert.equal(answer.status, 422, JSON.stringify(more))
    const [expression = ''] = JSON.parse(text).issue[0].expression as readonly string[]
    assert.equal(expression.replace(/\[\d+\].*$/, ''), `SearchParameter.${element}`, text)
    assert.equal((await send(box, 'GET', 'SearchParameter/x')).status, 404)
  }
})

test('R4 keeps its own codes; retired, special and unspoken parameters are stored and answer nothing; of versions the latest counts', async (t) => {
  const box = await open()
  t.after(() => box.close())
  await put(box, { resourceType: 'Patient', id: 'p', name: [{ family: 'Smith' }], gender: 'male' } as never)
  await put(box, parameter('gender', 'Patient', 'string', 'Patient.name.family'))
  assert.deepEqual(await found(box, 'Patient?gender=male'), ['p'])
  await put(box, parameter('old', 'Patient', 'string', 'Patient.name', { status: 'retired' }))
  await put(box, { ...parameter('place', 'Patient', 'special', 'Patient.address'), expression: undefined } as never)
  for (const code of ['old', 'place']) assert.equal(await found(box, `Patient?${code}=x`), 400)
  const url = 'http://guide/v'
  await put(box, { ...parameter('v2', 'Patient', 'string', 'Patient.name.family', { code: 'v', url, version: '10.0.0' }) })
  await put(box, { ...parameter('v1', 'Patient', 'string', 'Patient.gender', { code: 'v', url, version: '9.1.0' }) })
  assert.deepEqual(await found(box, 'Patient?v=smith'), ['p'])
})

test('from a bundle, whatever the order; a start finds it complete, and a change of the bundle is indexed at start', async () => {
  const bundle = join(folder, 'bundle.json')
  const data = join(folder, 'a.db')
  const write = (expression: string) =>
    writeFileSync(bundle, JSON.stringify([team('t1', 'doctor'), parameter('role', 'CareTeam', 'token', expression), team('t2', 'nurse')]))
  const seen: unknown[] = []
  for (const expression of ['CareTeam.participant.role', 'CareTeam.participant.role', 'CareTeam.participant.role.coding']) {
    write(expression)
    const box = await open([bundle], data)
    seen.push(await found(box, 'CareTeam?role=doctor'), await found(box, 'CareTeam?role:missing=false'))
    await box.close()
  }
  assert.deepEqual(seen, [['t1'], ['t1', 't2'], ['t1'], ['t1', 't2'], ['t1'], ['t1', 't2']])
  writeFileSync(bundle, JSON.stringify([parameter('role', 'CareTeam', 'token', 'CareTeam.participant.rank')]))
  await assert.rejects(open([bundle], data), /bundle\.json:1:\d+ error compile SearchParameter: it finds nothing in CareTeam/)
})

test('an index that was made of other parameters is made anew at start (design, Storage)', async () => {
  const data = join(folder, 'b.db')
  await (await open([], data)).close()
  const store = await openStore({ file: data, clock: { now: () => 1 } })
  const bounds = { stored: ALL, submitted: ALL }
  const text = JSON.stringify({ resourceType: 'Patient', id: 'p', name: [{ family: 'Smith' }] })
  const change = { type: 'Patient', id: 'p', action: 'put', compose: () => text, create: true, replace: true, ...bounds } as const
  await store.write(authorizeChanges([change], () => bounds))
  await store.close()
  const blind = await open([], data)
  assert.deepEqual(await found(blind, 'Patient?family=smith'), [], 'the index is what was written')
  await blind.close()
  const other = await openStore({ file: data, clock: { now: () => 1 } })
  await other.putSettings(new Map([['search-index/r4', 'of another release']]))
  await other.close()
  const box = await open([], data)
  assert.deepEqual(await found(box, 'Patient?family=smith'), ['p'])
  await box.close()
})

test('a stored parameter that this release cannot compile is named in the log, answers nothing, and keeps nobody from starting', async () => {
  const data = join(folder, 'c.db')
  const first = await open([], data)
  await put(first, team('t', 'doctor'), parameter('role', 'CareTeam', 'token', 'CareTeam.participant.role'))
  await first.close()
  const store = await openStore({ file: data, clock: { now: () => 1 } })
  const bounds = { stored: ALL, submitted: ALL }
  const text = JSON.stringify(parameter('later', 'CareTeam', 'token', 'CareTeam.participant.role.lowBoundary()'))
  const change = {
    type: 'SearchParameter',
    id: 'later',
    action: 'put',
    compose: () => text,
    create: true,
    replace: true,
    ...bounds,
  } as const
  await store.write(authorizeChanges([change], () => bounds))
  await store.close()
  const warned: unknown[] = []
  const log = { info: () => {}, error: () => {}, warn: (fields: object) => void warned.push(fields) }
  const box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'r', env: {}, data, log })
  assert.deepEqual(await found(box, 'CareTeam?role=doctor'), ['t'])
  assert.equal(await found(box, 'CareTeam?later=doctor'), 400)
  assert.match(JSON.stringify(warned), /"searchParameter":"later"/)
  await put(box, parameter('name2', 'CareTeam', 'string', 'CareTeam.name'))
  await put(box, parameter('later', 'CareTeam', 'token', 'CareTeam.participant.role'))
  assert.deepEqual(await found(box, 'CareTeam?later=doctor'), ['t'])
  await box.close()
})

test('while it is indexed it is pending, and what is written meanwhile is in it; one taken away meanwhile is not taken for complete', async () => {
  const definitions = loadDefinitions()
  const store = await openStore({ file: ':memory:', clock: { now: () => 1 } })
  const bounds = { stored: ALL, submitted: ALL }
  let release: () => void = () => undefined
  const gate = () => new Promise<void>((resolve) => (release = resolve))
  let waiting = gate()
  const held = { ...store, page: async (...args: Parameters<typeof store.page>) => waiting.then(() => store.page(...args)) }
  const index = await openSearchIndex(
    {
      store: held,
      definitions,
      base: 'http://me/fhir',
      log: { info: () => {}, warn: () => {}, error: () => {} },
      indexOf: async (_type, resource) => () => index.extract(resource),
      changed: () => {},
    },
    [],
  )
  const write = (resource: { readonly resourceType: string; readonly id: string }) =>
    store.write(
      authorizeChanges(
        [
          {
            type: resource.resourceType,
            id: resource.id,
            action: 'put',
            compose: () => JSON.stringify(resource),
            index: () => index.extract(resource),
            create: true,
            replace: true,
            ...bounds,
          },
        ],
        () => bounds,
      ),
    )
  const role = {
    code: 'role',
    base: ['CareTeam'],
    type: 'token',
    url: 'u',
    expression: 'CareTeam.participant.role',
    target: [],
    component: [],
  } as const
  const known = () => index.definitions().searchParameters('CareTeam').get('role')
  await write(team('t1', 'doctor'))
  await index.put([{ ...role, digest: 'd1' }])
  const made = index.complete()
  assert.equal(known()?.pending, true)
  await write(team('t2', 'doctor'))
  release()
  await made
  assert.equal(known()?.pending, undefined)
  assert.equal(index.extract(team('t3', 'doctor')).entries.length, 1)

  await index.put([])
  await index.put([{ ...role, digest: 'd1' }])
  assert.equal(known()?.pending, true, 'what was written in between may lack it')
  waiting = gate()
  const again = index.complete()
  await new Promise((resolve) => setImmediate(resolve))
  await index.put([])
  await write(team('t4', 'doctor'))
  await index.put([{ ...role, digest: 'd1' }])
  release()
  await again
  assert.equal(known()?.pending, true)
  waiting = Promise.resolve()
  await index.complete()
  assert.equal(known()?.pending, undefined)
  await store.close()
})

test('a token of SMART scopes writes none, whatever its policy lets it: it would decide what others’ scopes and policies mean', async (t) => {
  const file = join(folder, 'backend.json')
  const client = {
    resourceType: 'Client',
    id: 'backend',
    secret: 's',
    grant_types: ['client_credentials'],
    scope: ['system/*.cruds', 'system/SearchParameter.cruds'],
  }
  const policy = { resourceType: 'AccessPolicy', id: 'as-backend', engine: 'allow', link: [{ reference: 'Client/backend' }] }
  writeFileSync(file, JSON.stringify([client, policy]))
  const box = await open([file])
  t.after(() => box.close())
  const token = async (scope: string): Promise<string> => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'backend',
      client_secret: 's',
      ...(scope && { scope }),
    })
    const answer = await box.request('/auth/token', { method: 'POST', body })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const one = parameter('mine', 'Patient', 'string', 'Patient.name.family')
  const asked = (bearer: string, method: string, path: string, body: unknown) =>
    box.request(`/fhir${path}`, { method, headers: { ...headers, authorization: `Bearer ${bearer}` }, body: JSON.stringify(body) })
  for (const scope of ['system/*.cruds', 'system/SearchParameter.cruds']) {
    const bearer = await token(scope)
    const refused = await asked(bearer, 'PUT', '/SearchParameter/mine', one)
    assert.equal(refused.status, 403, scope)
    assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope/)
    const entry = [{ request: { method: 'PUT', url: 'SearchParameter/mine' }, resource: one }]
    const batch = await (await asked(bearer, 'POST', '', { resourceType: 'Bundle', type: 'batch', entry })).json()
    assert.match(batch.entry[0].response.status, /^403/)
    assert.equal((await box.request('/fhir/SearchParameter', { headers: { authorization: `Bearer ${bearer}` } })).status, 200)
  }
  assert.equal((await send(box, 'PUT', 'SearchParameter/mine', one)).status, 201, 'without SMART scopes policies decide alone')
})
