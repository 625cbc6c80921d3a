// What Aidbox's tutorials say in SQL, said by the engine search: policies 14, 15 and 17 of the 18 (aidbox-behaviour §10.20), and the rest of
// the tutorial on relationships (§10.28). differs, throughout: a search of the requested type is a filter, so what it does not find is not
// there (404, an empty searchset) where Aidbox's SQL denies (403).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, policy, type Resource, user, world } from './world.ts'

const patient = (id: string, members: object = {}): Resource => ({ resourceType: 'Patient', id, ...members })
const observation = (id: string, subject: string): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Body weight' },
  subject: { reference: `Patient/${subject}` },
})

test('14: a practitioner creates observations for the patients whose general practitioner they are', async () => {
  const { status, token, close } = await world(
    policy('as-practitioner-create-observations', {
      engine: 'complex',
      link: [{ reference: 'Operation/FhirCreate' }],
      and: [
        { engine: 'matcho', matcho: { params: { 'resource/type': 'Observation' }, user: { data: { practitioner_id: 'present?' } } } },
        {
          engine: 'search',
          search: [
            {
              resourceType: 'Patient',
              query: '_id={{resource.subject.id}}&general-practitioner=Practitioner/{{user.data.practitioner_id}}',
            },
          ],
        },
      ],
    }),
    user('doctor', { data: { practitioner_id: 'pr-1' } }),
    user('clerk'),
    { resourceType: 'Practitioner', id: 'pr-1' },
    { resourceType: 'Practitioner', id: 'pr-2' },
    patient('pt-1', { generalPractitioner: [{ reference: 'Practitioner/pr-1' }] }),
    patient('pt-2', { generalPractitioner: [{ reference: 'Practitioner/pr-2' }] }),
  )
  const doctor = await token('doctor')
  const { id: _id, ...own } = observation('x', 'pt-1')
  const { id: _other, ...foreign } = observation('x', 'pt-2')
  assert.equal(await status(doctor, 'POST', '/fhir/Observation', own), 201)
  assert.equal(await status(doctor, 'POST', '/fhir/Observation', foreign), 403)
  assert.equal(await status(doctor, 'POST', '/fhir/Observation', { ...own, subject: { reference: 'Patient/none' } }), 403)
  assert.equal(await status(doctor, 'POST', '/fhir/Observation', { ...own, subject: undefined }), 403)
  assert.equal(await status(doctor, 'POST', '/fhir/Condition', { resourceType: 'Condition', subject: { reference: 'Patient/pt-1' } }), 403)
  assert.equal(await status(await token('clerk'), 'POST', '/fhir/Observation', own), 403)
  await close()
})

test('15: a system updates the practitioners that the MDM is not the source of', async () => {
  const { status, basic, close } = await world(
    policy('as-system-update-practitioners-except-mdm', {
      engine: 'complex',
      link: [{ reference: 'Client/system1-client' }],
      and: [
        { engine: 'matcho', matcho: { operation: { id: 'FhirUpdate' }, params: { 'resource/type': 'Practitioner' } } },
        // differs: FHIR has no `:not` for a uri, so "no source" is what can be said.
        { engine: 'search', search: [{ resourceType: 'Practitioner', query: '_source:missing=true' }] },
      ],
    }),
    client('system1-client'),
    { resourceType: 'Practitioner', id: 'free' },
    { resourceType: 'Practitioner', id: 'of-mdm', meta: { source: 'urn:MDM' } },
  )
  const as = basic('system1-client')
  const body = (id: string) => ({ resourceType: 'Practitioner', id, name: [{ given: ['John'] }] })
  assert.equal(await status(as, 'PUT', '/fhir/Practitioner/free', body('free')), 200)
  assert.equal(await status(as, 'PUT', '/fhir/Practitioner/of-mdm', body('of-mdm')), 404)
  await close()
})

test('17: a member uses the compartment of the patient whom their identity provider’s token names', async () => {
  const { box, close } = await world(
    policy('as-member-use-own-compartment', {
      engine: 'complex',
      link: [{ reference: 'Operation/FhirCompartmentSearch' }],
      and: [
        { engine: 'matcho', matcho: { jwt: { 'IDP-UserId': 'present?' }, params: { 'resource/type': 'Patient' } } },
        {
          engine: 'search',
          search: [{ resourceType: 'Patient', query: '_id={{params.resource/id}}&identifier=https://IDP|{{jwt.IDP-UserId}}' }],
        },
      ],
    }),
    patient('own', { identifier: [{ system: 'https://IDP', value: 'u-1' }] }),
    patient('other', { identifier: [{ system: 'https://IDP', value: 'u-2' }] }),
    observation('o', 'own'),
  )
  const permitted = async (jwt: Record<string, unknown>, id: string) =>
    (await box.explain({ jwt }, { method: 'GET', url: `/fhir/Patient/${id}/Observation` })).explanations[0]?.decision.permit
  assert.equal(await permitted({ 'IDP-UserId': 'u-1' }, 'own'), true)
  assert.equal(await permitted({ 'IDP-UserId': 'u-1' }, 'other'), false)
  assert.equal(await permitted({ 'IDP-UserId': 'u-3' }, 'own'), false)
  assert.equal(await permitted({ sub: 'x' }, 'own'), false)
  await close()
})

