// Links of the configuration over REST (issue 3, "Diagnostics"; design, seam 4): what would dangle is refused, and so is deleting what
// others link to, naming them. Paths of Apis hide nothing and nobody.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'root-secret', env: {} })
after(() => box.close())
const ROOT = { authorization: `Basic ${btoa('root:root-secret')}`, 'content-type': 'application/json' }

const send = async (method: string, path: string, body?: unknown) => {
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await box.request(path, { method, headers: ROOT, ...init })
  return { status: response.status, text: await response.text() }
}
const put = async (path: string, body: unknown, status = 201) => {
  const answer = await send('PUT', path, body)
  assert.equal(answer.status, status, `${path}: ${answer.text}`)
  return answer.text
}

await put('/User/nora', { fhirUser: { reference: 'Patient/nora' } })
await put('/Client/app', {})
await put('/Patient/nora', {})
await put('/Patient/alone', {})

test('a Role or Grant of a person or client that is not there is 422 and names it; nobody gets a role by taking a name', async () => {
  assert.match(await put('/Role/r', { name: 'nurse', user: { reference: 'User/nobody' } }, 422), /User\/nobody.*does not exist/)
  assert.match(
    await put('/fhir/Role/r', { resourceType: 'Role', id: 'r', name: 'nurse', user: { reference: 'User/nobody' } }, 422),
    /nobody/,
  )
  assert.match(await put('/Grant/g', { user: { reference: 'User/nora' }, client: { reference: 'Client/none' } }, 422), /Client\/none/)
  assert.equal((await send('GET', '/Role/r')).status, 404)
  const entry = [
    {
      request: { method: 'PUT', url: 'Role/r' },
      resource: { resourceType: 'Role', id: 'r', name: 'nurse', user: { reference: 'User/nina' } },
    },
    { request: { method: 'PUT', url: 'User/nina' }, resource: { resourceType: 'User', id: 'nina' } },
  ]
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200, 'together with the user')
})

test('the resource that a User is cannot be deleted, also by a condition or in a transaction, unless the User goes with it', async () => {
  const held = /Patient\/nora is still linked to by User\/nora/
  for (const path of ['/Patient/nora', '/fhir/Patient/nora', '/fhir/Patient?_id=nora']) {
    const refused = await send('DELETE', path)
    assert.equal(refused.status, 409, path)
    assert.match(refused.text, held)
  }
  const remove = (url: string) => ({ request: { method: 'DELETE', url } })
  const transaction = (...urls: string[]) => send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: urls.map(remove) })
  const refused = await transaction('Patient/alone', 'Patient/nora')
  assert.equal(refused.status, 409)
  assert.equal((await send('GET', '/Patient/alone')).status, 200, 'nothing of it was done')
  assert.equal((await send('DELETE', '/Patient/alone')).status, 204)
  assert.equal((await transaction('Patient/nora', 'User/nora')).status, 200)
  assert.equal((await send('GET', '/Patient/nora')).status, 410)
})

test('S-14: who may not see a resource does not learn that a User is it', async () => {
  await put('/Patient/seen', {})
  await put('/Patient/hidden', {})
  for (const id of ['seen', 'hidden']) await put(`/User/${id}`, { fhirUser: { reference: `Patient/${id}` } })
  await put('/Client/bounded', { secret: 's', grant_types: ['basic'] })
  const search = [{ resourceType: 'Patient', query: '_id=seen' }]
  await put('/AccessPolicy/bounded', { engine: 'search', search, link: [{ reference: 'Client/bounded' }] })
  const remove = async (id: string): Promise<number> => {
    const headers = { authorization: `Basic ${btoa('bounded:s')}` }
    return (await box.request(`/fhir/Patient/${id}`, { method: 'DELETE', headers })).status
  }
  assert.deepEqual([await remove('seen'), await remove('hidden'), await remove('never')], [409, 404, 404])
})

test('the path of an Api is its own: not another’s, not what the server answers itself, not a type of the root', async () => {
  await put('/Api/smart', { path: '/smart' })
  assert.match(await put('/Api/again', { path: '/smart' }, 422), /Api\/smart/)
  for (const path of ['/fhir', '/fhir/more', '/auth', '/auth/x', '/health', '/demo', '/rpc', '/Client', '/Patient'])
    assert.match(await put('/Api/x', { path }, 422), /path/, path)
  await put('/Api/x', { path: '/patient/fhir' })
  await put('/Api/y', { path: '/smart/two' })
  for (const base of ['/smart', '/smart/two']) {
    const metadata = (await (await box.request(`${base}/metadata`)).json()) as { implementation?: { url?: string } }
    assert.equal(metadata.implementation?.url?.endsWith(base), true, `${base} is a base, though one begins with the other`)
  }
})
