// Design, "Who may": scopes and policies joined. `system/` counts only for a client that acts for itself; a person without a FHIR
// resource, or one who is not known here, must never pass for one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessRequest } from '../../src/fhir/access.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { parametersOf } from '../../src/http/parameters.ts'
import type { Principal } from '../../src/oauth/principal.ts'
import { createAuthorize } from '../../src/policy/authorize.ts'
import { compilePolicies } from '../../src/policy/compile.ts'
import { scopeRows } from '../../src/smart/criteria.ts'
import { rememberingReader } from '../../src/smart/scope-reader.ts'
import { ALL } from '../../src/store/criterion.ts'

const definitions = loadDefinitions()
const compiled = compilePolicies([{ resourceType: 'AccessPolicy', id: 'all', engine: 'allow' }])
assert.ok(compiled.ok)
const authorize = createAuthorize({
  policies: compiled.policies,
  definitions,
  find: async () => [],
  scopeRows: (granted) =>
    scopeRows({ ...granted, definitions, base: 'https://box.example/fhir', read: rememberingReader(definitions, () => ALL) }),
  decisionLog: () => {},
})
const access: AccessRequest = {
  request: {
    id: 'r1',
    method: 'GET',
    path: '/fhir/Observation/o1',
    segments: ['fhir', 'Observation', 'o1'],
    query: parametersOf([]),
    queryString: '',
    headers: new Map(),
    remoteAddr: undefined,
    body: async () => new Uint8Array(),
  },
  operation: 'FhirRead',
  interaction: 'read',
  type: 'Observation',
  id: 'o1',
  params: {},
  permissions: ['r'],
}
const holder = (scope: string, session: { user_id?: string } | undefined, user?: Principal['user']): Principal => ({
  method: 'bearer',
  roles: [],
  scope: [scope],
  client: { resourceType: 'Client', id: 'app', type: 'smart-app' },
  ...(session && { session: { id: 's1', authorization: { client_id: 'app', scope: [scope], context: {}, ...session } } }),
  ...(user && { user }),
})
const permitted = async (principal: Principal): Promise<boolean> => (await authorize(principal)(access)).permit

test('system/ is a client’s own: nobody else’s token gets it, known or not', async () => {
  assert.equal(await permitted(holder('system/*.rs', {})), true)
  assert.equal(await permitted(holder('system/*.rs', { user_id: 'amy' }, { resourceType: 'User', id: 'amy' })), false)
  assert.equal(await permitted(holder('system/*.rs', { user_id: 'amy' })), false)
  assert.equal(await permitted(holder('system/*.rs', undefined)), false)
})

test('user/ of a person without a FHIR resource reaches nothing; a practitioner’s is bounded by policy only', async () => {
  const dora: Principal['user'] = { resourceType: 'User', id: 'dora', fhirUser: { resourceType: 'Practitioner', id: 'dora' } }
  assert.equal(await permitted(holder('user/*.rs', { user_id: 'amy' }, { resourceType: 'User', id: 'amy' })), false)
  assert.equal(await permitted(holder('user/*.rs', { user_id: 'dora' }, dora)), true)
  const decision = await authorize(holder('user/*.rs', { user_id: 'dora' }, dora))(access)
  assert.ok(decision.permit)
  assert.deepEqual(decision.rows('Observation', 'r'), ALL)
})

test('S-16: patient/ without a patient in context reaches nothing', async () => {
  assert.equal(await permitted(holder('patient/*.rs', { user_id: 'amy' })), false)
})
