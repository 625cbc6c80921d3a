// Seeds 000 and 001 (SMART App Launch, 2025 and 2411): register, policy, launch URI, authorize, token, read, refresh, as printed.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'
import { ROOT, send } from './request.ts'

const box = await createBox({
  bundles: ['test/seeds/people.yaml'],
  baseUrl: 'https://example.edge.aidbox.app',
  rootClientSecret: 'root-secret',
  env: {},
})
after(() => box.close())

const CLIENT_001 = `PUT /Client/my-smart-app-client-id
content-type: application/json
accept: application/json

{
  "resourceType": "Client",
  "id": "my-smart-app-client-id",
  "active": true,
  "auth": {
    "authorization_code": {
      "redirect_uri": "http://smart-app-uri.com/redirect",
      "refresh_token": true,
      // always shall be jwt
      "token_format": "jwt",
      "access_token_expiration": 3600000,
      // only if you want to use PKCE challenge
      "pkce": true
    }
  },
  // always shall have smart.launch_uri value
  "smart": {
    "launch_uri": "http://smart-app-launch-endpoint/launch.html"
  },
  // always shall be "smart-app" type
  "type": "smart-app",
  "secret": "quOfCRS7ty1RMUQq",
  "grant_types": [
    "code"
  ]
}`

const POLICY_001 = `PUT /AccessPolicy/my-smart-app-client-id-allow
content-type: application/json
accept: application/json

{
  "resourceType": "AccessPolicy",
  "id": "my-smart-app-client-id-allow",
  "engine": "allow",
  "link": {
    "id": "my-smart-app-client-id",
    "resourceType": "Client"
  }
}`

const publicClient = (id: string): string =>
  CLIENT_001.replaceAll('my-smart-app-client-id', id)
    .replace('      // only if you want to use PKCE challenge\n', '      "secret_required": false,\n')
    .replace('  "secret": "quOfCRS7ty1RMUQq",\n', '')

const CLIENT_000_PUBLIC = publicClient('my-public-smart-app-client-id')
const CLIENT_000_CONFIDENTIAL = CLIENT_001.replaceAll('my-smart-app-client-id', 'my-confidential-smart-app-client-id').replace(
  '      // only if you want to use PKCE challenge\n',
  '      "secret_required": true,\n      // only if you want to use PKCE challenge\n',
)
/** The id of the body is not that of the URL, and the link is to the other client: as printed. */
const POLICY_000 = `PUT /AccessPolicy/my-confidential-smart-app-client-id
content-type: application/json
accept: application/json

{
  "resourceType": "AccessPolicy",
  "id": "my-smart-app-client-id-allow",
  "engine": "allow",
  "link": [{
    "id": "my-public-smart-app-client-id",
    "resourceType": "Client"
  }]
}`

const AUTHORIZE_SCOPE = 'launch%2Fpatient+openid+fhirUser+offline_access+patient%2F*.read'
const authorizePath = (client: string, more = ''): string =>
  `/auth/authorize?response_type=code&client_id=${client}&redirect_uri=http://smart-app-uri.com/redirect&scope=${AUTHORIZE_SCOPE}` +
  `&state=863c2f71-11e3-4598-913b-930a6aa1593c&aud=https%3A%2F%2Fexample.edge.aidbox.app%2Ffhir` +
  `&code_challenge=${CHALLENGE}&code_challenge_method=S256${more}`

const codeFor = async (client: string, more = ''): Promise<string> => {
  const browser = new Browser(box)
  await browser.open(authorizePath(client, more))
  await browser.submit({ username: 'my-aidbox-user-id', password: 'amy-shaw-password' })
  await browser.submit({ decision: 'allow' })
  const redirect = new URL(browser.redirected ?? 'about:blank')
  assert.equal(`${redirect.origin}${redirect.pathname}`, 'http://smart-app-uri.com/redirect')
  assert.equal(redirect.searchParams.get('state'), '863c2f71-11e3-4598-913b-930a6aa1593c')
  return redirect.searchParams.get('code') ?? ''
}

const token = (client: string, code: string) =>
  send(
    box,
    `POST /auth/token
content-type: application/json
accept: application/json

{
  "client_id": "${client}",
  "code": "${code}",
  "code_verifier": "${VERIFIER}",
  "grant_type": "authorization_code",
  "redirect_uri": "http://smart-app-uri.com/redirect"
}`,
  )

const stringIn = (body: Record<string, unknown>, name: string): string => {
  const value = body[name]
  assert.equal(typeof value, 'string', `${name} is text`)
  return String(value)
}

const assertTokenShape = (body: Record<string, unknown>, aud: string): void => {
  assert.match(stringIn(body, 'access_token'), /^[\w-]+\.[\w-]+\.[\w-]+$/)
  stringIn(body, 'refresh_token')
  assert.equal(body.smart_style_url, `${box.baseUrl}/fhir/style-v1.json`)
  const scope = stringIn(body, 'scope').split(' ')
  for (const one of ['launch/patient', 'openid', 'fhirUser', 'offline_access', 'patient/Patient.read', 'patient/Observation.read']) {
    assert.ok(scope.includes(one), one)
  }
  assert.equal(body.token_type, 'Bearer')
  assert.equal(typeof body.expires_in, 'number')
  assert.equal(body.need_patient_banner, true)
  assert.equal(body.patient, 'my-patient-id')
  const idToken = JSON.parse(Buffer.from(stringIn(body, 'id_token').split('.')[1] ?? '', 'base64url').toString())
  assert.equal(idToken.sub, 'my-aidbox-user-id')
  assert.equal(idToken.iss, box.baseUrl)
  assert.equal(idToken.aud, aud)
  assert.equal(idToken.fhirUser, `${box.baseUrl}/fhir/Patient/my-patient-id`)
  assert.equal(idToken.email, 'example@mail.com')
  const userinfo = body.userinfo as Record<string, Record<string, unknown>>
  assert.equal(userinfo.sub, 'my-aidbox-user-id')
  assert.equal(userinfo.id, 'my-aidbox-user-id')
  assert.equal(userinfo.resourceType, 'User')
  assert.equal(userinfo.active, true)
  assert.equal(userinfo.email, 'example@mail.com')
  assert.deepEqual(userinfo.name, { givenName: 'Amy', familyName: 'Shaw' })
  assert.deepEqual(userinfo.fhirUser, { id: 'my-patient-id', resourceType: 'Patient' })
  assert.equal(typeof userinfo.meta?.lastUpdated, 'string')
  assert.equal(typeof userinfo.meta?.versionId, 'string')
  assert.equal('password' in userinfo, false)
}

