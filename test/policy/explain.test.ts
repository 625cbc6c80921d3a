// Explanations agree with decisions, whatever the policies, the scopes and the request (issue 6, "Explained").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccessRequest } from '../../src/fhir/access.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { parametersOf } from '../../src/http/parameters.ts'
import type { Principal } from '../../src/oauth/principal.ts'
import { adminsOf } from '../../src/policy/admin.ts'
import { compilePolicies } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { LOGGED_POLICIES } from '../../src/policy/decision-log.ts'
import { createExplain, explainPolicies } from '../../src/policy/explain.ts'
import { NOTHING } from '../../src/store/criterion.ts'

/** No policy here names searches. */
const SEARCHES = { definitions: loadDefinitions(), find: async () => [] }

const LINKS = ['Client/c', 'Client/d', 'User/u', 'Operation/FhirSearch', 'Operation/rpc']
const MATCHO = [
  { params: { patient: '.user.fhirUser.id' } },
  { uri: '#^/fhir/Observation$', 'request-method': { $enum: ['get', 'post'] } },
  { user: { $not: { data: { role: 'guest' } } } },
  { user: { data: { role: 'guest' } } },
  { role: { links: { patient: { id: '.params.patient' } } } },
  { session: { role: [{ name: 'nurse' }] } },
  { params: { _include: 'nil?' } },
  { params: { note: { $not: 'x' } } },
]
const engine = fc.oneof(
  fc.constant({ engine: 'allow' }),
  fc.constantFrom(...MATCHO).map((matcho) => ({ engine: 'matcho', matcho })),
  fc.constantFrom(...MATCHO).map((matcho) => ({ engine: 'complex', and: [{ engine: 'allow' }, { engine: 'matcho', matcho }] })),
  fc.constant({ engine: 'json-schema', schema: { required: ['user'], properties: { user: { required: ['data'] } } } }),
  fc.constant({ engine: 'matcho-rpc', type: 'rpc', rpc: { 'a/b': { user: 'present?' } } }),
)
const policies = fc
  .array(
    fc.record({
      engine,
      link: fc.option(fc.subarray(LINKS, { minLength: 1 })),
      roleName: fc.option(fc.constantFrom('nurse', 'patient')),
    }),
    { maxLength: 6 },
  )
  .map((list) =>
    list.map(({ engine: how, link, roleName }, at) => ({
      id: `p${at}`,
      ...how,
      ...(link && { link: link.map((reference) => ({ reference })) }),
      ...(roleName && { roleName }),
    })),
  )

/** What cannot be read throws. */
const BROKEN = {
  get note(): string {
    throw new Error('not to be read')
  },
}

const access = fc
  .record({
    operation: fc.constantFrom('FhirSearch', 'FhirRead', 'rpc'),
    path: fc.constantFrom('/fhir/Observation', '/fhir/Patient/p1'),
    params: fc.constantFrom({}, { patient: 'p1' }, { _include: 'x' }, BROKEN, { _m: 'a/b' }),
    type: fc.constantFrom('Observation', 'Condition'),
  })
  .map(
    ({ operation, path, params, type }): AccessRequest => ({
      request: {
        id: 'r',
        method: 'GET',
        path,
        segments: path.split('/').slice(1),
        query: parametersOf([]),
        queryString: '',
        headers: new Map(),
        remoteAddr: undefined,
        body: async () => new Uint8Array(),
      },
      operation,
      interaction: 'search-type',
      type,
      params,
      permissions: ['s'],
    }),
  )

const principal = fc
  .record({
    client: fc.option(fc.constantFrom('c', 'd')),
    smart: fc.boolean(),
    scope: fc.subarray(['patient/Observation.rs', 'openid']),
    user: fc.option(fc.constantFrom({ role: 'guest' }, { role: 'staff' })),
    roles: fc.subarray(['nurse', 'patient']),
  })
  .map(
    ({ client, smart, scope, user, roles }): Principal => ({
      method: client || user ? 'bearer' : 'anonymous',
      ...(client && { client: { resourceType: 'Client', id: client, ...(smart && { type: 'smart-app' as const }) }, scope }),
      ...(user && { user: { resourceType: 'User', id: 'u', data: user, fhirUser: { reference: 'Patient/p1' } } }),
      roles: user
        ? roles.map((name) => ({
            resourceType: 'Role' as const,
            id: name,
            name,
            user: { reference: 'User/u' },
            links: { patient: { reference: 'Patient/p1' } },
          }))
        : [],
    }),
  )

