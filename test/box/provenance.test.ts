// A Provenance from a bundle is in the compartment of its targets' patient, in whatever order the bundle has them (design, Who may).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-provenance-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const observation = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
})
const provenance = (id: string, ...targets: string[]) => ({
  resourceType: 'Provenance',
  id,
  target: targets.map((reference) => ({ reference })),
  recorded: '2026-01-01T00:00:00Z',
  agent: [{ who: { display: 'x' } }],
})

test('a patient token finds the provenance of its own observations, and of no one else', async () => {
  writeFileSync(
    join(folder, 'records.json'),
    JSON.stringify([
      provenance('own', 'Observation/a'),
      provenance('foreign', 'Observation/b'),
      provenance('mixed', 'Observation/a', 'Observation/b'),
      { resourceType: 'Patient', id: 'pa' },
      { resourceType: 'Patient', id: 'pb' },
      observation('a', 'pa'),
      observation('b', 'pb'),
      { resourceType: 'User', id: 'ua', password: 'ua-password', fhirUser: { reference: 'Patient/pa' } },
      { resourceType: 'Client', id: 'c', type: 'smart-app', grant_types: ['password'], auth: { password: {} } },
      { resourceType: 'AccessPolicy', id: 'c', engine: 'allow', link: [{ reference: 'Client/c' }] },
    ]),
  )
  const box = await createBox({ bundles: [folder], baseUrl: 'http://localhost:8080', env: {} })
  after(() => box.close())
  const scope = 'user/Provenance.rs user/Observation.rs'
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'c', username: 'ua', password: 'ua-password', scope })
  const { access_token } = (await (await box.request('/auth/token', { method: 'POST', body })).json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  const response = await box.request('/fhir/Provenance', { headers })
  assert.equal(response.status, 200)
  const { entry = [] } = (await response.json()) as { entry?: { resource: { id: string } }[] }
  assert.deepEqual(
    entry.map(({ resource }) => resource.id),
    ['own'],
  )
  assert.equal((await box.request('/fhir/Provenance/foreign', { headers })).status, 404)
})
