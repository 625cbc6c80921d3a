// The json-logic engine (design, "Policies"; security-requirements F3, P-12): JsonLogic, closed where json-logic-js is open.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import jsonLogic from 'json-logic-js'
import { compilePolicies } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { explainPolicies } from '../../src/policy/explain.ts'

type Request = Readonly<Record<string, unknown>>

const compiled = (rule: unknown) =>
  compilePolicies([{ id: 'p', engine: 'json-logic', link: [{ reference: 'Client/c' }], 'json-logic': rule }])
const granted = (rule: unknown, request: Request): boolean => {
  const result = compiled(rule)
  assert.ok(result.ok, JSON.stringify(result))
  return decide(result.policies, { client: { id: 'c' }, ...request }).granted
}
const refusal = (rule: unknown): readonly string[] => {
  const result = compiled(rule)
  return result.ok ? [] : result.diagnostics.map(({ path }) => path.join('/'))
}

test('it grants only where the rule is exactly true', () => {
  assert.equal(granted({ '==': [{ var: 'request-method' }, 'get'] }, { 'request-method': 'get' }), true)
  assert.equal(granted({ var: 'user.id' }, { user: { id: 'u' } }), false, 'a value is not true')
  assert.equal(granted({ '!!': { var: 'user.id' } }, { user: { id: 'u' } }), true)
  assert.equal(granted({ and: [{ var: 'user.id' }, { var: 'user.active' }] }, { user: { id: 'u', active: true } }), true)
  assert.equal(granted({ and: [{ var: 'user.active' }, { var: 'user.id' }] }, { user: { id: 'u', active: true } }), false)
})

test('F3: what is missing makes a rule unknown, and unknown is never true', () => {
  const equal = (one: string, other: string) => ({ '===': [{ var: one }, { var: other }] })
  assert.equal(granted(equal('user.a', 'params.b'), {}), false, 'json-logic-js: true')
  assert.equal(granted({ '!': equal('user.a', 'params.b') }, {}), false)
  assert.equal(granted({ '!=': [{ var: 'user.role' }, 'guest'] }, {}), false)
  assert.equal(granted({ '!': { var: 'user.blocked' } }, {}), false)
  assert.equal(granted({ in: [{ var: 'user.none' }, 'abc'] }, { user: { none: '' } }), false, 'json-logic-js: true')
  assert.equal(granted({ or: [{ '!': { var: 'user.blocked' } }, { '==': [1, 1] }] }, {}), true, 'what is true makes an or true')
  assert.equal(granted({ if: [{ var: 'user.blocked' }, false, true] }, {}), false)
  assert.equal(granted({ none: [{ var: 'user.roles' }, { '==': [{ var: '' }, 'guest'] }] }, {}), false)
  assert.equal(granted({ '!': { missing: ['user.id'] } }, { user: { id: 'u' } }), true)
  assert.equal(granted({ '!!': { missing: ['user.id'] } }, {}), true)
  assert.equal(granted({ '==': [{ var: ['user.kind', 'person'] }, 'person'] }, {}), true, 'a value that stands in')
})

test('F3: nothing is converted, and only own properties are seen', () => {
  assert.equal(granted({ '==': [{ var: 'params.n' }, 1] }, { params: { n: '1' } }), false)
  assert.equal(granted({ '==': [{ var: 'params.p' }, 'p1'] }, { params: { p: ['p1'] } }), false)
  assert.equal(granted({ '<': [{ var: 'params.n' }, 2] }, { params: { n: '1' } }), false)
  assert.equal(granted({ '!!': { var: 'constructor.name' } }, {}), false)
  assert.equal(granted({ '!!': { var: 'user.__proto__' } }, { user: { id: 'u' } }), false)
  assert.equal(granted({ '==': [{ var: 'params.rule' }, true] }, { params: { rule: { '==': [1, 1] } } }), false, 'data is no rule')
})

