// matcho: the acceptance cases of security-requirements §6 with their edges, and the worked cases of aidbox-behaviour §3.5.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type PolicyDiagnostic, siteOf } from '../../src/policy/diagnostics.ts'
import { compileMatcho } from '../../src/policy/matcho/compile.ts'

const compile = (pattern: unknown) => {
  const found: PolicyDiagnostic[] = []
  return { matcher: compileMatcho(pattern, siteOf('p', found)), found }
}
const errorsOf = (pattern: unknown) => compile(pattern).found.filter(({ severity }) => severity === 'error')
const matches = (value: unknown, pattern: unknown, request: unknown = value): boolean => {
  const { matcher, found } = compile(pattern)
  assert.deepEqual(
    found.filter(({ severity }) => severity === 'error'),
    [],
  )
  const result = matcher.test(value, request)
  assert.equal(matcher.explain(value, request, []) === undefined, result, 'explain agrees with test')
  return result
}

const MATCHING: ReadonlyArray<readonly [value: unknown, pattern: unknown]> = [
  [1, 1],
  [{ a: 1, b: 2 }, { a: 1 }],
  [[1], [1]],
  [
    [1, 2, 3],
    [1, 2],
  ],
  [
    {
      a: {
        b: [
          { c: 1, x: 5 },
          { c: 2, x: 6 },
        ],
      },
    },
    { a: { b: [{ c: 1 }, { c: 2 }] } },
  ],
  [{ status: 200, body: 'ok' }, { status: 200 }],
  [{ a: { b: 6 } }, { a: 'present?' }],
  [{ a: '2345' }, { a: '#\\d+' }],
  [{ message: { status: 'public' } }, { message: { $not: { status: 'private' } } }],
  [{ 'request-method': 'post' }, { 'request-method': { $enum: ['get', 'post'] } }],
  [{ a: { c: 5 } }, { a: { '$one-of': [{ b: 'present?' }, { c: 'present?' }] } }],
  [{ type: [{ system: 'snomed' }, { system: 'loinc' }] }, { type: { $contains: { system: 'loinc' } } }],
  [{ col: [{ foo: 'bar' }, { foo: 'bar', baz: 'q' }] }, { col: { $every: { foo: 'bar' } } }],
  [{ user: { id: 1 }, params: { user_id: 1 } }, { params: { user_id: '.user.id' } }],
  [{ patient: { reference: 'Patient/pid' } }, { patient: { $reference: { id: 'pid', resourceType: 'Patient' } } }],
  [[3, 1, 2], { '$present-all': [1, 2] }],
  [[1, 2], { $length: 2 }],
  [[1, 2], { '$present-all': [1, 2], $length: 2 }],
]

const FAILING: ReadonlyArray<readonly [value: unknown, pattern: unknown, path: readonly string[]]> = [
  [{ a: 2 }, { a: 1 }, ['a']],
  [{}, { x: '' }, ['x']],
  [{ a: [1] }, { a: [2] }, ['a', '0']],
  [{ a: { b: 'baaa' } }, { a: { b: '#^a' } }, ['a', 'b']],
  [{ a: [1, { c: 3 }] }, { a: [1, { c: 4 }] }, ['a', '1', 'c']],
  [{ a: 1 }, [1, 2], []],
  [[2, 1], [1, 2], ['0']],
  [[1], [1, 2], ['1']],
  [{ z: 1 }, { x: 1 }, ['x']],
  [{ b: { a: 5 } }, { a: { b: 5 } }, ['a']],
  [{ status: 200 }, { status: 200, body: 'present?' }, ['body']],
  [{ a: 'abc' }, { a: '#\\d+' }, ['a']],
  [{ b: 5 }, { a: 'present?' }, ['a']],
  [{ a: null }, { a: 'present?' }, ['a']],
  [{ a: '' }, { a: 'not-blank?' }, ['a']],
  [{ message: { status: 'private' } }, { message: { $not: { status: 'private' } } }, ['message']],
  [{ 'request-method': 'put' }, { 'request-method': { $enum: ['get', 'post'] } }, ['request-method']],
  [{ a: { b: null } }, { a: { '$one-of': [{ b: 'present?' }, { c: 'present?' }] } }, ['a']],
]

