// Roles: Aidbox's tutorials on Role resources and on roles in a token (aidbox-behaviour §3.4, §7.3, §10.22), and `user.roles`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policy, type Resource, user, world } from './world.ts'

const practitioner = (id: string): Resource => ({ resourceType: 'Practitioner', id, name: [{ given: ['John'] }] })
const role = (id: string, name: string, of: string, links: object = {}): Resource => ({
  resourceType: 'Role',
  id,
  name,
  user: { reference: `User/${of}` },
  links,
})
const own = (path: string): Resource =>
  policy('practitioner-role', {
    roleName: 'practitioner',
    engine: 'matcho',
    link: [{ id: 'FhirRead', resourceType: 'Operation' }],
    matcho: { uri: '#/fhir/Practitioner/.*', 'request-method': 'get', params: { 'resource/id': path } },
  })

for (const path of ['.session.role.0.links.practitioner.id', '.role.links.practitioner.id']) {
  test(`${path}: a practitioner reads their own resource, by their Role of that name`, async () => {
    const { status, token, close } = await world(
      practitioner('pr-1'),
      practitioner('pr-2'),
      user('user-1'),
      user('user-2'),
      user('user-3'),
      role('a-clerk', 'clerk', 'user-1', { practitioner: { reference: 'Practitioner/pr-2' } }),
      role('b-practitioner', 'practitioner', 'user-1', { practitioner: { reference: 'Practitioner/pr-1' } }),
      role('c-clerk', 'clerk', 'user-2', { practitioner: { reference: 'Practitioner/pr-1' } }),
      role('d-practitioner', 'practitioner', 'user-3'),
      own(path),
    )
    const one = await token('user-1')
    assert.equal(await status(one, 'GET', '/fhir/Practitioner/pr-1'), 200)
    assert.equal(await status(one, 'GET', '/fhir/Practitioner/pr-2'), 403, 'the link of another role does not count')
    assert.equal(await status(await token('user-2'), 'GET', '/fhir/Practitioner/pr-1'), 403, 'no role of that name')
    assert.equal(await status(await token('user-3'), 'GET', '/fhir/Practitioner/pr-1'), 403, 'P-03: a role without the link equals nothing')
    await close()
  })
}

test('two Roles of one name: each counts; a Role that is taken away counts no more, at once', async () => {
  const { box, status, token, close } = await world(
    practitioner('pr-1'),
    practitioner('pr-2'),
    user('u'),
    user('admin'),
    policy('admin', { engine: 'allow', link: [{ reference: 'User/admin' }] }),
    role('one', 'practitioner', 'u', { practitioner: { reference: 'Practitioner/pr-1' } }),
    role('two', 'practitioner', 'u', { practitioner: { reference: 'Practitioner/pr-2' } }),
    own('.role.links.practitioner.id'),
  )
  const as = await token('u')
  assert.equal(await status(as, 'GET', '/fhir/Practitioner/pr-1'), 200)
  assert.equal(await status(as, 'GET', '/fhir/Practitioner/pr-2'), 200)
  assert.equal((await box.request('/Role/two', { method: 'DELETE', headers: await token('admin') })).ok, true)
  assert.equal(await status(as, 'GET', '/fhir/Practitioner/pr-2'), 403)
  assert.equal(await status(as, 'GET', '/fhir/Practitioner/pr-1'), 200)
  await close()
})

test('user.roles: a list matches by position, $contains wherever it stands (§3.5)', async () => {
  const byList = (roles: unknown) => policy('by-roles', { engine: 'matcho', matcho: { user: { roles }, 'request-method': 'get' } })
  const people = [user('first', { roles: [{ type: 'admin' }] }), user('second', { roles: [{ type: 'staff' }, { type: 'admin' }] })]
  const byPosition = await world(byList([{ type: 'admin' }]), ...people)
  assert.equal(await byPosition.status(await byPosition.token('first'), 'GET', '/fhir/Patient'), 200)
  assert.equal(await byPosition.status(await byPosition.token('second'), 'GET', '/fhir/Patient'), 403, 'the first role only')
  await byPosition.close()
  const anywhere = await world(byList({ $contains: { type: 'admin' } }), ...people)
  assert.equal(await anywhere.status(await anywhere.token('second'), 'GET', '/fhir/Patient'), 200)
  await anywhere.close()
})

const manager = (uri: string): Resource =>
  policy('as-manager-get-users-list', {
    engine: 'json-schema',
    link: [{ reference: 'Operation/FhirSearch' }],
    schema: {
      required: ['jwt'],
      properties: {
        uri: { type: 'string', enum: [uri] },
        'request-method': { constant: 'get' },
        jwt: { required: ['iss', 'role'], properties: { iss: { constant: 'https://auth.example.com' }, role: { constant: 'manager' } } },
      },
    },
  })

test('a role in a token of another issuer: a manager lists the users', async () => {
  const { box, close } = await world(manager('/fhir/User'))
  const permitted = async (jwt: Record<string, unknown>, url = '/fhir/User', method = 'GET') =>
    (await box.explain({ jwt }, { method, url })).explanations[0]?.decision.permit
  const iss = 'https://auth.example.com'
  assert.equal(await permitted({ iss, role: 'manager', sub: 'alice@example.com' }), true)
  assert.equal(await permitted({ iss, role: 'clerk' }), false)
  assert.equal(await permitted({ iss: 'https://other.example.com', role: 'manager' }), false)
  assert.equal(await permitted({ iss }), false)
  assert.equal(await permitted({ iss, role: 'manager' }, '/fhir/Patient'), false)
  await close()
})

test('differs: as it is printed, that policy names /User and is linked to FhirSearch, and here no request is both', async () => {
  const { box, close } = await world(manager('/User'))
  const jwt = { iss: 'https://auth.example.com', role: 'manager' }
  for (const url of ['/fhir/User', '/User']) {
    assert.equal((await box.explain({ jwt }, { method: 'GET', url })).explanations[0]?.decision.permit, false, url)
  }
  await close()
})
