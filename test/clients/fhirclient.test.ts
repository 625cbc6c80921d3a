// fhirclient 2 in Node, unmodified, as an app with a server of its own uses it (SMART App Launch 2.2 §launch, §refresh): the library
// discovers, redirects, redeems, reads, and asks for a new access token by itself when its own has expired.
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import smart from 'fhirclient'
import type { Served } from '../box/served.ts'
import { allow, EC_KID, exportedEc, serveClients } from './site.ts'

const CLIENTS = new Map<string, Record<string, unknown>>([
  ['native', { clientId: 'native', pkceMode: 'required' }],
  ['brief', { clientId: 'brief' }],
  ['web', { clientId: 'web', clientSecret: 'web-secret' }],
  ['signed', { clientId: 'signed', clientPrivateJwk: { ...exportedEc, kid: EC_KID, alg: 'ES384' } }],
])

/** One person's session at the app. */
const session = new Map<string, unknown>()
const storage = {
  get: async (key: string) => session.get(key),
  set: async (key: string, value: unknown) => {
    session.set(key, value)
    return value
  },
  unset: async (key: string) => session.delete(key),
}

/** What the app does once it is launched: read the record, refresh where it may, read again. */
const readRecord = async (request: IncomingMessage, response: ServerResponse) => {
  const client = await smart(request, response, storage).ready()
  const before = client.getState('tokenResponse.access_token')
  const patient = await client.patient.read()
  const observations = await client.patient.request('Observation', { flat: true, pageLimit: 0 })
  if (client.getState('tokenResponse.refresh_token') && request.url?.startsWith('/callback/web')) await client.refresh()
  const again = await client.patient.read()
  return {
    patient: patient.id,
    again: again.id,
    observations: Array.isArray(observations) ? observations.length : undefined,
    user: client.user.id,
    fhirUser: client.user.fhirUser,
    encounter: client.encounter.id,
    refreshed: client.getState('tokenResponse.access_token') !== before,
  }
}

let site: Served
let app: Server
let origin = ''
before(async () => {
  site = await serveClients()
  app = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://app')
    const [, step = '', id = ''] = pathname.split('/')
    try {
      if (step === 'launch') {
        const scope = 'launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs'
        const given = { iss: `${site.base}/fhir`, scope, redirectUri: `/callback/${id}`, ...CLIENTS.get(id) }
        await smart(request, response, storage).authorize(given)
      } else response.end(JSON.stringify(await readRecord(request, response)))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
})
after(async () => {
  app.close()
  await site.stop()
})

/** The whole way of a person: the app's launch page, the box's pages, back at the app. */
const launch = async (id: string, query = '', user = 'amy') => {
  const started = await fetch(`${origin}/launch/${id}${query}`, { redirect: 'manual' })
  assert.equal(started.status, 302)
  const back = await allow(site, new URL(started.headers.get('location') ?? ''), user)
  const record = await fetch(back)
  const text = await record.text()
  assert.equal(record.status, 200, text)
  return JSON.parse(text) as Record<string, unknown>
}
const AMY = { patient: 'p1', again: 'p1', observations: 2, user: 'p1', encounter: null }

test('fhirclient in Node, standalone, a public client with PKCE: discovery, token, the record, the person', async () => {
  const { fhirUser, refreshed, ...rest } = await launch('native')
  assert.deepEqual([rest, fhirUser, refreshed], [AMY, 'Patient/p1', false])
})

test('fhirclient in Node, a public client whose tokens live for seconds: the library refreshes before each request, without client_id', async () => {
  const { refreshed, patient } = await launch('brief')
  assert.deepEqual([refreshed, patient], [true, 'p1'])
})

test('fhirclient in Node, a confidential client: Basic at the token endpoint and at refresh', async () => {
  const { refreshed, patient } = await launch('web')
  assert.deepEqual([refreshed, patient], [true, 'p1'])
})

test('fhirclient in Node, an asymmetric client: an ES384 assertion whose aud is the token endpoint', async () => {
  assert.equal((await launch('signed')).patient, 'p1')
})

test('fhirclient in Node, an EHR launch: patient and encounter in context, for the clinician who launched it', async () => {
  const answer = await fetch(`${site.base}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('ehr:ehr-secret')}` },
    body: JSON.stringify({
      method: 'aidbox.smart/get-launch-uri',
      params: { user: 'dora', iss: `${site.base}/fhir`, client: 'web', ctx: { patient: 'p1', encounter: 'visit' } },
    }),
  })
  const { result } = (await answer.json()) as { result: { launch: string } }
  const query = `?${new URLSearchParams({ iss: `${site.base}/fhir`, launch: result.launch })}`
  const { patient, encounter, user, fhirUser } = await launch('web', query, 'dora')
  assert.deepEqual([patient, encounter, user, fhirUser], ['p1', 'visit', 'd1', 'Practitioner/d1'])
})
