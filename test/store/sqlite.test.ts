// The SQLite store through its port: verbs, rollback, gates, and the settings it must run with (store-layout.md, Settings).
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { ALL, type Criterion } from '../../src/store/criterion.ts'
import type { Indexed } from '../../src/store/entries.ts'
import { MalformedCursor } from '../../src/store/errors.ts'
import { authorizeChanges, authorizeHistory, authorizeRead, authorizeSearch, authorizeTargets } from '../../src/store/plan.ts'
import { openStore, pragmas } from '../../src/store/sqlite/open.ts'
import type { Change, SearchPlan } from '../../src/store/store.ts'

const clock = { now: () => 1_000 }
const observation = (patient: string, code: string, date: number): Indexed => ({
  entries: [
    { kind: 'token', param: 'Observation.code', system: 's', code },
    { kind: 'reference', param: 'Observation.subject', type: 'Patient', id: patient },
    { kind: 'date', param: 'Observation.date', from: date, to: date + 1 },
  ],
  compartments: [patient],
  date,
})
const put = (type: string, id: string, indexed: Indexed, more: Partial<Change> = {}): Change => ({
  type,
  id,
  action: 'put',
  compose: (version) => JSON.stringify({ resourceType: type, id, meta: { version } }),
  index: () => indexed,
  stored: ALL,
  submitted: ALL,
  create: true,
  replace: true,
  ...more,
})
const write = (...changes: Change[]) => authorizeChanges(changes, () => ({ stored: ALL, submitted: ALL }))
const plan = (where: Criterion, more: Partial<SearchPlan> = {}) =>
  authorizeSearch({ from: [{ type: 'Observation', where }], sort: [], count: 2, total: 'accurate', includes: [], ...more }, () => ALL)
const read = (type: string, id: string) => authorizeRead({ type, id, where: ALL }, ALL)
const mine: Criterion = { kind: 'compartment', patients: ['p'] }

for (const place of ['memory', 'file'])
  test(`verbs (${place})`, async () => {
    const file = place === 'memory' ? ':memory:' : join(mkdtempSync(join(tmpdir(), 'store-')), 'box.db')
    const store = await openStore({ file, clock })
    assert.equal(pragmas(store).get('synchronous'), 2)
    for (let at = 0; at < 5; at += 1) await store.write(write(put('Observation', `o${at}`, observation(at < 3 ? 'p' : 'q', 'x', at))))
    assert.equal(await store.read(read('Patient', 'p')), undefined, 'a placeholder is never visible')
    const first = await store.search(plan(mine))
    assert.deepEqual([first.matches.map((row) => row.id), first.total], [['o2', 'o1'], 3])
    const second = await store.search(plan(mine, { after: first.next ?? '' }))
    assert.deepEqual([second.matches.map((row) => row.id), second.next], [['o0'], undefined])
    const not = await store.search(
      plan({ kind: 'not', of: mine }, { sort: [{ param: 'Observation.date', kind: 'date', descending: false }] }),
    )
    assert.deepEqual(
      not.matches.map((row) => row.id),
      ['o3', 'o4'],
    )
    await assert.rejects(store.search(plan(mine, { after: '!' })), MalformedCursor)
    const refused = await store.write(
      write(put('Observation', 'a', observation('p', 'x', 1)), put('Observation', 'b', observation('q', 'x', 1), { submitted: mine })),
    )
    assert.deepEqual(
      refused.map((one) => one.outcome),
      ['created', 'refused'],
    )
    assert.equal(await store.read(read('Observation', 'a')), undefined, 'nothing of a refused unit is written')
    await store.write(write(put('Observation', 'o0', observation('q', 'y', 9))))
    assert.equal((await store.search(plan(mine))).total, 2, 'moved out of the compartment')
    const [gone] = await store.write(write({ ...put('Observation', 'o0', observation('q', 'y', 9)), action: 'delete' }))
    assert.deepEqual(gone, { outcome: 'deleted', version: 3, updated: 1_000 })
    const { versions } = await store.history(authorizeHistory({ type: 'Observation', id: 'o0', count: 9 }))
    assert.deepEqual(
      versions.map((one) => [one.version, one.text !== undefined]),
      [
        [3, false],
        [2, true],
        [1, true],
      ],
    )
    assert.deepEqual([...(await store.counts())], [['Observation', 4]], 'neither what is deleted nor what is only referred to')
    if (place === 'file') await assert.rejects(openStore({ file, clock }), /in use by another process/)
    await store.close()
    if (place === 'file') {
      const again = await openStore({ file, clock })
      assert.equal(pragmas(again).get('synchronous'), 2)
      assert.equal((await again.search(plan(ALL))).total, 4)
      await again.close()
    }
  })