const COLLABORATOR = 'urn:extension:researchStudyMember'
const study = (id: string, group: string, ...collaborators: readonly string[]): Resource => ({
  resourceType: 'ResearchStudy',
  id,
  status: 'active',
  enrollment: [{ reference: `Group/${group}` }],
  extension: collaborators.map((name) => ({ url: COLLABORATOR, valueReference: { reference: `Practitioner/${name}` } })),
})
const parameter = (code: string, expression: string, target: string): Resource => ({
  resourceType: 'SearchParameter',
  id: `ResearchStudy.${code}`,
  url: `urn:search:researchStudy-${code}`,
  name: code,
  status: 'active',
  description: 'Of the tutorial.',
  code,
  base: ['ResearchStudy'],
  type: 'reference',
  target: [target],
  expression,
})
const group = (id: string, ...members: readonly string[]): Resource => ({
  resourceType: 'Group',
  id,
  actual: true,
  type: 'person',
  member: members.map((member) => ({ entity: { reference: `Patient/${member}` } })),
})
const OF_THEIRS = { resourceType: 'ResearchStudy', query: 'collaborator=Practitioner/{{user.id}}' }
const WITH_GROUP = { ...OF_THEIRS, query: `${OF_THEIRS.query}&enrollment=Group/{{params._has:Group:member:_id}}` }
const PINNED = { _include: 'nil?', _revinclude: 'nil?', _with: 'nil?' }

test('relationships: studies that one collaborates on, and the patients and observations of their groups', async () => {
  const { status, ids, token, close } = await world(
    parameter('collaborator', `ResearchStudy.extension.where(url='${COLLABORATOR}').value.ofType(Reference)`, 'Practitioner'),
    parameter('enrollment', 'ResearchStudy.enrollment', 'Group'),
    policy('user-can-read-their-research-study', {
      engine: 'complex',
      and: [
        { engine: 'matcho', matcho: { 'request-method': 'get', uri: '#^/ResearchStudy/[^/]+$', user: { id: 'present?' } } },
        { engine: 'search', search: [OF_THEIRS] },
      ],
    }),
    policy('user-can-search-patients-of-their-groups', {
      engine: 'complex',
      and: [
        {
          engine: 'matcho',
          matcho: {
            'request-method': 'get',
            uri: '/Patient',
            params: { '_has:Group:member:_id': 'present?', ...PINNED },
            user: { id: 'present?' },
          },
        },
        { engine: 'search', search: [WITH_GROUP] },
      ],
    }),
    // differs: the document's parameter `group` is a Search resource, which is not served; the relationship itself is the filter.
    policy('user-can-search-observations-of-their-groups', {
      engine: 'complex',
      and: [
        { engine: 'matcho', matcho: { 'request-method': 'get', uri: '/Observation', params: PINNED, user: { id: 'present?' } } },
        {
          engine: 'search',
          search: [
            {
              resourceType: 'Observation',
              query: 'patient._has:Group:member:_has:ResearchStudy:enrollment:collaborator=Practitioner/{{user.id}}',
            },
          ],
        },
      ],
    }),
    user('jane'),
    user('oscar'),
    { resourceType: 'Practitioner', id: 'jane' },
    { resourceType: 'Practitioner', id: 'oscar' },
    ...['patient-1', 'patient-2', 'patient-3'].flatMap((id) => [patient(id), observation(`${id}-obs-1`, id)]),
    group('group-1', 'patient-1', 'patient-2'),
    group('group-2', 'patient-2', 'patient-3'),
    study('smoking-research', 'group-1', 'jane', 'oscar'),
    study('diet-research', 'group-2', 'oscar'),
  )
  const [jane, oscar] = [await token('jane'), await token('oscar')]
  assert.equal(await status(jane, 'GET', '/ResearchStudy/smoking-research'), 200)
  assert.equal(await status(jane, 'GET', '/ResearchStudy/diet-research'), 404)
  assert.equal(await status(oscar, 'GET', '/ResearchStudy/diet-research'), 200)
  assert.equal(await status(jane, 'GET', '/Patient?_has:Group:member:_id=group-2'), 403)
  assert.equal(await status(jane, 'GET', '/Patient'), 403)
  assert.equal(await status(jane, 'GET', '/Patient?_has:Group:member:_id=group-1&_revinclude=Observation:subject'), 403)
  assert.deepEqual([...(await ids(jane, '/Patient?_has:Group:member:_id=group-1'))].sort(), ['patient-1', 'patient-2'])
  assert.deepEqual([...(await ids(oscar, '/Patient?_has:Group:member:_id=group-2'))].sort(), ['patient-2', 'patient-3'])
  assert.deepEqual([...(await ids(jane, '/Observation'))].sort(), ['patient-1-obs-1', 'patient-2-obs-1'])
  assert.deepEqual(await ids(jane, '/Observation?patient=patient-3'), [])
  assert.equal((await ids(oscar, '/Observation')).length, 3)
  await close()
})
