// The profile that OAuth calls, on stubs of the store: checks, launch, patient, picker, answers (O-14, O-15, O-22, S-16; SMART 2.2).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { criterionOf } from '../../src/fhir/search/parse.ts'
import { formatParameters, parametersOf } from '../../src/http/parameters.ts'
import type { AuthorizationRequest } from '../../src/oauth/provider.ts'
import type { Client } from '../../src/oauth/types/client.ts'
import type { User } from '../../src/oauth/types/user.ts'
import { getLaunchUri } from '../../src/smart/launch.ts'
import { createProfile } from '../../src/smart/profile.ts'
import { readScope } from '../../src/smart/scope-reader.ts'
import { launchBox } from './launch-box.ts'

const definitions = loadDefinitions()
const app: Client = { resourceType: 'Client', id: 'app', type: 'smart-app', smart: { launch_uri: 'https://app.example/launch' } }
const amy: User = { resourceType: 'User', id: 'amy', fhirUser: { reference: 'Patient/p1' } }
const dora: User = { resourceType: 'User', id: 'dora', fhirUser: { reference: 'Practitioner/d1' } }
const nobody: User = { resourceType: 'User', id: 'nobody' }
const PATIENTS = [
  { id: 'p1', name: [{ family: 'Ashworth', given: ['Amy', 'Jo'] }], birthDate: '1980-02-01', identifier: [{ value: 'MR1' }] },
  { id: 'p2', name: [{ text: 'Ben' }] },
  { name: [{ text: 'without an id' }] },
]

const makeProfile = () => {
  const box = launchBox([app])
  const searches: string[] = []
  const profile = createProfile({
    ...box,
    scopes: new Map([
      ['s1', { resourceType: 'Scope', id: 's1', scope: 'patient/Goal.rs', title: 'Aims', description: 'what you aim for' }],
    ]),
    readScope: (text) =>
      readScope(text, definitions, (type, query, permitted) =>
        criterionOf(definitions, type, formatParameters(query.entries), 'https://box.example/fhir', permitted),
      ),
    searchPatients: async (_user, _client, parameters) => {
      searches.push(formatParameters(parameters.entries))
      return PATIENTS
    },
  })
  const check = async (entries: Record<string, string>): Promise<void> => {
    for (const one of profile.checks) await one.check(app, parametersOf(Object.entries(entries)))
  }
  return { box, profile, searches, check }
}
const requestOf = (scope: string, launch?: AuthorizationRequest['launch']): AuthorizationRequest => ({
  client: app,
  redirect_uri: 'https://app.example/cb',
  state: undefined,
  scope: scope.split(' '),
  parameters: parametersOf([]),
  launch,
  user: launch?.user,
})
const AUD = 'https://box.example/fhir'

test('O-14: aud is this server’s FHIR base, exactly, wherever a launch or resource scope is asked', async () => {
  const { check } = makeProfile()
  await check({ scope: 'openid' })
  await check({ scope: 'patient/*.rs', aud: AUD })
  await check({ scope: 'patient/*.rs', aud: 'https://box.example' })
  for (const wrong of [
    ...[{ scope: 'patient/*.rs' }, { scope: 'launch/patient openid' }, { scope: 'openid', aud: 'https://evil.example/fhir' }],
    ...[
      { scope: 'user/*.rs', aud: `${AUD}/` },
      { scope: 'user/*.rs', aud: `${AUD}x` },
      { scope: 'user/*.rs', aud: AUD.toUpperCase() },
    ],
  ]) {
    await assert.rejects(check(wrong), { error: 'invalid_request' }, JSON.stringify(wrong))
  }
})

test('O-15: a launch is this client’s, genuine, and used once', async () => {
  const { box, profile, check } = makeProfile()
  const { launch } = await getLaunchUri({ user: 'u', client: 'app', iss: AUD, ctx: { patient: 'p1', encounter: 'e1' } }, box)
  await check({ scope: 'launch openid', aud: AUD, launch })
  await assert.rejects(check({ scope: 'launch openid', aud: AUD }), { error: 'invalid_request' })
  await assert.rejects(check({ scope: 'openid', aud: AUD, launch: `${launch}x` }), { error: 'invalid_request' })
  const found = await profile.launch(app, parametersOf([['launch', launch]]))
  assert.deepEqual([found?.user, found?.context], ['u', { patient: 'p1', encounter: 'e1' }])
  await assert.rejects(profile.launch({ ...app, id: 'other' }, parametersOf([['launch', launch]])), { error: 'invalid_request' })
  assert.equal(await profile.consumeLaunch(found?.id ?? ''), true)
  assert.equal(await profile.consumeLaunch(found?.id ?? ''), false)
  await assert.rejects(check({ scope: 'launch', aud: AUD, launch }), { error: 'invalid_request' })
  // Used by another request after this one's checks: never a request without a launch, which could go on standalone.
  await assert.rejects(profile.launch(app, parametersOf([['launch', launch]])), { error: 'invalid_request' })
  assert.equal(await profile.launch(app, parametersOf([])), undefined)
})

test('whose record: the launch’s, the patient’s own, or one that a practitioner picks; nobody else’s', async () => {
  const { profile } = makeProfile()
  const launched = (patient: string) => ({ id: 'l', context: { patient } })
  const table = [
    ['openid', amy, undefined, undefined],
    ['user/*.rs', dora, undefined, undefined],
    ['launch/patient', amy, undefined, { patient: 'p1' }],
    ['patient/Goal.rs', amy, undefined, { patient: 'p1' }],
    ['launch/patient', dora, undefined, 'pick'],
    ['patient/*.rs', nobody, undefined, 'none'],
    ['launch', dora, launched('p2'), { patient: 'p2' }],
    ['launch', amy, launched('p1'), { patient: 'p1' }],
    // A launch cannot widen what a patient sees (S-16).
    ['launch', amy, launched('p2'), 'none'],
    ['launch', dora, launched('../p2'), 'none'],
  ] as const
  for (const [scope, user, launch, expected] of table) {
    assert.deepEqual(await profile.patientFor(requestOf(scope, launch), user), expected, `${scope} as ${user.id}`)
  }
})

