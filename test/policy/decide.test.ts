// Policies: links in all their forms, roles, engines, laws (security-requirements §4.3; aidbox-behaviour §3).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compilePolicies } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'

const compiled = (...policies: readonly object[]) => {
  const result = compilePolicies(policies)
  assert.ok(result.ok, JSON.stringify(result))
  return result.policies
}
const granted = (policies: readonly object[], request: Readonly<Record<string, unknown>>) => decide(compiled(...policies), request).granted
const refusal = (policy: object) => {
  const result = compilePolicies([{ id: 'p', ...policy }])
  assert.equal(result.ok, false, JSON.stringify(policy))
  return result.ok ? [] : result.diagnostics.map(({ path }) => path.join('/'))
}

test('P-01: no policy, no access', () => {
  assert.equal(granted([], { client: { id: 'a' } }), false)
})

test('aidbox-behaviour §0.6: a link has three forms, several are OR', () => {
  for (const link of [
    [{ reference: 'Client/a' }],
    { reference: 'Client/a' },
    [{ id: 'a', resourceType: 'Client' }],
    [{ reference: 'User/u' }, { reference: '/Client/a' }],
  ]) {
    const policies = [{ id: 'p', engine: 'allow', link }]
    assert.equal(granted(policies, { client: { id: 'a' } }), true, JSON.stringify(link))
    assert.equal(granted(policies, { client: { id: 'b' } }), false)
    assert.equal(granted(policies, { user: { id: 'a' } }), false, 'O-23: ids of clients and users are apart')
  }
  const operation = [{ id: 'p', engine: 'allow', link: [{ reference: '/Operation/FhirRead' }] }]
  assert.equal(granted(operation, { operation: { id: 'FhirRead' } }), true)
  assert.equal(granted([{ id: 'p', engine: 'allow', link: [{ reference: 'User/undefined' }] }], {}), false)
})

test('P-11 and unknown engines are errors at their position', () => {
  assert.deepEqual(refusal({ engine: 'matcho', matcho: {} }), ['matcho'])
  assert.deepEqual(refusal({ engine: 'matcho' }), [''])
  assert.deepEqual(refusal({ engine: 'complex', and: [] }), ['and'])
  assert.deepEqual(refusal({ engine: 'complex', or: [] }), ['or'])
  assert.deepEqual(refusal({ engine: 'json-schema', schema: {} }), ['schema'])
  assert.deepEqual(refusal({ engine: 'json-schema', schema: { requird: ['a'] } }), ['schema'])
  assert.deepEqual(refusal({ engine: 'allow', link: [] }), ['link'])
  assert.deepEqual(refusal({ engine: 'allow', link: [{ reference: 'Patient/x' }] }), ['link/0'])
  assert.deepEqual(refusal({ engine: 'sql', sql: { query: 'true' } }), ['engine'])
  assert.deepEqual(refusal({ engine: 'toString' }), ['engine'])
  assert.deepEqual(refusal({ engine: 'complex', and: [{ engine: 'allow' }, { engine: 'matcho', matcho: { a: { $or: [] } } }] }), [
    'and/1/matcho/a/$or',
  ])
})

test('complex and json-schema, with constant and $data (aidbox-behaviour §0.1)', () => {
  const get = { engine: 'matcho', matcho: { 'request-method': 'get' } }
  const admin = { engine: 'matcho', matcho: { user: { id: 'admin' } } }
  assert.equal(
    granted([{ id: 'c', engine: 'complex', and: [get, { engine: 'complex', or: [admin] }] }], { 'request-method': 'get' }),
    false,
  )
  assert.equal(granted([{ id: 'c', engine: 'complex', or: [get, admin] }], { user: { id: 'admin' } }), true)
  const schema = {
    type: 'object',
    required: ['params', 'jwt'],
    properties: { params: { type: 'object', required: ['p'], properties: { p: { constant: { $data: '#/jwt/pid' } } } } },
  }
  const policies = [{ id: 's', engine: 'json-schema', schema }]
  assert.equal(granted(policies, { params: { p: 'x' }, jwt: { pid: 'x' } }), true)
  assert.equal(granted(policies, { params: { p: 'x' }, jwt: { pid: 'y' } }), false)
  assert.equal(granted(policies, { params: { p: 'x' }, jwt: {} }), false, 'a missing $data equals nothing')
})

