// What a token is for (Client.auth.<grant>.audience and the parameter `audience`, aidbox-behaviour §2.1, §4.3, §5.2; O-14, RFC 8707 §2).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { decodeJwt } from 'jose'
import { createBox } from '../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'

const BASE = 'http://localhost:8080'
const OTHER = 'https://cds.example/api'
const folder = mkdtempSync(join(tmpdir(), 'emberbox-audience-'))
after(() => rmSync(folder, { recursive: true }))
const service = (id: string, audience: readonly string[] | undefined, token_format?: string) => ({
  resourceType: 'Client',
  id,
  secret: 's',
  grant_types: ['client_credentials'],
  auth: { client_credentials: { ...(audience && { audience }), ...(token_format && { token_format }) } },
})
const app = (id: string, audience: readonly string[]) => ({
  resourceType: 'Client',
  id,
  type: 'smart-app',
  grant_types: ['authorization_code'],
  auth: { authorization_code: { redirect_uri: 'https://app.example/cb', token_format: 'jwt', audience } },
})
const clients = [
  service('plain', undefined, 'jwt'),
  service('both', [OTHER, `${BASE}/fhir`], 'jwt'),
  service('opaque', [OTHER, `${BASE}/fhir`]),
  service('pattern', ['#/fhir$'], 'jwt'),
  service('broken', ['#(']),
  app('elsewhere', [OTHER]),
  app('here', ['#^http://localhost:8080/fhir$']),
  { resourceType: 'Client', id: 'typed', grant_types: ['password'], auth: { password: { token_format: 'jwt', audience: [OTHER] } } },
]
const policy = { resourceType: 'AccessPolicy', id: 'all', engine: 'allow', link: clients.map(({ id }) => ({ reference: `Client/${id}` })) }
const file = join(folder, 'clients.json')
writeFileSync(file, JSON.stringify([...clients, policy]))
const box = await createBox({ bundles: ['test/oauth/people-and-apps.yaml', file], baseUrl: BASE, env: {} })
after(() => box.close())

const ask = async (fields: Record<string, string>) => {
  const response = await box.request('/auth/token', { method: 'POST', body: new URLSearchParams(fields) })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
const own = (client_id: string, audience?: string) =>
  ask({ grant_type: 'client_credentials', client_id, client_secret: 's', ...(audience && { audience }) })
const reads = async (token: string | undefined) =>
  (await box.request('/fhir/Patient/p1', { headers: { authorization: `Bearer ${token}` } })).status
const audOf = ({ body }: { body: Record<string, string> }) => decodeJwt(body.access_token ?? '').aud

test('without a list: this server’s bases only, /fhir where none is asked', async () => {
  assert.equal(audOf(await own('plain')), `${BASE}/fhir`)
  assert.equal(audOf(await own('plain', BASE)), BASE)
  assert.deepEqual(await own('plain', OTHER).then(({ status, body }) => [status, body.error]), [400, 'invalid_request'])
})

test('with a list: those only, the first where none is asked; a token for somebody else opens nothing here', async () => {
  const first = await own('both')
  assert.deepEqual([audOf(first), await reads(first.body.access_token)], [OTHER, 401])
  const here = await own('both', `${BASE}/fhir`)
  assert.deepEqual([audOf(here), await reads(here.body.access_token)], [`${BASE}/fhir`, 200])
  assert.equal((await own('both', BASE)).status, 400)
  // An opaque token says nothing by itself, but its record does.
  assert.equal(await reads((await own('opaque')).body.access_token), 401)
  assert.equal(await reads((await own('opaque', `${BASE}/fhir`)).body.access_token), 200)
})

test('a pattern chooses among this server’s bases; it matches nothing foreign, and one that is no pattern matches nothing', async () => {
  assert.equal(audOf(await own('pattern')), `${BASE}/fhir`)
  assert.equal((await own('pattern', 'https://evil.example/fhir')).status, 400)
  assert.equal((await own('broken', `${BASE}/fhir`)).status, 400)
})

test('the password grant has the same rule', async () => {
  const fields = { grant_type: 'password', client_id: 'typed', username: 'amy', password: 'amy-password' }
  assert.equal(audOf(await ask(fields)), OTHER)
  assert.equal((await ask({ ...fields, audience: `${BASE}/fhir` })).status, 400)
})

test('O-14: aud at the authorization endpoint is one of the client’s', async () => {
  const authorize = async (client_id: string, aud: string) => {
    const browser = new Browser(box)
    const query = {
      response_type: 'code',
      client_id,
      redirect_uri: 'https://app.example/cb',
      scope: 'launch/patient patient/Patient.rs',
      state: 's',
      aud,
    }
    await browser.open(`/auth/authorize?${new URLSearchParams({ ...query, code_challenge: CHALLENGE, code_challenge_method: 'S256' })}`)
    return browser
  }
  for (const [client, aud] of [
    ['elsewhere', `${BASE}/fhir`],
    ['here', OTHER],
    ['here', BASE],
  ] as const) {
    assert.equal(new URL((await authorize(client, aud)).redirected ?? '').searchParams.get('error'), 'invalid_request', `${client} ${aud}`)
  }
  const browser = await authorize('elsewhere', OTHER)
  await browser.submit({ username: 'amy', password: 'amy-password' })
  await browser.submit({ decision: 'allow' })
  const code = new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
  const fields = {
    grant_type: 'authorization_code',
    client_id: 'elsewhere',
    redirect_uri: 'https://app.example/cb',
    code,
    code_verifier: VERIFIER,
  }
  const token = await ask(fields)
  assert.deepEqual([audOf(token), await reads(token.body.access_token)], [OTHER, 401])
})
