// A page includes so much and no more (security-requirements R-04): what a few matches are referred to by has no bound of its own.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Box, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-includes-'))
let box: Box

before(async () => {
  const flag = (at: number, of: string) => ({
    resourceType: 'Flag',
    id: `${of}-${at}`,
    status: 'active',
    code: { text: 'x' },
    subject: { reference: `Patient/${of}` },
  })
  const lines = [
    { resourceType: 'Patient', id: 'few' },
    { resourceType: 'Patient', id: 'many' },
    ...Array.from({ length: 20 }, (_, at) => flag(at, 'few')),
    ...Array.from({ length: 10_001 }, (_, at) => flag(at, 'many')),
  ]
  writeFileSync(join(folder, 'records.ndjson'), lines.map((line) => JSON.stringify(line)).join('\n'))
  box = await createBox({ bundles: [folder], baseUrl: 'http://localhost:8080', rootClientSecret: 'r' })
})
after(async () => {
  await box.close()
  rmSync(folder, { recursive: true })
})

const ask = (path: string) => box.request(`/fhir/${path}`, { headers: { authorization: `Basic ${btoa('root:r')}` } })

test('R-04: more than 10,000 included resources are too costly, by revinclude and on the way of an iteration; fewer are all there', async () => {
  const few = await (await ask('Patient?_id=few&_revinclude=Flag:patient')).json()
  assert.equal(few.entry.length, 21)
  for (const search of [
    'Patient?_id=many&_revinclude=Flag:patient',
    'Patient?_revinclude=*',
    'Flag?_id=many-1&_include=Flag:patient&_revinclude:iterate=Flag:patient',
  ]) {
    const answer = await ask(search)
    assert.equal(answer.status, 400, search)
    const { issue } = await answer.json()
    assert.equal(issue[0].code, 'too-costly')
  }
  assert.equal((await (await ask('Flag?patient=many&_count=1000&_include=Flag:patient')).json()).entry.length, 1001)
})
