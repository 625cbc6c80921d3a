// fhir-kit-client 2, unmodified, over a socket (issue 5, Done 6): CRUD, search, paging, batch, transaction, history and operations.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CapabilityTool, Client } from 'fhir-kit-client'
import { serveBox } from '../box/served.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, which fail where a member is not there
type Json = any

const served = await serveBox({ bundles: [], rootClientSecret: 'r' })
after(() => served.stop())
const client = new Client({ baseUrl: `${served.base}/fhir`, customHeaders: { authorization: `Basic ${btoa('root:r')}` } })
const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }], gender: 'female' })
const observation = (id: string, subject: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  category: [{ coding: [{ code: 'vital-signs' }] }],
  subject: { reference: `Patient/${subject}` },
  effectiveDateTime: '2024-01-01',
})
const idsOf = (bundle: Json): string[] => (bundle.entry ?? []).map((entry: Json) => entry.resource.id)
const statusOf = (error: unknown): unknown =>
  typeof error === 'object' && error && 'response' in error ? (error.response as Json).status : error

test('create, read, vread, update, patch, delete, and what became of them', async () => {
  const created: Json = await client.create({
    resourceType: 'Patient',
    body: { resourceType: 'Patient', active: true, name: [{ family: 'New' }] },
  })
  const { id } = created
  assert.equal(Client.httpFor(created).response?.status, 201)
  assert.equal(Client.httpFor(created).response?.headers.get('location'), `${served.base}/fhir/Patient/${id}/_history/1`)
  const updated: Json = await client.update({ resourceType: 'Patient', id, body: { ...created, active: false } })
  assert.equal(updated.meta.versionId, '2')
  const patched: Json = await client.patch({
    resourceType: 'Patient',
    id,
    jsonPatch: [{ op: 'replace', path: '/name/0/family', value: 'Newer' }],
  })
  assert.equal(patched.name[0].family, 'Newer')
  assert.equal(((await client.read({ resourceType: 'Patient', id })) as Json).active, false)
  assert.equal(((await client.vread({ resourceType: 'Patient', id, version: '1' })) as Json).active, true)
  const history: Json = await client.history({ resourceType: 'Patient', id })
  assert.deepEqual(
    history.entry.map((entry: Json) => entry.request.method),
    ['PUT', 'PUT', 'POST'],
  )
  await client.delete({ resourceType: 'Patient', id })
  await assert.rejects(client.read({ resourceType: 'Patient', id }), (error) => statusOf(error) === 410)
  await assert.rejects(client.read({ resourceType: 'Patient', id: 'none' }), (error) => statusOf(error) === 404)
  const found: Json = await client.update({
    resourceType: 'Patient',
    searchParams: { identifier: 's|1' },
    body: { resourceType: 'Patient', identifier: [{ system: 's', value: '1' }] },
  })
  assert.equal(Client.httpFor(found).response?.status, 201)
})

test('search by GET and POST, in a compartment and over the system, page by page', async () => {
  for (const [at, family] of ['Adams', 'Baker', 'Clark', 'Davis', 'Evans'].entries())
    await client.update({ resourceType: 'Patient', id: `k${at}`, body: patient(`k${at}`, family) })
  await client.update({ resourceType: 'Observation', id: 'ko', body: observation('ko', 'k1') })
  const searchParams = { gender: 'female', _sort: 'family', _count: '2' }
  const seen: string[] = []
  let bundle: Json = await client.search({ resourceType: 'Patient', searchParams })
  while (bundle) {
    seen.push(...idsOf(bundle))
    bundle = await client.nextPage({ bundle })
  }
  assert.deepEqual(seen, ['k0', 'k1', 'k2', 'k3', 'k4'])
  const posted = await client.search({ resourceType: 'Patient', searchParams: { family: 'baker' }, options: { postSearch: true } })
  assert.deepEqual(idsOf(posted), ['k1'])
  assert.deepEqual(
    idsOf(await client.compartmentSearch({ resourceType: 'Observation', compartment: { resourceType: 'Patient', id: 'k1' } })),
    ['ko'],
  )
  assert.deepEqual(idsOf(await client.systemSearch({ searchParams: { _type: 'Observation' } })), ['ko'])
  await assert.rejects(client.search({ resourceType: 'Patient', searchParams: { nonsense: '1' } }), (error) => statusOf(error) === 400)
  const resolved: Json = await client.resolve({ reference: 'Patient/k1' })
  assert.equal(resolved.name[0].family, 'Baker')
})

test('batch and transaction', async () => {
  const batch: Json = await client.batch({
    body: {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Patient/none' } }, { request: { method: 'GET', url: 'Patient?family=nobody&_count=5' } }],
    } as Json,
  })
  assert.deepEqual(
    batch.entry.map((entry: Json) => entry.response.status),
    ['404', '200'],
  )
  const transaction: Json = await client.transaction({
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:1',
          resource: { ...observation('x', 'y'), id: undefined, subject: { reference: 'urn:uuid:2' } },
          request: { method: 'POST', url: 'Observation' },
        },
        {
          fullUrl: 'urn:uuid:2',
          resource: { resourceType: 'Patient', name: [{ family: 'Tran' }] },
          request: { method: 'POST', url: 'Patient' },
        },
      ],
    } as Json,
  })
  const [made, about] = transaction.entry
  assert.equal(made.resource.subject.reference, `Patient/${about.resource.id}`)
})

test('history of a type and of the system; operations; the capabilities that the client sees', async () => {
  assert.ok(((await client.history({ resourceType: 'Patient' })) as Json).entry.length > 5)
  assert.ok(((await client.history()) as Json).entry.length > 6)
  const everything = await client.operation({ name: 'everything', resourceType: 'Patient', id: 'k1' })
  assert.deepEqual(idsOf(everything).sort(), ['k1', 'ko'])
  const lastn = await client.operation({
    name: 'lastn',
    resourceType: 'Observation',
    method: 'GET',
    input: { patient: 'k1', category: 'vital-signs' } as Json,
  })
  assert.deepEqual(idsOf(lastn), ['ko'])
  const tool = new CapabilityTool(await client.capabilityStatement())
  assert.ok(tool.serverCan('transaction') && tool.resourceCan('Patient', 'create') && tool.resourceSearch('Patient', 'birthdate'))
  const { authorizeUrl, tokenUrl } = await client.smartAuthMetadata()
  assert.deepEqual([String(authorizeUrl), String(tokenUrl)], [`${served.base}/auth/authorize`, `${served.base}/auth/token`])
})
