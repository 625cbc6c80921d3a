// bundles/inferno has what the certification kits ask a server to declare (their README and target.json), and what US Core's kits search.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: ['bundles/inferno'], baseUrl: 'http://localhost:8080', references: 'report', env: {} })
after(() => box.close())

const APPS = ['public', 'confidential', 'limited', 'granular', 'asymmetric'].map((name) => `inferno-${name}`)
const token = async (): Promise<string> => {
  const headers = { authorization: `Basic ${Buffer.from('inferno-ehr:inferno-ehr-secret').toString('base64')}` }
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'system/*.rs' })
  const response = await box.request('/auth/token', { method: 'POST', headers, body })
  assert.equal(response.status, 200)
  return String(((await response.json()) as Record<string, unknown>).access_token)
}
const ehr = { authorization: `Bearer ${await token()}` }
const found = async (path: string): Promise<readonly string[]> => {
  const response = await box.request(`/fhir/${path}`, { headers: ehr })
  assert.equal(response.status, 200, path)
  const bundle = (await response.json()) as { entry?: ReadonlyArray<{ resource: { resourceType: string; id: string } }> }
  return (bundle.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`)
}

test('nothing but the patient of the shared data is missing', () => {
  const messages = box.diagnostics.map(({ message }) => message)
  assert.ok(messages.includes('there is no Patient/85'))
  assert.ok(messages.includes('CareTeam.subject: Referenced resource Patient/85 does not exist'))
  assert.deepEqual(
    messages.filter((message) => !message.includes('Patient/85')),
    [],
  )
})

test('every app can be launched by the EHR, for the practitioner, about patient 85', async () => {
  for (const client of APPS) {
    const params = { user: 'inferno-practitioner', client, iss: 'http://localhost:8080/fhir', ctx: { patient: '85' } }
    const body = JSON.stringify({ method: 'aidbox.smart/get-launch-uri', params })
    const headers = { ...ehr, 'content-type': 'application/json' }
    const response = await box.request('/rpc', { method: 'POST', headers, body })
    const { result } = (await response.json()) as { result?: { uri: string } }
    assert.match(result?.uri ?? '', /^http:\/\/localhost:4567\/custom\/smart\/launch\?iss=/, client)
  }
})

test('what the shared data lacks: each of these searches of US Core finds it', async () => {
  const response = 'QuestionnaireResponse/inferno-activity'
  const canonical = 'https://emberbox.example.org/Questionnaire/activity'
  for (const path of [
    ...['patient=85', '_id=inferno-activity', 'patient=Patient/85&status=completed', `patient=85&questionnaire=${canonical}`],
    ...['patient=85&authored=ge2024-03-05', 'patient=85&authored=lt2024-03-06'],
  ]) {
    assert.deepEqual(await found(`QuestionnaireResponse?${path}`), [response], path)
  }
  const role = 'PractitionerRole/inferno-practitioner'
  assert.deepEqual(await found('PractitionerRole?specialty=http://nucc.org/provider-taxonomy|208D00000X'), [role])
  const included = await found(
    'PractitionerRole?practitioner=inferno-practitioner&_include=PractitionerRole:endpoint&_include=PractitionerRole:practitioner',
  )
  assert.deepEqual([...included].sort(), ['Endpoint/inferno-clinic', 'Practitioner/inferno-practitioner', role])
  assert.deepEqual(await found('CareTeam?patient=85&status=active'), ['CareTeam/inferno-care-team'])
})