test('rpc policies are asked at /rpc only', () => {
  const call = (method: string) => ({ operation: { id: 'rpc' }, params: { _m: method }, user: { id: 'u' } })
  const policies = [
    { id: 'r', type: 'rpc', engine: 'matcho-rpc', rpc: { 'a/b': { user: { id: 'u' } }, 'c/d': {}, 'e/f': { user: 'nil?' } } },
  ]
  assert.deepEqual(
    ['a/b', 'c/d', 'e/f', 'toString'].map((method) => granted(policies, call(method))),
    [true, true, false, false],
  )
  assert.equal(granted(policies, { ...call('c/d'), operation: { id: 'FhirRead' } }), false)
  assert.equal(granted([{ id: 'x', type: 'rest', engine: 'allow' }], call('a/b')), false)
})

const SEED_002 = [
  {
    id: 'patient-smart',
    engine: 'matcho',
    matcho: { uri: '#/smart/.*', params: { patient: '.role.links.patient.id' } },
    roleName: 'patient',
  },
  {
    id: 'smart-patient-read',
    engine: 'matcho',
    matcho: { uri: '#/smart/Patient/.*', params: { id: '.role.links.patient.id' } },
    roleName: 'patient',
  },
  {
    id: 'smart-patient-search-self',
    engine: 'matcho',
    matcho: { uri: '#/smart/Patient', params: { _id: '.role.links.patient.id' } },
    roleName: 'patient',
  },
]

test('seed 002: a user with the role reads and searches their own record and nobody else’s', () => {
  const role = [
    { id: 'r0', name: 'nurse', links: { patient: { id: 'other' } } },
    { id: 'r1', name: 'patient', links: { patient: { id: 'own' } } },
  ]
  const ask = (uri: string, params: object, roles: readonly object[] = role) =>
    granted(SEED_002, { uri, params, role: roles, session: { role: roles } })
  assert.equal(ask('/smart/Patient/own', { id: 'own' }), true)
  assert.equal(ask('/smart/Patient/other', { id: 'other' }), false)
  assert.equal(ask('/smart/Patient', { _id: 'own' }), true)
  assert.equal(ask('/smart/Observation', { patient: 'own' }), true)
  assert.equal(ask('/smart/Observation', { patient: 'other' }), false)
  assert.equal(ask('/smart/Observation', { patient: ['own', 'other'] }), false)
  assert.equal(ask('/smart/Observation', {}), false)
  assert.equal(ask('/smart/Patient/own', { id: 'own' }, []), false)
  assert.equal(ask('/smart/Observation', {}, [{ name: 'patient' }]), false, 'P-03: neither side is there')
})

test('§3.4: for a roleName policy, role and session.role.0 are the matching Role', () => {
  const role = [
    { id: '1', name: 'x' },
    { id: '2', name: 'practitioner', links: { practitioner: { id: 'pr' } } },
  ]
  const policies = [
    { id: 'p', engine: 'matcho', roleName: 'practitioner', matcho: { params: { 'resource/id': '.session.role.0.links.practitioner.id' } } },
  ]
  assert.equal(granted(policies, { params: { 'resource/id': 'pr' }, role, session: { role } }), true)
  assert.equal(granted(policies, { params: { 'resource/id': 'no' }, role, session: { role } }), false)
})

test('P-02: what throws is false, and the others go on', () => {
  const policies = [
    { id: 'a', engine: 'matcho', matcho: { broken: { $not: 1 } } },
    { id: 'b', engine: 'matcho', matcho: { user: 'present?' } },
  ]
  const broken = (user?: object) => ({
    user,
    get broken(): unknown {
      throw new Error('not to be read')
    },
  })
  assert.equal(granted(policies, broken()), false)
  assert.equal(granted(policies, broken({ id: 'u' })), true)
})

const policyArbitrary = fc.record({
  id: fc.string(),
  engine: fc.constant('matcho'),
  matcho: fc.constantFrom({ a: 1 }, { a: { $not: 1 } }, { b: 'present?' }, { a: '.b' }),
  link: fc.constantFrom([{ reference: 'Client/c' }], [{ reference: 'User/c' }], [{ reference: 'Client/d' }, { reference: 'Operation/o' }]),
})
const requestArbitrary = fc.record({
  a: fc.constantFrom(1, 2, undefined),
  b: fc.constantFrom(1, '', null),
  client: fc.constantFrom({ id: 'c' }, { id: 'd' }),
  operation: fc.constantFrom({ id: 'o' }, { id: 'q' }),
})

test('P-10: neither order nor repetition matters, and a further policy never takes access away', () => {
  fc.assert(
    fc.property(fc.array(policyArbitrary), policyArbitrary, requestArbitrary, (policies, further, request) => {
      const answer = granted(policies, request)
      assert.equal(granted([...policies].reverse(), request), answer)
      assert.equal(granted([...policies, ...policies], request), answer)
      if (answer) assert.ok(granted([...policies, further], request))
    }),
  )
})
