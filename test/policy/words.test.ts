// Reasons and filters in words (issue 6: "something an ops person understands at first reading").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { siteOf } from '../../src/policy/diagnostics.ts'
import { compileMatcho } from '../../src/policy/matcho/compile.ts'
import { mismatchInWords } from '../../src/policy/mismatch-words.ts'
import { rowsInWords } from '../../src/policy/rows-words.ts'
import { ALL, type Criterion, NOTHING } from '../../src/store/criterion.ts'

const REQUEST = {
  'request-method': 'delete',
  params: { patient: 'p2', list: ['a'] },
  user: { id: 'u', roles: [{ type: 'nurse' }], fhirUser: { id: 'p1' } },
}

const WORDS: ReadonlyArray<readonly [pattern: object, words: string]> = [
  [{ client: { id: 'c' } }, 'client is missing, must have {"id":"c"}'],
  [{ client: 'present?' }, 'client is missing, must be there'],
  [{ user: 'nil?' }, `user is ${JSON.stringify(REQUEST.user)}, must not be there`],
  [{ params: { name: 'not-blank?' } }, 'params.name is missing, must be a text'],
  [{ params: { patient: 'p1' } }, 'params.patient is "p2", must be "p1"'],
  [{ params: { patient: '.user.fhirUser.id' } }, 'params.patient is "p2", must equal user.fhirUser.id, which is "p1"'],
  [{ params: { patient: '.jwt.pid' } }, 'params.patient is "p2", must equal jwt.pid, which is missing too'],
  [{ params: { patient: '#^x' } }, 'params.patient is "p2", must match the pattern ^x'],
  [{ 'request-method': { $enum: ['get', 'post'] } }, 'request-method is "delete", must be one of "get", "post"'],
  [{ params: { patient: { '$one-of': ['a', '#b'] } } }, 'params.patient is "p2", must match one of "a", "#b"'],
  [{ user: { roles: { $contains: { type: 'admin' } } } }, 'user.roles is [{"type":"nurse"}], must be a list with {"type":"admin"} in it'],
  [{ params: { list: { $every: 'b' } } }, 'params.list is ["a"], must be a list of nothing but "b"'],
  [{ params: { patient: { $not: 'p2' } } }, 'params.patient is "p2", must not be "p2"'],
  [{ params: { patient: { $not: 'present?' } } }, 'params.patient is "p2", must not be there'],
  [{ params: { patient: { $reference: { id: 'p1' } } } }, 'params.patient is "p2", must be a reference to {"id":"p1"}'],
  [{ params: { list: { $length: 2 } } }, 'params.list is ["a"], must be a list of 2'],
]

test('why a condition fails: what was found, and what is asked for', () => {
  for (const [pattern, words] of WORDS) {
    const mismatch = compileMatcho(pattern, siteOf('p', [])).explain(REQUEST, REQUEST, [])
    assert.ok(mismatch, JSON.stringify(pattern))
    assert.equal(mismatchInWords(mismatch, REQUEST), words)
  }
  const long = mismatchInWords({ expected: 1, but: 'x'.repeat(500), path: ['a'] }, {})
  assert.ok(long.length < 140 && long.includes('…'))
})

const FILTERS: ReadonlyArray<readonly [Criterion, string]> = [
  [ALL, 'every Observation'],
  [NOTHING, 'no Observation'],
  [{ kind: 'compartment', patients: ['a', 'b'] }, 'Observation in the record of Patient/a or Patient/b'],
  [
    {
      kind: 'and',
      of: [
        { kind: 'compartment', patients: ['a'] },
        {
          kind: 'or',
          of: [
            { kind: 'token', param: 'Observation.status', code: 'final' },
            { kind: 'missing', param: 'Observation.code', missing: true },
          ],
        },
      ],
    },
    'Observation in the record of Patient/a and (with status final or without code)',
  ],
  [
    {
      kind: 'chain',
      param: 'Observation.subject',
      type: 'Patient',
      where: { kind: 'string', param: 'Patient.name', match: 'starts', value: 'x' },
    },
    'Observation whose subject is a Patient with name starts x',
  ],
  [
    { kind: 'not', of: { kind: 'has', type: 'Group', param: 'Group.member', where: { kind: 'id', ids: ['g'] } } },
    'Observation not that a Group names as its member, with the id g',
  ],
  [
    { kind: 'date', param: 'Observation.date', comparator: 'ge', value: { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) } },
    'Observation with date ge 2026-01-01',
  ],
  [{ kind: 'reference', param: 'Observation.patient', type: 'Patient', id: 'a' }, 'Observation whose patient is Patient/a'],
]

test('a filter in words', () => {
  for (const [criterion, words] of FILTERS) assert.equal(rowsInWords('Observation', criterion), words)
})