test('P-11, P-12: every bad rule is refused at its place', () => {
  assert.deepEqual(refusal({}), ['json-logic'])
  assert.deepEqual(refusal({ '==': [1, 1], '!=': [1, 2] }), ['json-logic'])
  assert.deepEqual(refusal({ and: [{ method: [{ var: 'user' }, 'toString'] }] }), ['json-logic/and/0/method'])
  assert.deepEqual(refusal({ log: 1 }), ['json-logic/log'])
  assert.deepEqual(refusal({ '!': { constructor: [] } }), ['json-logic/!/0/constructor'])
  assert.deepEqual(refusal({ '!!': { var: { var: 'params.name' } } }), ['json-logic/!!/0/var'])
  assert.deepEqual(refusal({ '!!': { var: '' } }), ['json-logic/!!/0/var'])
  assert.deepEqual(refusal({ '==': [1] }), ['json-logic/=='])
  assert.deepEqual(refusal({ and: [] }), ['json-logic'])
  assert.deepEqual(refusal(undefined), ['json-logic'])
  const nested = { some: [{ var: 'a' }, { some: [{ var: 'b' }, { some: [{ var: 'c' }, { var: '' }] }] }] }
  assert.equal(refusal(nested).length, 1)
})

test('the cost is bounded: what takes too many steps is false', () => {
  const items = Array.from({ length: 500 }, () => Array.from({ length: 500 }, (_, at) => at))
  const rule = { none: [{ var: 'resource.items' }, { some: [{ var: '' }, { '==': [{ var: '' }, -1] }] }] }
  assert.equal(granted(rule, { resource: { items: items.slice(0, 5) } }), true)
  assert.equal(granted(rule, { resource: { items } }), false)
  const doubling = { '!!': { reduce: [{ var: 'resource.items' }, { merge: [{ var: 'accumulator' }, { var: 'accumulator' }] }, [1]] } }
  assert.equal(granted(doubling, { resource: { items } }), false)
})

test('it is explained by the condition that does not hold', () => {
  const result = compiled({ and: [{ '==': [{ var: 'request-method' }, 'get'] }, { '==': [{ var: 'user.id' }, 'u'] }] })
  assert.ok(result.ok)
  assert.deepEqual(explainPolicies(result.policies, { client: { id: 'c' }, 'request-method': 'get', user: { id: 'v' } }), [
    {
      id: 'p',
      granted: false,
      why: 'mismatch',
      mismatch: { expected: { '==': [{ var: 'user.id' }, 'u'] }, but: 'v', path: ['user', 'id'] },
    },
  ])
})

const value = fc.oneof(
  fc.constantFrom('a', 'b', 'ab'),
  fc.integer({ min: 1, max: 3 }),
  fc.boolean(),
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
)
const data = fc.record({ a: value, b: value, list: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }) })
const variable = fc.constantFrom({ var: 'a' }, { var: 'b' })
const { rule } = fc.letrec<{ rule: unknown }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean(),
    fc.tuple(fc.constantFrom('===', '!=='), variable, fc.oneof(variable, value)).map(([name, one, other]) => ({ [name]: [one, other] })),
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>='), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }))
      .map(([name, one, other]) => ({ [name]: [one, other] })),
    fc
      .tuple(fc.constantFrom('some', 'all', 'none'), fc.integer({ min: 1, max: 3 }))
      .map(([name, n]) => ({ [name]: [{ var: 'list' }, { '===': [{ var: '' }, n] }] })),
    fc.tuple(fc.constantFrom('and', 'or'), fc.array(tie('rule'), { minLength: 1, maxLength: 3 })).map(([name, of]) => ({ [name]: of })),
    tie('rule').map((of) => ({ '!': of })),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map((of) => ({ if: of })),
  ),
}))

test('where nothing is missing and nothing converted, it is json-logic-js', () => {
  fc.assert(
    fc.property(rule, data, (written, given) => {
      fc.pre(typeof written === 'object' && written !== null)
      // Lists are compared by what they hold; json-logic-js compares which list it is.
      fc.pre(!Array.isArray(given.a) && !Array.isArray(given.b))
      assert.equal(granted({ '!!': written }, given), jsonLogic.truthy(jsonLogic.apply(written as object, given)))
    }),
    { numRuns: 3_000 },
  )
})
