// Seed 002 (set up SMART on FHIR): a client in YAML, three policies by PUT /, metadata and launches at the base URL; 003: the scope table.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { ROOT, send } from './request.ts'

const box = await createBox({
  bundles: ['test/seeds/people.yaml'],
  baseUrl: 'https://box.example',
  rootClientSecret: 'root-secret',
  env: {},
})
after(() => box.close())

const CLIENT = `POST /Client
Content-Type: text/yaml
Accept: text/yaml

resourceType: Client
id: smart-client
secret: some-secret
auth:
  authorization_code:
    redirect_uri: https://your/redirect/uri
    refresh_token: true
    secret_required: true
    access_token_expiration: 36000
smart:
  launch_uri: https://your/launch/uri
grant_types:
- authorization_code`

const POLICIES = `PUT /
Content-Type: text/yaml
Accept: text/yaml

# Allow patients to search resources linked with them
- resourceType: AccessPolicy
  engine: matcho
  matcho:
    uri: '#/smart/.*'
    params:
      patient: .role.links.patient.id
  roleName: patient
  id: patient-smart
# Allow patients to read their info
- resourceType: AccessPolicy
  engine: matcho
  matcho:
    uri: '#/smart/Patient/.*'
    params:
      id: .role.links.patient.id
  roleName: patient
  id: smart-patient-read
# Allow patients to read their info
- resourceType: AccessPolicy
  engine: matcho
  matcho:
    uri: '#/smart/Patient'
    params:
      _id: .role.links.patient.id
  roleName: patient
  id: smart-patient-search-self`

const tokenOf = async (username: string): Promise<{ authorization: string }> => {
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'portal', username, password: `${username}-password` })
  const response = await box.request('/auth/token', { method: 'POST', body })
  assert.equal(response.status, 200)
  return { authorization: `Bearer ${((await response.json()) as { access_token: string }).access_token}` }
}

test('002: POST /Client and PUT / in YAML, answered in YAML', async () => {
  const client = await send(box, CLIENT, ROOT)
  assert.equal(client.status, 201)
  assert.match(client.headers.get('content-type') ?? '', /^text\/yaml/)
  assert.match(client.text, /^id: smart-client$/m)
  assert.doesNotMatch(client.text, /some-secret/)
  const policies = await send(box, POLICIES, ROOT)
  assert.equal(policies.status, 200)
  assert.match(policies.headers.get('content-type') ?? '', /^text\/yaml/)
  for (const id of ['patient-smart', 'smart-patient-read', 'smart-patient-search-self'])
    assert.match(policies.text, new RegExp(`id: ${id}`))
})

test("002: over /smart a user with the role reads and searches their own record and nobody else's", async () => {
  const headers = await tokenOf('in-role')
  const ask = async (path: string) => (await box.request(path, { headers })).status
  assert.equal(await ask('/smart/Patient/my-patient-id'), 200)
  assert.equal(await ask('/smart/Patient?_id=my-patient-id'), 200)
  assert.equal(await ask('/smart/Observation?patient=my-patient-id'), 200)
  assert.equal(await ask('/smart/Patient/other-patient'), 403)
  assert.equal(await ask('/smart/Patient?_id=other-patient'), 403)
  assert.equal(await ask('/smart/Observation?patient=other-patient'), 403)
  assert.equal(await ask('/smart/Observation/a1c-other'), 403)
  // The query parameter of a read means nothing, so it satisfies no policy (design, Policies).
  assert.ok([400, 403].includes(await ask('/smart/Observation/a1c-other?patient=my-patient-id')))
  assert.equal(await ask('/smart/Observation'), 403)
  assert.equal(await ask('/fhir/Patient/my-patient-id'), 403, 'the policies are about /smart')
  const without = await tokenOf('without-role')
  assert.equal((await box.request('/smart/Patient/my-patient-id', { headers: without })).status, 403)
})

test('002: SMART configuration and metadata at the base URL, and under the API path', async () => {
  for (const path of [
    '/.well-known/smart-configuration',
    '/fhir/.well-known/smart-configuration',
    '/smart/.well-known/smart-configuration',
  ]) {
    const response = await box.request(path)
    assert.equal(response.status, 200)
    const body = (await response.json()) as Record<string, unknown>
    assert.equal(body.authorization_endpoint, 'https://box.example/auth/authorize')
    assert.equal(body.token_endpoint, 'https://box.example/auth/token')
  }
  for (const path of ['/metadata', '/fhir/metadata', '/smart/metadata']) {
    const response = await box.request(path)
    assert.equal(response.status, 200)
    assert.equal(((await response.json()) as { resourceType: string }).resourceType, 'CapabilityStatement')
  }
})

test('002: a launch URI for the base URL as iss', async () => {
  const answer = await send(
    box,
    `POST /rpc
content-type: application/json
accept: application/json

{"method": "aidbox.smart/get-launch-uri",
 "params": {"user": "my-aidbox-user-id", "iss": "https://box.example", "client": "smart-client",
            "ctx": {"patient": "my-patient-id", "encounter": "e1", "fhirContext": [{"reference": "Observation/a1c-1"}]}}}`,
    ROOT,
  )
  assert.equal(answer.status, 200)
  const { uri } = answer.json().result as { uri: string }
  assert.match(uri, /^https:\/\/your\/launch\/uri\?iss=https:\/\/box\.example&launch=/)
})