test('§6: what matches', () => {
  for (const [value, pattern] of MATCHING) assert.ok(matches(value, pattern), JSON.stringify([value, pattern]))
})

test('§6: what does not match, and the path that says why', () => {
  for (const [value, pattern, path] of FAILING) {
    assert.equal(matches(value, pattern), false, JSON.stringify([value, pattern]))
    assert.deepEqual(compile(pattern).matcher.explain(value, value, [])?.path, path)
  }
})

test('§6 edges: types, missing values, own properties', () => {
  assert.equal(matches({ a: 1 }, { a: '1' }), false)
  assert.equal(matches({ a: 5 }, { a: '#5' }), false, 'a regex against what is no string')
  assert.equal(matches({}, { a: { $enum: [null, 'x'] } }), true, '$enum with null holds of what is missing')
  assert.equal(matches({ a: 'y' }, { a: { $enum: [null, 'x'] } }), false)
  assert.equal(matches({ a: [] }, { a: { $every: { x: 1 } } }), false)
  assert.equal(matches({}, { a: { $every: { x: 1 } } }), false)
  assert.equal(matches({}, { a: { $contains: 'nil?' } }), false)
  assert.equal(matches({ a: 1 }, { a: { $not: { $not: 1 } } }), true)
  assert.equal(matches({}, { constructor: 'present?' }), false)
  assert.equal(matches({ a: {} }, { a: { toString: 'present?' } }), false)
  assert.equal(matches({ a: 'x' }, { a: '.constructor.name' }), false)
  assert.equal(matches({ list: [{ id: 'a' }, { id: 'b' }], x: 'b' }, { x: '.list.1.id' }), true, 'a path through an array')
  assert.equal(matches({ list: ['a'], x: 'a' }, { x: '.list.-1' }), false)
})

test('§6 edges: a literal that looks like a pattern is said with $enum; values that look like patterns are values', () => {
  assert.equal(matches({ a: '#tag' }, { a: { $enum: ['#tag'] } }), true)
  assert.equal(matches({ a: '.path' }, { a: { $enum: ['.path', '#tag'] } }), true)
  assert.equal(matches({ a: 'present?' }, { a: { $enum: ['present?'] } }), true)
  assert.equal(matches({ a: 'x' }, { a: { $enum: ['present?', '#.'] } }), false)
  assert.equal(matches({ a: '.b', b: 'x' }, { a: 'x' }), false, 'a value is never followed as a path')
  assert.equal(matches({ a: '#x' }, { a: '#x' }), true, 'found as a pattern')
})

test('§6 edges: regex and words against everything that is no text', () => {
  for (const value of [undefined, null, '', 5, true, {}, [], ['x'], { x: 'x' }]) {
    assert.equal(matches({ a: value }, { a: '#.' }), false, JSON.stringify(value))
    assert.equal(matches({ a: value }, { a: 'not-blank?' }), false, JSON.stringify(value))
  }
  assert.equal(matches({ a: ' ' }, { a: 'not-blank?' }), false)
  for (const missing of [undefined, null, '', {}, [], [null], { x: '' }]) {
    assert.equal(matches({ a: missing }, { a: 'present?' }), false, JSON.stringify(missing))
    assert.equal(matches({ a: missing }, { a: 'nil?' }), true, JSON.stringify(missing))
    assert.equal(matches({ a: missing }, { a: null }), true, JSON.stringify(missing))
  }
  for (const present of [0, false, 'x', [0], { x: 1 }])
    assert.equal(matches({ a: present }, { a: 'present?' }), true, JSON.stringify(present))
})

