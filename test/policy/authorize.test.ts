// Scope and policy are both needed (design, "Who may"); what policies see of a request (aidbox-behaviour §3.1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessRequest } from '../../src/fhir/access.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { parametersOf } from '../../src/http/parameters.ts'
import type { Principal } from '../../src/oauth/principal.ts'
import { createAuthorize, type Denial } from '../../src/policy/authorize.ts'
import { compilePolicies } from '../../src/policy/compile.ts'
import { requestObject } from '../../src/policy/request-object.ts'
import { ALL, NOTHING } from '../../src/store/criterion.ts'

/** No policy here names searches. */
const SEARCHES = { definitions: loadDefinitions(), find: async () => [] }

const access = (members: Partial<AccessRequest> = {}): AccessRequest => ({
  request: {
    id: 'r1',
    method: 'GET',
    path: '/fhir/Observation',
    segments: ['fhir', 'Observation'],
    query: parametersOf([]),
    queryString: '',
    headers: new Map([
      ['accept', '*/*'],
      ['authorization', 'Bearer x'],
    ]),
    remoteAddr: '127.0.0.1',
    body: async () => new Uint8Array(),
  },
  operation: 'FhirSearch',
  interaction: 'search-type',
  type: 'Observation',
  params: {},
  permissions: ['s'],
  ...members,
})

const principal = (members: Partial<Principal>): Principal => ({ method: 'bearer', roles: [], ...members })
const app = (scope: readonly string[]) => principal({ client: { resourceType: 'Client', id: 'app', type: 'smart-app' }, scope })

const authorizeWith = (policies: readonly object[], denials: Denial[] = []) => {
  const result = compilePolicies(policies, SEARCHES.definitions)
  assert.ok(result.ok)
  return createAuthorize({
    policies: result.policies,
    ...SEARCHES,
    decisionLog: (denial) => void denials.push(denial),
    scopeRows: ({ scope }) => ({
      covers: (type) => scope.includes(`patient/${type}.rs`),
      rows: () => ({ kind: 'compartment', patients: ['p1'] }),
      confined: true,
    }),
  })
}

const ALLOW = [{ id: 'allow', engine: 'allow' }]

test('anonymous without a granting policy is 401, a client is 403, and the log says why', async () => {
  const denials: Denial[] = []
  const authorize = authorizeWith([], denials)
  const anonymous = await authorize(principal({ method: 'anonymous' }))(access())
  const client = await authorize(principal({ client: { resourceType: 'Client', id: 'c' } }))(access())
  assert.deepEqual([anonymous.permit, client.permit], [false, false])
  assert.deepEqual(
    [anonymous, client].map((decision) => (decision.permit ? 200 : decision.status)),
    [401, 403],
  )
  assert.deepEqual(
    denials.map(({ reason, client: id }) => [reason, id]),
    [
      ['policy', undefined],
      ['policy', 'c'],
    ],
  )
})

test('a smart-app without resource scopes reads nothing; a scope alone grants nothing; both do, within the scope’s rows', async () => {
  const none = await authorizeWith(ALLOW)(app(['openid']))(access())
  assert.deepEqual(none.permit ? 200 : [none.status, none.insufficientScope], [403, true])
  assert.equal((await authorizeWith([])(app(['patient/Observation.rs']))(access())).permit, false)
  const both = await authorizeWith(ALLOW)(app(['patient/Observation.rs']))(access())
  assert.ok(both.permit)
  assert.equal(both.confined, true)
  assert.notDeepEqual(both.rows('Observation', 's'), ALL)
  assert.equal((await authorizeWith(ALLOW)(app(['patient/Observation.rs']))(access({ type: 'Condition' }))).permit, false)
})

test('any other client is policy’s alone until it carries a resource scope', async () => {
  const client = { resourceType: 'Client', id: 'c' } as const
  const free = await authorizeWith(ALLOW)(principal({ client }))(access())
  assert.ok(free.permit)
  assert.deepEqual(free.rows('Observation', 's'), ALL)
  assert.notDeepEqual(free.rows('Observation', 's'), NOTHING)
  assert.equal((await authorizeWith(ALLOW)(principal({ client, scope: ['patient/Condition.rs'] }))(access())).permit, false)
})

test('the outer request of a batch is policy’s alone', async () => {
  const { type: _type, ...batch } = access({ permissions: [], interaction: 'batch' })
  assert.equal((await authorizeWith(ALLOW)(app([]))(batch)).permit, true)
})

test('§3.1: the request object has both spellings and no secret', () => {
  const seen = requestObject(
    access({
      params: { '_include:iterate': 'Observation:subject', empty: '' },
      resource: { subject: { reference: 'Patient/p' }, valueQuantity: { value: 1 }, note: [] },
    }),
    principal({
      client: { resourceType: 'Client', id: 'c', secret: 's' },
      roles: [
        { resourceType: 'Role', id: 'r', name: 'patient', user: { reference: 'User/u' }, links: { patient: { reference: 'Patient/p' } } },
      ],
    }),
  )
  assert.equal(seen['request-method'], 'get')
  assert.deepEqual(seen.headers, { accept: '*/*' })
  assert.deepEqual(seen.params, { '_include:iterate': 'Observation:subject', _include: 'Observation:subject' })
  assert.deepEqual(seen.client, { resourceType: 'Client', id: 'c', reference: 'Client/c' })
  assert.deepEqual(seen.resource, {
    subject: { reference: 'Patient/p', resourceType: 'Patient', id: 'p' },
    valueQuantity: { value: 1 },
    value: { Quantity: { value: 1 } },
  })
  assert.match(JSON.stringify(seen.role), /"reference":"Patient\/p","resourceType":"Patient","id":"p"/)
})

test('an id beside a reference does not pass for the id of what it refers to', () => {
  const resource = {
    subject: { reference: 'Patient/victim', resourceType: 'Patient', id: 'own' },
    other: { reference: 'urn:x', id: 'own' },
  }
  const seen = requestObject(access({ resource }), principal({}))
  assert.deepEqual(seen.resource, {
    subject: { reference: 'Patient/victim', resourceType: 'Patient', id: 'victim' },
    other: { reference: 'urn:x' },
  })
})

test('scopes and the searches of a policy bound the same rows: both must hold, and neither opens another type', async () => {
  const own = { id: 'own', engine: 'search', search: [{ resourceType: 'Observation', query: 'status={{client.details.status}}' }] }
  const client = { resourceType: 'Client', id: 'app', type: 'smart-app', details: { status: 'final' } } as const
  const asked = { client, scope: ['patient/Observation.rs', 'patient/Condition.rs'] }
  const both = await authorizeWith([own])(principal(asked))(access())
  assert.ok(both.permit)
  assert.equal(both.confined, true)
  const compartment = { kind: 'compartment', patients: ['p1'] }
  assert.deepEqual(both.rows('Observation', 's'), {
    kind: 'and',
    of: [compartment, { kind: 'token', param: 'Observation.status', code: 'final' }],
  })
  assert.deepEqual(both.rows('Condition', 'r'), NOTHING)
  assert.equal((await authorizeWith([own])(principal({ ...asked, scope: [] }))(access())).permit, false, 'scopes are needed too')
  assert.equal((await authorizeWith([own])(principal({ ...asked, client: { ...client, details: {} } }))(access())).permit, false)
})
