// Bundles are applied idempotently (design, "A bundle": a second start writes nothing).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEntries } from '../../src/bundle/apply.ts'
import type { Entry } from '../../src/bundle/entries.ts'
import { ExactNumber } from '../../src/http/json.ts'

const POSITION = { file: 'a.yaml', line: 3, col: 5 }
const entry = (given: Partial<Entry>): Entry => ({
  position: POSITION,
  mode: 'list',
  source: 'a.yaml',
  method: 'PUT',
  type: 'Patient',
  resource: {},
  locate: () => POSITION,
  ...given,
})

const setUp = () => {
  const kept = new Map<string, string>()
  const submitted: { mode: string; ids: (string | undefined)[] }[] = []
  const resources: unknown[] = []
  const refused = new Set<string>()
  const apply = (entries: readonly Entry[], digestKey = new Uint8Array(32)) =>
    applyEntries(entries, {
      digestKey,
      store: {
        importing: (work) => work(),
        settings: async (prefix) => new Map([...kept].filter(([key]) => key.startsWith(prefix))),
        putSettings: async (values) => {
          for (const [key, value] of values) kept.set(key, value)
        },
      },
      submit: async (given, mode) => {
        resources.push(...given.map(({ resource }) => resource))
        submitted.push({ mode, ids: given.map(({ id }) => id) })
        return given.map(({ id }) => (refused.has(id ?? '') ? { ok: false, message: 'refused' } : { ok: true }))
      },
    })
  return { apply, kept, submitted, resources, refused }
}

test('what was applied is skipped, POST with and without an id too; the order of keys is no change', async () => {
  const { apply, submitted } = setUp()
  const entries = [
    entry({ id: 'one', resource: { a: 1, b: { c: 1, d: 2 } } }),
    entry({ id: 'two', method: 'POST' }),
    entry({ method: 'POST', ifNoneExist: 'identifier=1' }),
  ]
  assert.deepEqual(await apply(entries), { applied: 3, skipped: 0, warnings: [], failed: [] })
  assert.deepEqual(submitted, [{ mode: 'transaction', ids: ['one', 'two', undefined] }])
  const again = [entry({ id: 'one', resource: { b: { d: 2, c: 1 }, a: 1 } }), ...entries.slice(1)]
  assert.deepEqual(await apply(again), { applied: 0, skipped: 3, warnings: [], failed: [] })
  assert.equal(submitted.length, 1)
})

test('a change of content, method, spelling of a number or key applies again', async () => {
  const { apply, submitted } = setUp()
  await apply([entry({ id: 'x', resource: { value: new ExactNumber('1.0') } })])
  await apply([entry({ id: 'x', resource: { value: new ExactNumber('1.00') } })])
  await apply([entry({ id: 'x', method: 'DELETE', resource: {} })])
  await apply([entry({ id: 'x', method: 'DELETE', resource: {} })], new Uint8Array(32).fill(1))
  assert.equal(submitted.length, 4)
})

test('a refused entry fails its file and only its file, at its position, and is tried again', async () => {
  const { apply, submitted, refused } = setUp()
  refused.add('bad')
  const entries = [entry({ id: 'bad' }), entry({ id: 'with' }), entry({ id: 'other', source: 'b.yaml' })]
  const { applied, failed, warnings } = await apply(entries)
  assert.equal(applied, 1)
  assert.deepEqual(warnings, [])
  assert.deepEqual(failed, [{ ...POSITION, severity: 'error', code: 'not-applied', message: 'PUT Patient/bad: refused' }])
  refused.clear()
  assert.deepEqual(await apply(entries), { applied: 2, skipped: 1, warnings: [], failed: [] })
  assert.deepEqual(submitted.at(-1), { mode: 'transaction', ids: ['bad', 'with'] })
})

test('entries of a batch go alone, and their failures are warnings (aidbox-behaviour §1.1)', async () => {
  const { apply, submitted, refused } = setUp()
  refused.add('bad')
  const { applied, warnings, failed } = await apply([entry({ id: 'bad', mode: 'batch' }), entry({ id: 'good', mode: 'batch' })])
  assert.equal(applied, 1)
  assert.equal(warnings[0]?.severity, 'warning')
  assert.deepEqual(failed, [])
  assert.deepEqual(
    submitted.map(({ mode }) => mode),
    ['each', 'each'],
  )
})

test('two entries of one file about one resource are told apart', async () => {
  const { apply } = setUp()
  const entries = [entry({ id: 'x', method: 'DELETE' }), entry({ id: 'x', resource: { a: 1 } })]
  await apply(entries)
  assert.equal((await apply(entries)).skipped, 2)
})

test('what is kept does not show the content', async () => {
  const { apply, kept } = setUp()
  await apply([entry({ type: 'Client', id: 'c', resource: { secret: 'open sesame' } })])
  assert.deepEqual([...kept.keys()], ['applied/a.yaml#Client/c'])
  assert.ok(!JSON.stringify([...kept]).includes('sesame'))
})

test('what refers by urn:uuid to an entry that is skipped finds it by its id', async () => {
  const { apply, resources } = setUp()
  const patient = entry({ id: 'p', mode: 'transaction', fullUrl: 'urn:uuid:1' })
  const observation = (status: string) =>
    entry({ id: 'o', mode: 'transaction', type: 'Observation', resource: { status, subject: { reference: 'urn:uuid:1' } } })
  await apply([patient, observation('preliminary')])
  await apply([patient, observation('final')])
  assert.deepEqual(resources.at(-1), { status: 'final', subject: { reference: 'Patient/p' } })
  assert.equal((await apply([patient, observation('final')])).skipped, 2)
})
