// Aidbox's page of best practices for policies (aidbox-behaviour §10.21): what it warns of, and what it recommends instead.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicies } from '../../../src/policy/compile.ts'
import { decide } from '../../../src/policy/decide.ts'
import { client, NOBODY, policy, type Resource, user, world } from './world.ts'

const PATIENT: Resource = { resourceType: 'Patient', id: 'p' }
const decided = (source: Resource, request: Readonly<Record<string, unknown>>): boolean => {
  const compiled = compilePolicies([source])
  assert.ok(compiled.ok, JSON.stringify(compiled))
  return decide(compiled.policies, request).granted
}

test('a policy that is linked to a client is asked for that client only', async () => {
  const { status, basic, close } = await world(
    policy('as-myclient-read', { engine: 'matcho', link: [{ reference: 'Client/myclient' }], matcho: { operation: { id: 'FhirRead' } } }),
    client('myclient'),
    client('other'),
    PATIENT,
  )
  assert.equal(await status(basic('myclient'), 'GET', '/fhir/Patient/p'), 200)
  assert.equal(await status(basic('myclient'), 'GET', '/fhir/Patient'), 403)
  assert.equal(await status(basic('other'), 'GET', '/fhir/Patient/p'), 403)
  await close()
})

test('links are OR: an allow linked to a client and to an operation opens everything to the one, and the other to everybody', async () => {
  const { status, basic, close } = await world(
    policy('wrong-access-policy', { engine: 'allow', link: [{ reference: 'Client/myclient' }, { reference: 'Operation/FhirRead' }] }),
    client('myclient'),
    PATIENT,
  )
  assert.equal(await status(basic('myclient'), 'DELETE', '/fhir/Patient/none'), 204)
  assert.equal(await status(basic('portal'), 'GET', '/fhir/Patient/p'), 200)
  assert.equal(await status(NOBODY, 'GET', '/fhir/Patient/p'), 200)
  assert.equal(await status(NOBODY, 'GET', '/fhir/Patient'), 401)
  await close()
})

const owned = (guarded: boolean) =>
  policy('as-patient-create-owned-observation', {
    engine: 'matcho',
    link: [{ reference: 'Operation/FhirCreate' }],
    matcho: {
      uri: '/fhir/Observation',
      body: { subject: '.user.data.patient' },
      'request-method': 'post',
      ...(guarded && { user: { data: { patient: 'present?' } } }),
    },
  })

test('a path is compared with what is there. differs: both sides missing is no match here, guarded or not (P-03)', async () => {
  const observation = (subject?: string) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    ...(subject && { subject: { reference: subject } }),
  })
  for (const guarded of [false, true]) {
    const { status, token, close } = await world(
      owned(guarded),
      user('nobodys', { data: { other: 1 } }),
      user('own', { data: { patient: { reference: 'Patient/p' } } }),
      PATIENT,
    )
    assert.equal(await status(await token('nobodys'), 'POST', '/fhir/Observation', observation()), 403)
    assert.equal(await status(await token('nobodys'), 'POST', '/fhir/Observation', observation('Patient/p')), 403)
    assert.equal(await status(await token('own'), 'POST', '/fhir/Observation', observation()), 403)
    assert.equal(await status(await token('own'), 'POST', '/fhir/Observation', observation('Patient/q')), 403)
    assert.equal(await status(await token('own'), 'POST', '/fhir/Observation', observation('Patient/p')), 201)
    await close()
  }
})

const AS_PRINTED = policy('practitioner-policies', {
  engine: 'complex',
  roleName: 'practitioner',
  or: [
    {
      engine: 'matcho',
      // As it is printed: the method has slipped under the uri.
      matcho: { uri: { '$one-of': ['/Patient', '#/Patient/[^/]+$'], 'request-method': 'get' } },
    },
    { engine: 'matcho', matcho: { uri: '/$graphql', 'request-method': 'post' } },
  ],
})
const SPLIT = [
  policy('as-practitioner-see-patients-list-and-read-patient', {
    engine: 'matcho',
    roleName: 'practitioner',
    matcho: { uri: { '$one-of': ['/Patient', '#/Patient/[^/]+$'] }, 'request-method': 'get' },
  }),
  policy('as-practitioner-use-graphql', {
    engine: 'matcho',
    roleName: 'practitioner',
    matcho: { uri: '/$graphql', 'request-method': 'post' },
  }),
]