test('§6 edges: maps, lists and paths to them', () => {
  for (const value of [undefined, null, 'x', 1, [], [{ b: 1 }]])
    assert.equal(matches({ a: value }, { a: { b: 1 } }), false, JSON.stringify(value))
  for (const value of [undefined, 'x', 1, { 0: 1 }]) assert.equal(matches({ a: value }, { a: [1] }), false, JSON.stringify(value))
  assert.equal(matches({ a: { x: [1, { y: 2 }] }, b: { x: [1, { y: 2 }] } }, { a: '.b' }), true, 'a path to a map compares all of it')
  assert.equal(matches({ a: { x: 1 }, b: { x: 1, y: 2 } }, { a: '.b' }), false)
  assert.equal(matches({ a: [1, 2], b: [1] }, { a: '.b' }), false, 'a prefix is for patterns, not for values')
  assert.equal(matches({ a: { x: 1, y: null }, b: { x: 1 } }, { a: '.b' }), true, 'what is empty is missing')
  assert.equal(matches({ a: 1, b: '1' }, { a: '.b' }), false)
  assert.equal(matches({ a: [] }, { a: ['nil?'] }), true, 'an element that is not there')
})

test('§6 edges: the keys of lists and references', () => {
  const reference = { a: { $reference: { resourceType: 'Patient', id: 'p' } } }
  for (const value of [{ reference: 'Patient/p' }, 'Patient/p', { reference: 'Patient/p/_history/2' }]) {
    assert.equal(matches({ a: value }, reference), true, JSON.stringify(value))
  }
  for (const value of [
    { reference: 'Patient/q' },
    'Group/p',
    { reference: 'https://other.example/Patient/p' },
    'p',
    1,
    null,
    ['Patient/p'],
  ]) {
    assert.equal(matches({ a: value }, reference), false, JSON.stringify(value))
  }
  assert.equal(matches({ a: [1, 1] }, { a: { '$present-all': [1, 1] } }), true)
  assert.equal(matches({ a: [1] }, { a: { '$present-all': [1, 2] } }), false)
  for (const value of [undefined, 'ab', { length: 2 }]) assert.equal(matches({ a: value }, { a: { $length: 2 } }), false)
  assert.equal(matches({ a: ['x', 'y'], b: { c: 'y' } }, { a: { $contains: '.b.c' } }), true)
  assert.equal(matches({ a: 'y', b: { c: 'y' } }, { a: { $contains: '.b.c' } }), false, 'no list contains nothing')
  assert.equal(matches({ a: 'x', b: 'x' }, { a: { '$one-of': '.b' } }), false, 'candidates are a list')
})

test('§6: several keys are ANDed, and the first that fails is said with what was expected and what is', () => {
  const { matcher } = compile({ a: 1, b: { c: '#^x' } })
  assert.deepEqual(matcher.explain({ a: 1, b: { c: 'y' } }, {}, []), { expected: '#^x', but: 'y', path: ['b', 'c'] })
  assert.deepEqual(matcher.explain({ b: { c: 'x' } }, {}, []), { expected: 1, but: undefined, path: ['a'] })
  assert.equal(matcher.explain({ a: 1, b: { c: 'x' }, more: true }, {}, []), undefined)
})

test('P-03: a path with a missing side never matches', () => {
  for (const request of [{}, { params: {} }, { params: { p: '' }, user: { p: '' } }, { params: { p: 'x' } }, { user: { p: 'x' } }]) {
    assert.equal(matches(request, { params: { p: '.user.p' } }), false, JSON.stringify(request))
  }
})

test('P-06: a repeated parameter is a list, and a list is not its string', () => {
  assert.equal(matches({ params: { p: ['p1', 'p2'] } }, { params: { p: 'p1' } }), false)
  assert.equal(matches({ params: { p: 'p1,p2' } }, { params: { p: 'p1' } }), false)
})