test('the picker searches names, birth dates and identifiers as typed, and one patient by id', async () => {
  const { profile, searches } = makeProfile()
  const asked = async (name: string, value: string) => {
    searches.length = 0
    const rows = await profile.patients(dora, app, parametersOf([[name, value]]))
    return [rows.map(({ id }) => id), searches.map(decodeURIComponent)]
  }
  const both = ['p1', 'p2']
  assert.deepEqual(await asked('query', ''), [both, ['']])
  assert.deepEqual(await asked('query', '  amy  ash '), [both, ['name=amy&name=ash', 'identifier=amy  ash']])
  assert.deepEqual(await asked('query', '1980-02'), [both, ['birthdate=1980-02', 'identifier=1980-02']])
  assert.deepEqual(await asked('query', 'a,b|c'), [both, ['name=a\\,b\\|c', 'identifier=a\\,b\\|c']])
  assert.deepEqual(await asked('id', 'p1'), [both, ['_id=p1']])
  assert.deepEqual(await asked('id', 'p1,p2'), [[], []])
  const [first] = await profile.patients(dora, app, parametersOf([]))
  assert.deepEqual(first, { id: 'p1', name: 'Amy Jo Ashworth', birthDate: '1980-02-01', identifier: 'MR1' })
})

test('the token answer: the context that SMART names, nothing else of a launch, and nothing at all without SMART', () => {
  const { profile } = makeProfile()
  const context = {
    patient: 'p1',
    encounter: 'e1',
    intent: 'reconcile',
    fhirContext: [{ reference: 'ImagingStudy/i1' }],
    access_token: 'x',
  }
  const authorization = { client_id: 'app', user_id: 'amy', scope: ['launch', 'patient/*.rs'], context }
  assert.deepEqual(profile.tokenParameters(authorization), {
    patient: 'p1',
    encounter: 'e1',
    intent: 'reconcile',
    fhirContext: [{ reference: 'ImagingStudy/i1' }],
    need_patient_banner: true,
    smart_style_url: 'https://box.example/fhir/style-v1.json',
  })
  const plain = profile.tokenParameters({ ...authorization, context: { patient: 'p1', need_patient_banner: false } })
  assert.deepEqual([plain.need_patient_banner, 'fhirContext' in plain, 'encounter' in plain], [false, false, false])
  assert.deepEqual(profile.tokenParameters({ ...authorization, scope: ['openid'] }), {})
  assert.deepEqual(profile.tokenClaims(authorization, app), { atv: 2, context: { patient: 'p1', encounter: 'e1' } })
  assert.deepEqual(profile.tokenClaims({ ...authorization, scope: ['openid'] }, { resourceType: 'Client', id: 'x' }), {})
})

test('client_credentials: system/ scopes only', () => {
  const { profile } = makeProfile()
  assert.deepEqual(profile.forClientItself(['system/*.rs', 'patient/*.rs', 'user/Goal.r', 'openid']), {
    scope: ['system/*.rs'],
    refused: ['patient/*.rs', 'user/Goal.r'],
  })
})

test('consent: the server’s own words, lasting access as a choice, categories offered below the plain scope', () => {
  const { profile } = makeProfile()
  const items = profile.consent(['openid', 'offline_access', 'patient/Goal.rs', 'patient/Condition.rs', 'system/*.rs'])
  assert.deepEqual(
    items.map(({ scope, required, narrower }) => [scope, required, narrower.length]),
    [
      ['openid', true, 0],
      ['offline_access', false, 0],
      ['patient/Goal.rs', false, 0],
      ['patient/Condition.rs', false, 3],
    ],
  )
  assert.deepEqual([items[2]?.title, items[2]?.detail], ['Aims', 'what you aim for'])
  const encounters = 'patient/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis'
  assert.equal(items[3]?.narrower[0]?.scope, encounters)
  // What is asked by itself is a row of its own and not offered twice.
  assert.equal(profile.consent(['patient/Condition.rs', encounters])[0]?.narrower.length, 2)
  assert.deepEqual(profile.choose(['openid', 'offline_access', 'patient/Condition.rs'], [encounters]), ['openid', encounters])
})

test('every scope that is offered can be enforced', () => {
  const { profile } = makeProfile()
  const scopes = profile.scopesSupported
  assert.deepEqual(profile.grantable(app, scopes), { scope: [...scopes], refused: [] })
  assert.ok(scopes.includes('patient/Observation.rs') && scopes.includes('patient/*.cruds'))
  const offered = profile
    .consent(['user/Condition.rs', 'user/Observation.read'])
    .flatMap(({ narrower }) => narrower.map(({ scope }) => scope))
  assert.deepEqual(profile.grantable(app, offered), { scope: offered, refused: [] })
  assert.equal(offered.length, 9)
})

test('fhirUser is absolute, and of this server', () => {
  const { profile } = makeProfile()
  assert.equal(profile.fhirUser(dora), 'https://box.example/fhir/Practitioner/d1')
  assert.equal(profile.fhirUser({ ...dora, fhirUser: { resourceType: 'Patient', id: 'p1' } }), 'https://box.example/fhir/Patient/p1')
  assert.equal(profile.fhirUser({ ...dora, fhirUser: { reference: 'https://evil.example/Patient/p1' } }), undefined)
})
