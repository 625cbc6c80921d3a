// NDJSON at start (design, "A bundle": in large batches, restartable): what changed is imported, what did not stays as REST left it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { BundleError, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-import-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const CONFIGURATION = [
  { resourceType: 'Client', id: 'ops', secret: 'ops-secret', grant_types: ['basic'] },
  { resourceType: 'AccessPolicy', id: 'as-ops', engine: 'allow', link: [{ reference: 'Client/ops' }] },
]
const HEADERS = { authorization: `Basic ${btoa('ops:ops-secret')}`, 'content-type': 'application/fhir+json' }
const patient = (at: number, family = `Family${at}`) => ({ resourceType: 'Patient', id: `p${at}`, name: [{ family }] })
const ndjson = (resources: readonly object[]): string => resources.map((resource) => `${JSON.stringify(resource)}\n`).join('')
const write = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const open = (bundles: readonly string[], data = ':memory:') =>
  createBox({ bundles: [write('ops.json', JSON.stringify(CONFIGURATION)), ...bundles], data, baseUrl: 'http://import.example', env: {} })

interface Answer {
  readonly total?: number
  readonly name?: ReadonlyArray<{ readonly family: string }>
  readonly meta?: { readonly versionId: string }
}
const get = async (box: Awaited<ReturnType<typeof open>>, path: string): Promise<Answer> =>
  (await (await box.request(`/fhir/${path}`, { headers: HEADERS })).json()) as Answer

test('more than one batch is imported, packed or not, and found', async () => {
  const many = Array.from({ length: 5_100 }, (_, at) => patient(at))
  const packed = write('packed.ndjson.gz', gzipSync(ndjson(many)))
  const plain = write('plain.ndjson', `\n${ndjson([patient(9_000), patient(9_001)]).trim()}`)
  const box = await open([packed, plain])
  assert.equal(box.applied.applied, CONFIGURATION.length + 5_102)
  assert.equal((await get(box, 'Patient?_summary=count')).total, 5_102)
  assert.equal((await get(box, 'Patient?family=family5099&_total=accurate')).total, 1)
  await box.close()
})

test('a second start imports what changed and leaves what REST changed since', async () => {
  const data = join(folder, 'second.db')
  const file = write('second.ndjson', ndjson([patient(0), patient(1), patient(2)]))
  const first = await open([file], data)
  const body = JSON.stringify(patient(1, 'Changed'))
  assert.equal((await first.request('/fhir/Patient/p1', { method: 'PUT', headers: HEADERS, body })).status, 200)
  await first.close()

  const unchanged = await open([file], data)
  assert.equal(unchanged.applied.applied, 0)
  assert.equal((await get(unchanged, 'Patient/p1')).name?.[0]?.family, 'Changed')
  await unchanged.close()

  // A line before the others: each is known by what it says, not by where it stands.
  write('second.ndjson', ndjson([patient(3), patient(0), patient(1), patient(2, 'Newer')]))
  const third = await open([file], data)
  assert.equal(third.applied.applied, 2)
  assert.equal((await get(third, 'Patient/p1')).name?.[0]?.family, 'Changed')
  assert.equal((await get(third, 'Patient/p2')).name?.[0]?.family, 'Newer')
  assert.equal((await get(third, 'Patient/p2')).meta?.versionId, '2')
  assert.equal((await get(third, 'Patient/p0')).meta?.versionId, '1')
  await third.close()
})

test('what lines declare can be linked to, and configuration among lines is configuration', async () => {
  const user = { resourceType: 'User', id: 'amy', fhirUser: { reference: 'Patient/p1' } }
  const box = await open([write('a-people.ndjson', ndjson([user, patient(1)]))])
  assert.deepEqual(box.diagnostics, [])
  assert.equal((await box.request('/User/amy', { headers: HEADERS })).status, 200)
  await box.close()
})

test('every wrong line is named, and nothing is imported', async () => {
  const lines = `${JSON.stringify(patient(1))}\n{"resourceType":"Patient"}\n{"resourceType":"Pateint","id":"x"}\n{broken\n${JSON.stringify(patient(1))}\n`
  const file = write('wrong.ndjson', lines)
  const error = await open([file]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof BundleError)
  assert.deepEqual(
    error.diagnostics.map(({ line, code }) => [line, code]),
    [
      [2, 'missing-id'],
      [3, 'unknown-type'],
      [4, 'syntax'],
      [5, 'duplicate-id'],
    ],
  )
})

test('bytes that are no text, and a file that is not packed as it says, are said with their line', async () => {
  const bytes = write('bytes.ndjson', Buffer.concat([Buffer.from(ndjson([patient(1)])), Buffer.from([0xff, 0xfe, 0x0a])]))
  const packed = write('not-packed.ndjson.gz', 'plain')
  const error = await open([bytes, packed]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof BundleError)
  assert.deepEqual(error.diagnostics.map(({ file, line, code }) => [file, line, code]).sort(), [
    [bytes, 2, 'unreadable'],
    [packed, 1, 'unreadable'],
  ])
})