test('patterns that are refused at load', () => {
  for (const pattern of [
    { a: '#' },
    { a: '.' },
    { a: '.x..y' },
    { a: { '$one-of': [] } },
    { a: { $or: [1] } },
    { a: { $not: 1, b: 2 } },
    { a: {} },
    { a: [] },
    { a: '#(a+)+$' },
    { a: '#(a|a)*$' },
    { a: '#a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b' },
    { a: '#(?!x)y' },
    { a: '#(a)\\1' },
    { a: '#(' },
    { a: '#.*a.*b.*c.*d.*e' },
    { a: '#(?x)a' },
  ]) {
    assert.equal(errorsOf(pattern).length, 1, JSON.stringify(pattern))
    assert.equal(compile(pattern).matcher.test({ a: 'aaaa' }, {}), false, 'and it would never grant')
  }
})

test('§0.4: $one-of beside siblings means both, with a warning', () => {
  const pattern = { client: { id: 'a' }, '$one-of': [{ x: 1 }, { x: 2 }] }
  assert.equal(compile(pattern).found[0]?.severity, 'warning')
  assert.equal(matches({ client: { id: 'a' }, x: 2 }, pattern), true)
  assert.equal(matches({ client: { id: 'b' }, x: 2 }, pattern), false)
  assert.equal(matches({ client: { id: 'a' }, x: 3 }, pattern), false)
})

test('§3.5: the worked cases', () => {
  assert.equal(matches({}, { user: { $not: { data: { role: 'guest' } } } }), true, 'anonymous')
  assert.equal(matches({ user: { data: { role: 'guest' } } }, { user: { $not: { data: { role: 'guest' } } } }), false)
  const related = {
    user: { data: { '$one-of': [{ related: { $contains: '.params.resource/id' } }, { patient_id: '.params.resource/id' }] } },
  }
  assert.equal(matches({ params: { 'resource/id': 'p' }, user: { data: { related: ['q', 'p'] } } }, related), true)
  assert.equal(matches({ params: { 'resource/id': 'p' }, user: { data: { patient_id: 'p' } } }, related), true)
  assert.equal(matches({ params: {}, user: { data: { x: 1 } } }, related), false)
  const identifier = { params: { identifier: { '$one-of': ['t|o', { $contains: 't|o' }] } } }
  assert.equal(matches({ params: { identifier: ['x', 't|o'] } }, identifier), true)
  assert.equal(matches({ params: { identifier: 't|o' } }, identifier), true)
  assert.equal(matches({}, { client: { $not: { active: false } } }), true)
  assert.equal(matches({ session: { audience: 'https://x/smart' } }, { session: { audience: '#.+smart$' } }), true)
  const own = { params: { patient: { $reference: { id: '.role.links.patient.id' } } } }
  assert.equal(matches({ params: { patient: 'Patient/p' }, role: { links: { patient: { id: 'p' } } } }, own), true)
  assert.equal(matches({ params: { patient: 'Patient/q' }, role: { links: { patient: { id: 'p' } } } }, own), false)
  assert.equal(matches({ uri: '/fhir/$dump' }, { uri: '#.*/\\$dump$' }), true)
  assert.equal(matches({ params: {} }, { params: { _include: 'nil?' } }), true)
  assert.equal(matches({ roles: [{ type: 'admin' }] }, { roles: [{ type: 'admin' }] }), true)
  assert.equal(matches({ roles: [{ type: 'x' }, { type: 'admin' }] }, { roles: [{ type: 'admin' }] }), false, 'the first role only')
  assert.equal(matches({ p: 'b', allowed: ['a', 'b'] }, { p: { '$one-of': '.allowed' } }), true)
})

test('P-04: #re is an unanchored find, with inline flags', () => {
  assert.equal(matches({ uri: '/fhir/Patient/1' }, { uri: '#/Patient/.*' }), true)
  assert.equal(matches({ q: 'SELECT' }, { q: '#^(?i)select' }), true)
  assert.equal(matches({ uri: '/smart/Patient/p/x' }, { uri: '#^/smart/Patient/[^/]+$' }), false)
})

test('P-13: a frozen request is never touched', () => {
  const freeze = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze)
    return Object.freeze(value)
  }
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...MATCHING.map(([, pattern]) => pattern)), (value, pattern) => {
      compile(pattern).matcher.test(freeze(value), value)
    }),
  )
})
