// Aidbox's tutorial on access by relationships (aidbox-behaviour §10.28): researchers see the studies that they collaborate on. This is
// the part that patterns say; by-search.test.ts has what it says in SQL.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policy, type Resource, user, world } from './world.ts'

/** differs: R4's study names no collaborators, and Attributes are not served: an extension and a SearchParameter of ours say it. */
const COLLABORATOR = 'urn:extension:researchStudyMember'
const study = (id: string, ...collaborators: readonly string[]): Resource => ({
  resourceType: 'ResearchStudy',
  id,
  status: 'active',
  extension: collaborators.map((name) => ({ url: COLLABORATOR, valueReference: { reference: `Practitioner/${name}` } })),
})
const PARAMETER: Resource = {
  resourceType: 'SearchParameter',
  id: 'ResearchStudy.collaborator',
  url: 'urn:search:researchStudyCollaborator',
  name: 'collaborator',
  status: 'active',
  description: 'Who works on the study.',
  code: 'collaborator',
  base: ['ResearchStudy'],
  type: 'reference',
  target: ['Practitioner'],
  expression: `ResearchStudy.extension.where(url='${COLLABORATOR}').value.ofType(Reference)`,
}
const OWN_STUDIES = policy('user-can-search-their-research-studies', {
  engine: 'matcho',
  matcho: {
    'request-method': 'get',
    uri: '/ResearchStudy',
    params: { collaborator: '.user.id', _with: 'nil?', _include: 'nil?', _revinclude: 'nil?' },
    user: { id: 'present?' },
  },
})

test('a researcher lists the studies they collaborate on, and nobody else’s', async () => {
  const { status, ids, token, close } = await world(
    OWN_STUDIES,
    PARAMETER,
    user('jane'),
    user('oscar'),
    { resourceType: 'Practitioner', id: 'jane' },
    { resourceType: 'Practitioner', id: 'oscar' },
    study('smoking-research', 'jane', 'oscar'),
    study('diet-research', 'oscar'),
  )
  // differs: a Session is not stored with a token of one's choice; both sign in.
  const [jane, oscar] = [await token('jane'), await token('oscar')]
  assert.deepEqual(await ids(jane, '/ResearchStudy?collaborator=jane'), ['smoking-research'])
  assert.equal((await ids(oscar, '/ResearchStudy?collaborator=oscar')).length, 2)
  assert.equal(await status(jane, 'GET', '/ResearchStudy'), 403)
  assert.equal(await status(jane, 'GET', '/ResearchStudy?collaborator=oscar'), 403)
  assert.equal(await status(jane, 'GET', '/ResearchStudy?collaborator=jane&_include=ResearchStudy:collaborator'), 403)
  assert.equal(await status(jane, 'GET', '/ResearchStudy?collaborator=jane,oscar'), 403, 'P-06')
  assert.equal(await status(jane, 'GET', '/ResearchStudy/smoking-research'), 403, 'reading one is not granted by this policy')
  await close()
})
