// The registry of stored definitional resources (R4 references.html#canonical): what is written is known at once and after a restart.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { compareVersions, splitCanonical } from '../../src/fhir/canonical.ts'
import { openCanonicals } from '../../src/fhir/canonical-store.ts'
import { composeText } from '../../src/fhir/resource.ts'
import { ALL } from '../../src/store/criterion.ts'
import { authorizeChanges } from '../../src/store/plan.ts'
import { openStore } from '../../src/store/sqlite/open.ts'
import type { Change, Store } from '../../src/store/store.ts'

const profile = (id: string, version: string, rest: object = {}) => ({
  resourceType: 'StructureDefinition',
  id,
  url: 'http://example.org/StructureDefinition/p',
  version,
  kind: 'resource',
  derivation: 'constraint',
  type: 'Patient',
  ...rest,
})

const put = (resource: { resourceType: string; id: string }, terms: Partial<Change> = {}): Change => ({
  type: resource.resourceType,
  id: resource.id,
  action: 'put',
  compose: (version, updated) => composeText(resource, resource.id, version, updated),
  index: () => ({ entries: [], compartments: [], date: 0 }),
  stored: ALL,
  submitted: ALL,
  create: true,
  replace: true,
  ...terms,
})

const remove = (type: string, id: string): Change => ({
  type,
  id,
  action: 'delete',
  stored: ALL,
  submitted: ALL,
  create: false,
  replace: true,
})

const write = (store: Store, ...changes: Change[]) => store.write(authorizeChanges(changes, () => ({ stored: ALL, submitted: ALL })))

const withStore = async (run: (open: () => ReturnType<typeof openCanonicals>) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-canonicals-'))
  try {
    await run(async () => openCanonicals(await openStore({ file: join(folder, 'db'), clock: { now: () => 0 } })))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('canonicals: url, version and fragment; versions are numbers', () => {
  assert.deepEqual(splitCanonical('http://a|1.0#x'), ['http://a', '1.0'])
  assert.deepEqual(splitCanonical('http://a'), ['http://a', undefined])
  assert.ok(compareVersions('10.0.0', '9.1') > 0 && compareVersions('1.0', '1.0.0') === 0 && compareVersions(undefined, '1') < 0)
})

test('without a version the latest is meant, or the one preferred; a version that is not there is not found', () =>
  withStore(async (open) => {
    const { canonicals, store } = await open()
    await write(store, put(profile('a', '6.1.0')), put(profile('b', '10.0.0')))
    const url = 'http://example.org/StructureDefinition/p'
    const find = (canonical: string, prefer?: string) => canonicals.find('StructureDefinition', canonical, prefer)?.id
    assert.deepEqual(
      [find(url), find(`${url}|6.1.0`), find(url, '6.1.0'), find(url, '7'), find(`${url}|7`)],
      ['b', 'a', 'a', 'b', undefined],
    )
    assert.equal((await canonicals.resolve('StructureDefinition', url))?.version, '10.0.0')
    assert.deepEqual(
      canonicals.list('StructureDefinition').map(({ profileOf }) => profileOf),
      ['Patient', 'Patient'],
    )
    await store.close()
  }))

test('updates, deletions, refused writes and restarts leave the registry as the store is', () =>
  withStore(async (open) => {
    const first = await open()
    await write(first.store, put(profile('a', '1')), put(profile('b', '1', { url: 'http://b' })))
    await write(first.store, put(profile('a', '2')))
    await write(first.store, remove('StructureDefinition', 'b'))
    const [refused] = await write(first.store, put(profile('a', '3'), { ifMatch: 9 }))
    assert.equal(refused?.outcome, 'version-mismatch')
    await write(first.store, put(profile('c', '3'), { create: false }))
    const versions = [...first.canonicals.list('StructureDefinition')].map(({ id, version }) => [id, version])
    assert.deepEqual(versions, [['a', '2']])
    await first.store.close()
    const second = await open()
    assert.deepEqual(second.canonicals.list('StructureDefinition'), first.canonicals.list('StructureDefinition'))
    await second.store.close()
  }))

test('a note that a crash left too many resolves to nothing', () =>
  withStore(async (open) => {
    const first = await open()
    const note = { type: 'ValueSet', id: 'gone', url: 'http://gone' }
    await first.store.putSettings(new Map([['canonical/ValueSet/gone', JSON.stringify(note)]]))
    await first.store.close()
    const second = await open()
    assert.equal(await second.canonicals.resolve('ValueSet', 'http://gone'), undefined)
    await second.store.close()
  }))

test('terminology is made anew when a value set changes, and only then', () =>
  withStore(async (open) => {
    const { canonicals, store } = await open()
    const valueSet = {
      resourceType: 'ValueSet',
      id: 'v',
      url: 'http://v',
      compose: { include: [{ system: 's', concept: [{ code: 'a' }] }] },
    }
    const before = await canonicals.terminology()
    assert.equal(before.bindingOf('http://v'), undefined)
    await write(store, put(profile('a', '1')))
    assert.equal(await canonicals.terminology(), before)
    await write(store, put(valueSet))
    assert.equal((await canonicals.terminology()).bindingOf('http://v')?.contains('s', 'a'), true)
    assert.deepEqual([canonicals.changes('ValueSet'), canonicals.changes('CodeSystem')], [1, 0])
    await store.close()
  }))
