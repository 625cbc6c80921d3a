// What anybody may send costs little to refuse (security-requirements I10, R-01, R-02): no time is measured here, but each of these
// took from seconds to minutes of the only thread there is.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: ['bundles/demo'], baseUrl: 'http://localhost:8080', env: {} })
after(() => box.close())

const FORM = 'application/x-www-form-urlencoded'
const send = async (path: string, type: string, body: string) => {
  const response = await box.request(path, { method: 'POST', headers: { 'content-type': type }, body })
  return { status: response.status, text: await response.text() }
}
const names = (count: number, end: string) => Array.from({ length: count }, (_, at) => `k${String(at).padStart(5, '0')}${end}`)

test('R-02: a form and a mapping of thousands of names are read in one pass each, and what stands twice is found', async () => {
  const form = [...names(25_000, '=x'), 'k00007=y'].join('&')
  for (const path of ['/auth/token', '/auth/introspect', '/auth/revoke']) {
    const { status, text } = await send(path, FORM, form)
    assert.equal(status, 400, path)
    assert.match(text, /k00007/)
  }
  const repeated = await send('/auth/token', 'text/yaml', [...names(20_000, ': x'), 'k00007: y'].join('\n'))
  assert.equal(repeated.status, 400)
  assert.match(repeated.text, /unique/)
})

test('R-01: below /auth/ a body is at most 2 MB, and YAML anywhere 256 KB', async () => {
  const long = 'x'.repeat(2_097_152)
  for (const path of ['/auth/token', '/auth/authorize', '/auth/login', '/auth/par'])
    assert.equal((await send(path, FORM, `a=${long}`)).status, 413, path)
  const refused = await send('/fhir/Patient', 'text/yaml', `id: ${'x'.repeat(262_144)}`)
  assert.equal(refused.status, 413)
  assert.equal(JSON.parse(refused.text).resourceType, 'OperationOutcome')
})

test('YAML that holds itself is 400 wherever YAML is read', async () => {
  for (const path of ['/auth/token', '/fhir/Client', '/rpc', '/fhir', '/auth/test-policy', '/$matcho']) {
    const { status, text } = await send(path, 'text/yaml', 'a: &a {b: *a}')
    assert.ok(status === 400 || status === 401, `${path}: ${status} ${text}`)
  }
})
