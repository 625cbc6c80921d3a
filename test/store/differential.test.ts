// The two readings of a Criterion agree: what SQL finds is what `matches` says of each resource in memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ALL, type Comparator, type Criterion } from '../../src/store/criterion.ts'
import type { IndexEntry, Indexed } from '../../src/store/entries.ts'
import { matches } from '../../src/store/matches.ts'
import { authorizeChanges, authorizeSearch } from '../../src/store/plan.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

const NOW = 1_700_000_000_000
const clock = { now: () => NOW }
const pick = <const T>(...values: readonly T[]) => fc.constantFrom(...values)
const point = fc.integer({ min: 0, max: 12 })
const COMPARATORS: readonly Comparator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb']

const entry: fc.Arbitrary<IndexEntry> = fc.oneof(
  fc.record({ kind: fc.constant('token' as const), param: pick('O.t'), system: pick('', 's', 'r'), code: pick('a', 'b', 'c') }),
  fc.record({ kind: fc.constant('identifier' as const), param: pick('O.i'), system: pick('', 's'), code: pick('1', '2') }),
  fc.record({ kind: fc.constant('string' as const), param: pick('O.n'), value: pick('Ann', 'Anna'), folded: pick('ann', 'anna', 'bob') }),
  fc.tuple(point, point).map(([from, length]): IndexEntry => ({ kind: 'date', param: 'O.d', from, to: from + length + 1 })),
  fc.record({ kind: fc.constant('reference' as const), param: pick('O.r'), type: pick('P', 'Q'), id: pick('1', '2') }),
  fc.record({ kind: fc.constant('uri' as const), param: pick('O.u'), value: pick('http://x/a', 'http://x/a/b', 'http://x/ab') }),
)
const indexed: fc.Arbitrary<Indexed> = fc.record({
  entries: fc.array(entry, { maxLength: 5 }),
  compartments: fc.uniqueArray(pick('p1', 'p10', 'p2'), { maxLength: 2 }),
  date: point,
})
const leaf: fc.Arbitrary<Criterion> = fc.oneof(
  fc.record({ kind: fc.constant('token' as const), param: pick('O.t', 'O.i', 'O.none'), code: pick('a', 'b', '1') }),
  fc.record({ kind: fc.constant('token' as const), param: pick('O.t', 'O.i'), system: pick('', 's', 'unknown'), code: pick('a', '1') }),
  fc.record({
    kind: fc.constant('tokens' as const),
    param: pick('O.t', 'O.none'),
    codes: fc.array(fc.record({ system: pick('', 's', 'unknown'), code: pick('a', 'b', 'z') }), { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('string' as const),
    param: pick('O.n'),
    match: pick('starts', 'contains'),
    value: pick('an', 'anna', 'o'),
  }),
  fc
    .tuple(pick(...COMPARATORS), point, point)
    .map(([comparator, from, length]): Criterion => ({ kind: 'date', param: 'O.d', comparator, value: { from, to: from + length + 1 } })),
  fc.record({ kind: fc.constant('reference' as const), param: pick('O.r'), type: pick('P', 'Q'), id: pick('1', '3') }),
  fc.record({
    kind: fc.constant('uri' as const),
    param: pick('O.u'),
    match: pick('exact', 'below', 'above'),
    value: pick('http://x/a', 'http://x/a/b'),
  }),
  fc.record({ kind: fc.constant('missing' as const), param: pick('O.t', 'O.d', 'O.r', 'O.i', 'O.none'), missing: fc.boolean() }),
  fc.record({ kind: fc.constant('compartment' as const), patients: fc.uniqueArray(pick('p1', 'p10', 'nobody'), { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('id' as const), ids: fc.uniqueArray(pick('o0', 'o1', 'o9'), { maxLength: 2 }) }),
)
const { criterion } = fc.letrec<{ criterion: Criterion }>((tie) => ({
  criterion: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ kind: pick('and', 'or'), of: fc.array(tie('criterion'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), of: tie('criterion') }),
  ),
}))

test('ids found by SQL equal ids that match in memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(indexed, { minLength: 1, maxLength: 8 }),
      fc.array(criterion, { minLength: 1, maxLength: 12 }),
      async (states, criteria) => {
        const store = await openStore({ file: ':memory:', clock })
        try {
          const changes = states.map((state, at) => ({
            ...({ type: 'O', id: `o${at}`, action: 'put', create: true, replace: true, stored: ALL, submitted: ALL } as const),
            index: () => state,
            compose: () => '{}',
          }))
          await store.write(authorizeChanges(changes, () => ({ stored: ALL, submitted: ALL })))
          for (const where of criteria) {
            const plan = { from: [{ type: 'O', where }], sort: [], count: 100, total: 'accurate', includes: [] } as const
            const found = await store.search(authorizeSearch(plan, () => ALL))
            const expected = states.flatMap((state, at) =>
              matches(where, { id: `o${at}`, updated: NOW, indexed: state }) ? [`o${at}`] : [],
            )
            assert.deepEqual(found.matches.map(({ id }) => id).sort(), expected, JSON.stringify(where))
            assert.equal(found.total, expected.length)
          }
        } finally {
          await store.close()
        }
      },
    ),
    { numRuns: 150 },
  )
})