test('001: register the client and its policy, launch standalone, redeem the code', async () => {
  const created = await send(box, CLIENT_001, ROOT)
  assert.equal(created.status, 201)
  assert.equal(created.json().id, 'my-smart-app-client-id')
  assert.equal('secret' in created.json(), false)
  const policy = await send(box, POLICY_001, ROOT)
  assert.equal(policy.status, 201)
  assert.deepEqual(policy.json().link, [{ id: 'my-smart-app-client-id', resourceType: 'Client' }])
  const answer = await token('my-smart-app-client-id', await codeFor('my-smart-app-client-id'))
  assert.equal(answer.status, 200)
  assertTokenShape(answer.json(), 'my-smart-app-client-id')
})

test('001: get the launch URI, launch from the EHR', async () => {
  const answer = await send(
    box,
    `POST /rpc
content-type: application/json
accept: application/json

{
  "method": "aidbox.smart/get-launch-uri",
  "params": {
    "user": "my-aidbox-user-id",
    "iss": "https://example.edge.aidbox.app/fhir",
    "client": "my-smart-app-client-id",
    "ctx": {
      "patient": "my-patient-id"
    }
  }
}`,
    ROOT,
  )
  assert.equal(answer.status, 200)
  const result = answer.json().result as Record<string, string>
  assert.equal(result.iss, 'https://example.edge.aidbox.app/fhir')
  assert.equal(result['launch-uri'], 'http://smart-app-launch-endpoint/launch.html')
  assert.equal(result.uri, `${result['launch-uri']}?iss=${result.iss}&launch=${result.launch}`)
  const claims = JSON.parse(Buffer.from(result.launch?.split('.')[1] ?? '', 'base64url').toString())
  assert.equal(claims.client, 'my-smart-app-client-id')
  assert.equal(claims.user, 'my-aidbox-user-id')
  assert.equal(typeof claims.exp, 'number')
  assert.deepEqual(claims.ctx, { patient: 'my-patient-id' })
  const launched = await token('my-smart-app-client-id', await codeFor('my-smart-app-client-id', `&launch=${result.launch}`))
  assert.equal(launched.status, 200)
  assert.equal(launched.json().patient, 'my-patient-id')
})

test('000: public and confidential clients, a policy whose URL and body disagree, search, refresh', async () => {
  assert.equal((await send(box, CLIENT_000_PUBLIC, ROOT)).status, 201)
  assert.equal((await send(box, CLIENT_000_CONFIDENTIAL, ROOT)).status, 201)
  const policy = await send(box, POLICY_000, ROOT)
  assert.equal(policy.status, 201)
  assert.equal(policy.json().id, 'my-confidential-smart-app-client-id', 'the URL wins')

  const client = 'my-public-smart-app-client-id'
  const answer = await token(client, await codeFor(client))
  assert.equal(answer.status, 200)
  const body = answer.json()
  assertTokenShape(body, client)
  const claims = JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString())
  assert.equal(claims.atv, 2)
  assert.equal(claims.context.patient, 'my-patient-id')

  const search = await send(
    box,
    `GET /fhir/Observation?code=4548-4&_count=2
content-type: application/json
accept: application/json
authorization: Bearer ${body.access_token}`,
  )
  assert.equal(search.status, 200)
  const bundle = search.json() as { resourceType: string; type: string; entry: Record<string, Record<string, unknown>>[] }
  assert.equal(bundle.resourceType, 'Bundle')
  assert.equal(bundle.type, 'searchset')
  assert.equal(bundle.entry.length, 2)
  for (const { resource, search: mode, fullUrl, link } of bundle.entry) {
    assert.equal(resource?.resourceType, 'Observation')
    assert.deepEqual(resource?.subject, { reference: 'Patient/my-patient-id' })
    assert.deepEqual(mode, { mode: 'match' })
    assert.equal(String(fullUrl), `${box.baseUrl}/fhir/Observation/${resource?.id}`)
    assert.deepEqual(link, [{ relation: 'self', url: fullUrl }])
  }

  const refreshed = await send(
    box,
    `POST /auth/token
content-type: application/json
accept: application/json

{
  "grant_type": "refresh_token",
  "refresh_token": "${body.refresh_token}",
  "client_id": "my-public-smart-app-client-id"
}`,
  )
  assert.equal(refreshed.status, 200)
  const again = refreshed.json()
  stringIn(again, 'access_token')
  assert.equal(again.token_type, 'Bearer')
  assert.equal(again.patient, 'my-patient-id')
  assert.equal(again.scope, body.scope)
  assert.equal(typeof again.expires_in, 'number')
})