test('an explanation decides as the decision does, and says a reason wherever a policy does not grant', async () => {
  await fc.assert(
    fc.asyncProperty(policies, access, principal, async (sources, asked, who) => {
      const compiled = compilePolicies(sources)
      assert.ok(compiled.ok, JSON.stringify(compiled))
      const explain = createExplain({
        policies: compiled.policies,
        ...SEARCHES,
        scopeRows: ({ scope }) => ({
          covers: (type) => scope.includes(`patient/${type}.rs`),
          rows: () => NOTHING,
          confined: true,
        }),
      })
      const found = await explain(who)(asked)
      const granting = found.policies.filter(({ granted }) => granted).map(({ id }) => id)
      const decision = decide(compiled.policies, found.request)
      assert.equal(decision.granted, granting.length > 0)
      if (decision.granted) assert.ok(granting.includes(decision.by), 'one that grants is named')
      assert.equal(found.decision.permit, granting.length > 0 && found.scopes.uncovered.length === 0)
      for (const answer of found.policies) {
        if (answer.granted) continue
        assert.ok(answer.why !== 'mismatch' || Array.isArray(answer.mismatch.path))
      }
    }),
    { numRuns: 500 },
  )
})

test('the first failing condition, with its path; a role that is missing; what cannot be evaluated', () => {
  const compiled = compilePolicies([
    { id: 'mismatch', engine: 'matcho', matcho: { user: { id: 'u' }, params: { patient: '.user.fhirUser.id' } } },
    { id: 'role', engine: 'allow', roleName: 'nurse' },
    { id: 'broken', engine: 'matcho', matcho: { params: { note: { $not: 'x' } }, user: { id: 'u' } } },
    { id: 'other', engine: 'allow', link: [{ reference: 'Client/other' }] },
  ])
  assert.ok(compiled.ok)
  const params = Object.defineProperty({ patient: 'p1' }, 'note', { get: () => BROKEN.note, enumerable: true })
  assert.deepEqual(explainPolicies(compiled.policies, { user: { id: 'u' }, params }), [
    {
      id: 'mismatch',
      granted: false,
      why: 'mismatch',
      mismatch: { expected: '.user.fhirUser.id', but: 'p1', path: ['params', 'patient'] },
    },
    { id: 'role', granted: false, why: 'no-role' },
    { id: 'broken', granted: false, why: 'failed' },
  ])
})

test('the log of denials asks no more policies than it keeps, those that are linked first', () => {
  const global = Array.from({ length: 200 }, (_, at) => ({ id: `g${at}`, engine: 'matcho', matcho: { user: { id: `u${at}` } } }))
  const compiled = compilePolicies([
    ...global,
    { id: 'linked', engine: 'matcho', matcho: { uri: '/x' }, link: [{ reference: 'Client/c' }] },
  ])
  assert.ok(compiled.ok)
  const answers = explainPolicies(compiled.policies, { client: { id: 'c' } }, LOGGED_POLICIES)
  assert.equal(answers.length, LOGGED_POLICIES)
  assert.equal(answers[0]?.id, 'linked')
})

test('P-16: an administrator has an allow policy of their own, and no scope bounds them', () => {
  const isAdmin = adminsOf([
    { resourceType: 'AccessPolicy', id: 'a', engine: 'allow', link: [{ reference: 'Client/ops' }, { resourceType: 'User', id: 'root' }] },
    { resourceType: 'AccessPolicy', id: 'b', engine: 'allow', link: [{ reference: 'Client/app' }] },
    { resourceType: 'AccessPolicy', id: 'c', engine: 'allow' },
    { resourceType: 'AccessPolicy', id: 'd', engine: 'matcho', matcho: { uri: '/' }, link: [{ reference: 'Client/limited' }] },
  ])
  const client = (id: string, type?: 'smart-app'): NonNullable<Principal['client']> => ({
    resourceType: 'Client',
    id,
    ...(type && { type }),
  })
  const as = (members: Partial<Principal>): boolean => isAdmin({ method: 'bearer', roles: [], ...members })
  const user = (id: string): NonNullable<Principal['user']> => ({ resourceType: 'User', id })
  assert.equal(as({ client: client('ops') }), true)
  assert.equal(as({ client: client('portal'), user: user('root') }), true)
  assert.equal(as({ client: client('limited') }), false)
  assert.equal(
    as({ client: client('app', 'smart-app'), user: user('amy') }),
    false,
    'an app that may use FHIR makes nobody an administrator',
  )
  assert.equal(as({ client: client('app', 'smart-app'), user: user('root') }), false, 'scopes bound this token')
  assert.equal(as({ client: client('ops'), user: user('amy') }), false, 'a person is one by their own policy')
  assert.equal(as({ method: 'anonymous' }), false, 'a global policy makes nobody one')
})
