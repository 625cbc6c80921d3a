// A second start (design, "A bundle"; issue 3, "Idempotent"): unchanged sources are not read again, changed ones are, warnings stay.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type BoxOptions, BundleError, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-restart-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const bundle = join(folder, 'bundle.yaml')
const start = async (env: BoxOptions['env'] = { SECRET: 'one' }) => {
  const box = await createBox({
    bundles: [bundle],
    baseUrl: 'http://localhost:8080',
    data: join(folder, 'a.db'),
    rootClientSecret: 'r',
    env: env ?? {},
  })
  const headers = { authorization: `Basic ${btoa('root:r')}` }
  const version = async (path: string) => (await box.request(path, { headers })).headers.get('etag')
  const seen = {
    applied: box.applied,
    warnings: box.diagnostics.map(({ code }) => code),
    client: await version('/fhir/Client/c'),
    patient: await version('/fhir/Patient/p'),
  }
  await box.close()
  return seen
}
const write = (family: string) =>
  writeFileSync(
    bundle,
    `- { resourceType: Client, id: c, secret: "\${env:SECRET}", grant_types: [basic] }
- { resourceType: Patient, id: p, name: [{ family: ${family} }] }
- { resourceType: App, id: a }
`,
  )

test('the same sources apply nothing and say their warnings again; another text or another secret applies what changed', async () => {
  write('One')
  assert.deepEqual(await start(), { applied: { applied: 4, skipped: 0 }, warnings: ['not-served'], client: 'W/"1"', patient: 'W/"1"' })
  assert.deepEqual(await start(), { applied: { applied: 0, skipped: 4 }, warnings: ['not-served'], client: 'W/"1"', patient: 'W/"1"' })
  const secret = await start({ SECRET: 'two' })
  assert.deepEqual([secret.applied, secret.client, secret.patient], [{ applied: 1, skipped: 3 }, 'W/"2"', 'W/"1"'])
  write('Two')
  const text = await start({ SECRET: 'two' })
  assert.deepEqual([text.applied, text.client, text.patient], [{ applied: 1, skipped: 3 }, 'W/"2"', 'W/"2"'])
})

test('what was only reported is looked at again by a start that enforces', async () => {
  const file = join(folder, 'dangling.yaml')
  writeFileSync(
    file,
    '- { resourceType: Encounter, id: e, status: finished, class: { code: AMB }, subject: { reference: Patient/nobody } }\n',
  )
  const open = (validation: BoxOptions['validation'] & string) =>
    createBox({ bundles: [file], baseUrl: 'http://localhost:8080', data: join(folder, 'modes.db'), validation })
  const reported = await open('report')
  assert.equal(reported.diagnostics.length, 1)
  await reported.close()
  await assert.rejects(open('enforce'), BundleError)
})