test('a policy of alternatives is split into one for each, and the one that grants has a name', async () => {
  const people = [
    user('doctor'),
    user('clerk'),
    { resourceType: 'Role', id: 'r', name: 'practitioner', user: { reference: 'User/doctor' } },
  ]
  const { box, status, token, close } = await world(...SPLIT, ...people, PATIENT)
  const doctor = await token('doctor')
  assert.equal(await status(doctor, 'GET', '/Patient'), 200)
  assert.equal(await status(doctor, 'GET', '/Patient/p'), 200)
  assert.equal(await status(doctor, 'DELETE', '/Patient/p'), 403)
  assert.equal(await status(await token('clerk'), 'GET', '/Patient'), 403)
  const { explanations } = await box.explain({ user: 'doctor' }, { method: 'GET', url: '/Patient' })
  assert.deepEqual(
    explanations[0]?.policies.filter(({ granted }) => granted).map(({ id }) => id),
    ['as-practitioner-see-patients-list-and-read-patient'],
  )
  await close()
})

test('trap 4: as it is printed, the fat policy asks its uri to be a map and grants no list. differs: a warning says so at load', () => {
  const compiled = compilePolicies([AS_PRINTED])
  assert.ok(compiled.ok)
  assert.ok(compiled.warnings.some(({ message, path }) => /beside other keys/.test(message) && path.includes('uri')))
  const role = [{ id: 'r', name: 'practitioner' }]
  assert.equal(decided(AS_PRINTED, { uri: '/Patient', 'request-method': 'get', role }), false)
  assert.equal(decided(AS_PRINTED, { uri: '/$graphql', 'request-method': 'post', role }), true)
})

test('a literal says what an anchored pattern of nothing else says, and $one-of what its alternatives say', () => {
  const matches = (uri: unknown, path: string) => decided(policy('p', { engine: 'matcho', matcho: { uri } }), { uri: path })
  const alternatives = { '$one-of': ['/some-path/operation-a', '/some-path/operation-b'] }
  for (const path of [
    '/Observation',
    '/Observation/',
    '/fhir/Observation',
    '/some-path/operation-a',
    '/some-path/operation-c',
    '/x/some-path/operation-b',
  ]) {
    assert.equal(matches('/Observation', path), matches('#^/Observation$', path), path)
    assert.equal(matches(alternatives, path), matches('#^/some-path/(operation-a|operation-b)$', path), path)
  }
})

const PRACTITIONERS: Resource[] = [
  { resourceType: 'Practitioner', id: 'pr' },
  { resourceType: 'PractitionerRole', id: 'role', practitioner: { reference: 'Practitioner/pr' } },
]

test('trap 14: a method in capitals matches nothing', async () => {
  const open = policy('open', { engine: 'matcho', matcho: { uri: '/fhir/Practitioner', 'request-method': 'GET' } })
  const { status, close } = await world(open, ...PRACTITIONERS)
  assert.equal(await status(NOBODY, 'GET', '/fhir/Practitioner'), 401)
  await close()
})

test('parameters that widen are pinned with nil?, however they are spelt or sent (P-08)', async () => {
  const pins = { _include: 'nil?', _revinclude: 'nil?', _with: 'nil?', _assoc: 'nil?' }
  const source = (params: object) =>
    policy('open', { engine: 'matcho', matcho: { uri: '/fhir/Practitioner', 'request-method': 'get', ...params } })
  const unpinned = await world(source({}), ...PRACTITIONERS)
  assert.deepEqual(await unpinned.ids(NOBODY, '/fhir/Practitioner?_revinclude=PractitionerRole:practitioner'), ['pr', 'role'])
  await unpinned.close()
  const { status, ids, close } = await world(source({ params: pins }), ...PRACTITIONERS)
  assert.deepEqual(await ids(NOBODY, '/fhir/Practitioner'), ['pr'])
  assert.deepEqual(await ids(NOBODY, '/fhir/Practitioner?_id=pr'), ['pr'])
  for (const query of [
    '_revinclude=PractitionerRole:practitioner',
    '%5frevinclude=PractitionerRole:practitioner',
    '_revinclude:iterate=PractitionerRole:practitioner',
    '_revinclude=PractitionerRole:practitioner&_revinclude=PractitionerRole:practitioner',
    '_include:iterate=PractitionerRole:practitioner',
  ]) {
    const answer = await status(NOBODY, 'GET', `/fhir/Practitioner?${query}`)
    assert.ok([400, 401].includes(answer), `${query}: ${answer}`)
  }
  // Aidbox's own parameters are unknown here, and so refused wherever they stand.
  assert.equal(await status(NOBODY, 'GET', '/fhir/Practitioner?_with=x'), 400)
  assert.equal(await status(NOBODY, 'POST', '/fhir/Practitioner/_search', {}), 415)
  await close()
})
