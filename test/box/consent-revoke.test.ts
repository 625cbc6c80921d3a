// O-13: deleting a remembered consent ends what it bought, at once.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from './browser.ts'

const box = await createBox({ bundles: ['bundles/demo'], baseUrl: 'http://localhost:8080', rootClientSecret: 'r', env: {} })
after(() => box.close())
const ROOT = { authorization: `Basic ${btoa('root:r')}` }

test('O-13: DELETE of the Grant kills the access token and the refresh token', async () => {
  const redirect_uri = 'http://localhost:8080/demo/'
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'demo-app',
    redirect_uri,
    scope: 'launch/patient offline_access patient/Patient.rs',
    state: 's',
    aud: 'http://localhost:8080/fhir',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  })
  const browser = new Browser(box)
  await browser.open(`/auth/authorize?${query}`)
  await browser.submit({ username: 'amy', password: 'amy-demo-password' })
  await browser.submit({ decision: 'allow' })
  const code = new URL(browser.redirected ?? 'about:blank').searchParams.get('code') ?? ''
  const token = async (form: Record<string, string>) => {
    const response = await box.request('/auth/token', { method: 'POST', body: new URLSearchParams({ client_id: 'demo-app', ...form }) })
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }
  const bought = await token({ grant_type: 'authorization_code', code, redirect_uri, code_verifier: VERIFIER })
  assert.equal(bought.status, 200)
  const headers = { authorization: `Bearer ${bought.body.access_token}` }
  assert.equal((await box.request('/fhir/Patient/amy', { headers })).status, 200)

  const list = (await (await box.request('/fhir/Grant', { headers: ROOT })).json()) as { entry?: { resource: { id: string } }[] }
  const [grant] = list.entry ?? []
  assert.ok(grant)
  const deleted = await box.request(`/fhir/Grant/${grant.resource.id}`, { method: 'DELETE', headers: ROOT })
  assert.ok([200, 204].includes(deleted.status))
  assert.equal((await box.request('/fhir/Patient/amy', { headers })).status, 401)
  const refreshed = await token({ grant_type: 'refresh_token', refresh_token: bought.body.refresh_token ?? '' })
  assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'invalid_grant'])
})