test('targets of references are looked for at the end of a unit: refused, or told, where they are not there', async () => {
  const store = await openStore({ file: ':memory:', clock })
  const nothing: Indexed = { entries: [], compartments: [], date: 0 }
  const targets = (...ids: string[]) =>
    authorizeTargets(
      ids.map((id) => ({ type: 'Patient', id })),
      () => ALL,
    )
  const referring = (id: string, ids: readonly string[], refuse: boolean) =>
    put('Observation', id, observation('p', 'x', 1), { refers: { targets: targets(...ids), refuse } })
  const outcomes = await store.write(
    write(referring('a', ['p', 'q'], true), put('Patient', 'p', nothing), referring('b', ['r', 'p'], true)),
  )
  assert.deepEqual(outcomes[0], { outcome: 'dangling', absent: [{ type: 'Patient', id: 'q' }] })
  assert.deepEqual(outcomes[2], { outcome: 'dangling', absent: [{ type: 'Patient', id: 'r' }] })
  assert.equal(await store.read(read('Patient', 'p')), undefined, 'nothing of the unit is written')
  const kept = await store.write(write(referring('a', ['p'], true), put('Patient', 'p', nothing), referring('b', ['r', 'p'], false)))
  assert.deepEqual(
    kept.map((one) => ('absent' in one ? one.absent : one.outcome)),
    ['created', 'created', [{ type: 'Patient', id: 'r' }]],
  )
  await store.write(write({ ...put('Patient', 'p', nothing), action: 'delete' }))
  const asked = await store.absent(targets('p', 'r', 'r', 'never'))
  assert.deepEqual(
    asked.map(({ id }) => id),
    ['p', 'r', 'never'],
  )
  const hidden = authorizeTargets([{ type: 'Patient', id: 'never' }], () => mine)
  assert.deepEqual(await store.absent(hidden), [], 'whose existence may not be told is not looked for')
  await store.close()
})

test('a code is taken by exactly one of two callers, and reuse ends the session (RFC 6749 §4.1.2)', async () => {
  const store = await openStore({ file: ':memory:', clock })
  await store.records.putCode({ hash: 'h', expires: 9_000, authorization: '{}' })
  const opens = (id: string) => ({
    session: { id, type: 'code', client: 'c', user: undefined, login: undefined, started: 1, authorization: '{}', active: true },
    tokens: [{ hash: `t${id}`, kind: 'access' as const, session: id, issued: 1, expires: 9_000, details: '{}' }],
  })
  assert.deepEqual(await Promise.all([store.records.redeemCode('h', opens('1')), store.records.redeemCode('h', opens('2'))]), [
    'taken',
    'reused',
  ])
  assert.equal(await store.records.token('t1'), undefined)
  await store.close()
})

test('a file that cannot be used is named, with the reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-store-'))
  const notes = join(folder, 'notes.txt')
  writeFileSync(notes, 'Not a database, however long the text may be, since its first sixteen bytes say so. '.repeat(20))
  await assert.rejects(openStore({ file: notes, clock }), new Error(`${notes} is not a database`))
  await assert.rejects(openStore({ file: folder, clock }), new Error(`${folder} cannot be opened`))
  const later = join(folder, 'later.db')
  const db = new Database(later)
  db.pragma('user_version = 1000')
  db.close()
  await assert.rejects(openStore({ file: later, clock }), new Error(`${later} was written by a newer version of this program`))
})
