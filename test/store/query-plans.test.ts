// Every search is driven by an index, whichever of its conditions is rare (issue 5, Done 7); what is sorted by the clinical date, the time of the last
// change or the id is walked in that order and stops at the page's end. Asked of SQLite's own EXPLAIN QUERY PLAN, over enough rows to be dense.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL, type Criterion } from '../../src/store/criterion.ts'
import type { IndexEntry, Indexed } from '../../src/store/entries.ts'
import { authorizeChanges, authorizeSearch } from '../../src/store/plan.ts'
import { type Connection, connect } from '../../src/store/sqlite/database.ts'
import { sql } from '../../src/store/sqlite/fragment.ts'
import { names } from '../../src/store/sqlite/names.ts'
import { search } from '../../src/store/sqlite/search.ts'
import { writeUnit } from '../../src/store/sqlite/write.ts'
import type { SearchPlan, SortKey } from '../../src/store/store.ts'

const OBSERVATIONS = 6_000
const PATIENTS = 100
const UNBOUNDED = { stored: ALL, submitted: ALL }

const token = (param: string, code: string): IndexEntry => ({ kind: 'token', param, system: 's', code })
const observation = (at: number, more: readonly IndexEntry[] = []): Indexed => ({
  entries: [
    token('O.category', at % 2 === 0 ? 'even' : 'odd'),
    token('O.code', `c${at % 40}`),
    { kind: 'reference', param: 'O.patient', type: 'Patient', id: `p${at % PATIENTS}` },
    { kind: 'reference', param: 'O.performer', type: 'Practitioner', id: at % 3000 === 0 ? 'rare' : 'busy' },
    { kind: 'date', param: 'O.date', from: at * 1000, to: at * 1000 + 1 },
    { kind: 'date', param: 'O.other', from: at * 1000 + 5, to: at * 1000 + 6 },
    ...more,
  ],
  compartments: [`p${at % PATIENTS}`],
  date: at * 1000,
})
const patient = (at: number): Indexed => ({
  entries: [
    { kind: 'string', param: 'Patient.name', value: `Name ${at}`, folded: `name ${at}` },
    { kind: 'identifier', param: 'Patient.identifier', system: 'mrn', code: `m${at}` },
  ],
  compartments: [`p${at}`],
  date: 0,
})

/** A database of these, with every statement noted that returns rows. */
const opened = (more: readonly IndexEntry[] = [], bare?: Indexed) => {
  const db = connect(':memory:')
  const compiler = { db, names: names(db) }
  const put = (type: string, id: string, indexed: Indexed) =>
    ({ type, id, action: 'put', create: true, replace: true, ...UNBOUNDED, index: () => indexed, compose: () => `{"id":"${id}"}` }) as const
  const patients = Array.from({ length: PATIENTS }, (_, at) => put('Patient', `p${at}`, patient(at)))
  const observations = Array.from({ length: OBSERVATIONS }, (_, at) => put('O', `o${at}`, observation(at, at === 7 ? more : [])))
  writeUnit(
    compiler,
    { now: () => 5 },
    authorizeChanges([...patients, ...observations, ...(bare ? [put('O', 'bare', bare)] : [])], () => UNBOUNDED),
  )
  const plans: string[] = []
  const explain = (text: string, values: readonly unknown[]): void => {
    assert.doesNotMatch(text, /LIMIT \?/, 'SQLite would plan it anew at each execution')
    const steps = db.rows<{ detail: string }>({ ...sql``, text: `EXPLAIN QUERY PLAN ${text}`, values: values as [] })
    plans.push(...steps.map(({ detail }) => detail))
  }
  const watched: Connection = {
    ...db,
    rows: (query) => {
      explain(query.text, query.values)
      return db.rows(query)
    },
    lists: (query) => {
      explain(query.text, query.values)
      return db.lists(query)
    },
    row: (query) => {
      explain(query.text, query.values)
      return db.row(query)
    },
    columns: (query) => {
      explain(query.text, query.values)
      return db.columns(query)
    },
  }
  const ask = (where: Criterion, more: Partial<SearchPlan> = {}) => {
    plans.length = 0
    const plan = { from: [{ type: 'O', where }], sort: [], count: 3, total: 'none', includes: [], ...more } as const
    const { matches, assembled, next } = search(
      { ...compiler, db: watched },
      authorizeSearch(plan, () => ALL),
    )
    const ids = assembled
      ? Buffer.from(assembled.bytes)
          .toString()
          .split(',')
          .map((one) => one.split('|')[0])
      : matches.map(({ id }) => id)
    return { ids, next, plans: [...plans] }
  }
  return { ask, close: () => db.close() }
}

const code = (value: string): Criterion => ({ kind: 'token', param: 'O.code', code: value })
const category: Criterion = { kind: 'token', param: 'O.category', code: 'even' }
const mine: Criterion = { kind: 'reference', param: 'O.patient', type: 'Patient', id: 'p8' }
const since = (from: number): Criterion => ({ kind: 'date', param: 'O.date', comparator: 'ge', value: { from, to: from + 1 } })
const on = (from: number): Criterion => ({ kind: 'date', param: 'O.date', comparator: 'eq', value: { from, to: from + 1000 } })
const and = (...of: readonly Criterion[]): Criterion => ({ kind: 'and', of })
const sort = (param: string, kind: SortKey['kind'], descending = true): Partial<SearchPlan> => ({ sort: [{ param, kind, descending }] })
const newest = sort('O.date', 'date')

const sorts = (plans: readonly string[]): boolean => plans.some((step) => step.includes('TEMP B-TREE FOR ORDER BY'))
const scans = (plans: readonly string[]): readonly string[] => plans.filter((step) => /^SCAN (?!c\b|p\b|CONSTANT|\()/.test(step))

const IN_ORDER: ReadonlyArray<readonly [name: string, where: Criterion, shape: Partial<SearchPlan>, ids: readonly string[]]> = [
  ['patient', mine, {}, ['o5908', 'o5808', 'o5708']],
  ['patient and category, newest first', and(mine, category), newest, ['o5908', 'o5808', 'o5708']],
  ['patient, category and date, newest first', and(mine, category, since(5_800_000)), newest, ['o5908', 'o5808']],
  ['patient, oldest first', mine, sort('O.date', 'date', false), ['o8', 'o108', 'o208']],
  ['compartment and category', and({ kind: 'compartment', patients: ['p8'] }, category), {}, ['o5908', 'o5808', 'o5708']],
  ['category of everybody, newest first', category, newest, ['o5998', 'o5996', 'o5994']],
  ['an old date of everybody', on(4_000), {}, ['o4']],
  [
    'a frequent reference',
    { kind: 'reference', param: 'O.performer', type: 'Practitioner', id: 'busy' },
    newest,
    ['o5999', 'o5998', 'o5997'],
  ],
  ['everything by change', ALL, sort('_lastUpdated', 'lastUpdated'), ['o5999', 'o5998', 'o5997']],
  ['everything by id', ALL, sort('_id', 'id', false), ['o0', 'o1', 'o10']],
  ['everything by id, backwards', ALL, sort('_id', 'id'), ['o999', 'o998', 'o997']],
]

const AS_TEXT: Partial<SearchPlan> = { assembly: ['', '|', '|', ''] }

test('what has an order that an index has is not sorted, and page follows page', () => {
  const { ask, close } = opened()
  const asked = IN_ORDER.flatMap(([name, where, shape, ids]) => [
    [name, where, shape, ids] as const,
    [`${name}, as one text`, where, { ...shape, ...AS_TEXT }, ids] as const,
  ])
  for (const [name, where, shape, ids] of asked) {
    const found = ask(where, shape)
    assert.deepEqual(found.ids, ids, name)
    assert.equal(sorts(found.plans), false, `${name}: ${found.plans}`)
    assert.deepEqual(scans(found.plans), [], name)
    if (found.next === undefined) continue
    const whole = ask(where, { ...shape, count: 6 })
    const second = ask(where, { ...shape, after: found.next })
    assert.deepEqual([...found.ids, ...second.ids], whole.ids, name)
    assert.equal(sorts(second.plans), false, `${name}: ${second.plans}`)
  }
  close()
})

const RARE: ReadonlyArray<readonly [name: string, where: Criterion, ids: readonly string[]]> = [
  ['a code', and(category, code('c4')), ['o5964', 'o5924', 'o5884']],
  ['one of several codes', { kind: 'or', of: [code('c4'), code('c5')] }, ['o5965', 'o5964', 'o5925']],
  ['a reference', { kind: 'reference', param: 'O.performer', type: 'Practitioner', id: 'rare' }, ['o3000', 'o0']],
  [
    'a chain',
    {
      kind: 'chain',
      param: 'O.patient',
      type: 'Patient',
      where: { kind: 'string', param: 'Patient.name', match: 'starts', value: 'name 42' },
    },
    ['o5942', 'o5842', 'o5742'],
  ],
  [
    'a chain to an identifier',
    {
      kind: 'chain',
      param: 'O.patient',
      type: 'Patient',
      where: { kind: 'token', param: 'Patient.identifier', system: 'mrn', code: 'm42' },
    },
    ['o5942', 'o5842', 'o5742'],
  ],
  [
    'a chain to an id',
    { kind: 'chain', param: 'O.patient', type: 'Patient', where: { kind: 'id', ids: ['p42'] } },
    ['o5942', 'o5842', 'o5742'],
  ],
  ['what there is not', code('never'), []],
]

test('what is rare is found by its own index, whichever condition it is', () => {
  const { ask, close } = opened()
  for (const [name, where, ids] of RARE) {
    const found = ask(where)
    assert.deepEqual(found.ids, ids, name)
    assert.ok(found.plans.some((step) => /^SEARCH (post|ref|ident|str)\b/.test(step)) || ids.length === 0, `${name}: ${found.plans}`)
    assert.deepEqual(scans(found.plans), [], name)
  }
  const ofOne = ask(ALL, {
    from: [{ type: 'Patient', where: { kind: 'has', type: 'O', param: 'O.patient', where: { kind: 'id', ids: ['o42'] } } }],
  })
  assert.deepEqual(ofOne.ids, ['p42'])
  assert.ok(
    ofOne.plans.some((step) => step.startsWith('SEARCH link ')),
    `_has by an id, as _list is: ${ofOne.plans}`,
  )
  const referring: Criterion = { kind: 'has', type: 'O', param: 'O.patient', where: on(4_000) }
  const patients = ask(ALL, { from: [{ type: 'Patient', where: { kind: 'has', type: 'O', param: 'O.patient', where: code('c7') } }] })
  assert.deepEqual(patients.ids, ['p87', 'p67', 'p47'])
  assert.deepEqual(scans(patients.plans), [])
  assert.deepEqual(ask(ALL, { from: [{ type: 'Patient', where: referring }] }).ids, ['p4'])
  close()
})

test('where an index met an exception, nothing is taken for granted', () => {
  const elsewhere = opened([{ kind: 'reference', param: 'O.patient', type: 'Patient', id: 'p8' }])
  assert.deepEqual(elsewhere.ask(and(mine, since(0)), sort('O.date', 'date', false)).ids, ['o7', 'o8', 'o108'], 'of another compartment')
  elsewhere.close()
  const twice = opened([{ kind: 'date', param: 'O.date', from: 9_000_000, to: 9_000_001 }])
  assert.deepEqual(twice.ask(ALL, newest).ids, ['o7', 'o5999', 'o5998'], 'by the latest of two')
  assert.deepEqual(twice.ask(since(8_000_000)).ids, ['o7'])
  twice.close()
})

test('what lacks the date comes last, in both directions and after whole pages', () => {
  const bare: Indexed = {
    entries: [{ kind: 'reference', param: 'O.patient', type: 'Patient', id: 'p8' }],
    compartments: ['p8'],
    date: 9_000_000,
  }
  const { ask, close } = opened([], bare)
  assert.deepEqual(ask(mine).ids, ['bare', 'o5908', 'o5808'], 'it has a clinical date of another element')
  for (const [descending, last] of [
    [true, 'o8'],
    [false, 'o5908'],
  ] as const) {
    const shape = sort('O.date', 'date', descending)
    assert.deepEqual(ask(mine, { ...shape, count: 100 }).ids.slice(-2), [last, 'bare'])
    const first = ask(mine, { ...shape, count: 59 })
    const second = ask(mine, { ...shape, count: 59, after: first.next ?? '' })
    assert.deepEqual([first.ids.length, second.ids, second.next], [59, [last, 'bare'], undefined])
    const third = ask(mine, { ...shape, count: 1, after: ask(mine, { ...shape, count: 60 }).next ?? '' })
    assert.deepEqual(third.ids, ['bare'])
  }
  close()
})
