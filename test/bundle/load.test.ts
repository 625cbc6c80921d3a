// Bundles to entries and tables (issue 3 "Bundles"; aidbox-behaviour §1.1, §0.6; security-requirements C-02, F15).
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { compileTables } from '../../src/bundle/compile.ts'
import { loadBundles } from '../../src/bundle/load.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { ExactNumber } from '../../src/http/json.ts'

const definitions = loadDefinitions()
const R4 = definitions.types
const compile = (resources: Iterable<Record<string, unknown>>) => compileTables(resources, definitions)
const root = fileURLToPath(new URL('../..', import.meta.url))

const load = (paths: readonly string[], env: Record<string, string> = {}, answer = new Response('', { status: 404 })) =>
  loadBundles({ paths, env, fetch: async () => answer, knownTypes: R4, compile, existing: (type) => type === 'Organization' })

/** A folder of these files, removed after the test. */
const folderOf = (t: TestContext, files: Record<string, string | Uint8Array>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const loadText = (t: TestContext, name: string, text: string, env?: Record<string, string>) =>
  load([join(folderOf(t, { [name]: text }), name)], env)
const brief = (entries: Awaited<ReturnType<typeof load>>['entries']) =>
  entries.map(({ method, type, id, mode }) => `${mode} ${method} ${type}/${id}`)
const said = (diagnostics: Awaited<ReturnType<typeof load>>['diagnostics']) =>
  diagnostics.map(({ line, col, severity, code }) => `${line}:${col} ${severity} ${code}`)

test('the bundles of this repository load without an error', async () => {
  for (const name of ['demo', 'inferno']) {
    const { entries, diagnostics } = await load([join(root, 'bundles', name)])
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [],
    )
    assert.ok(entries.length > 10)
  }
})

test('a directory is read in name order, with its folders, NDJSON and gzip; tenants are refused', async (t) => {
  const folder = folderOf(t, {
    '20/b.ndjson': '{"resourceType":"Patient","id":"b1"}\n\n{"resourceType":"Patient","id":"b2"}\n',
    '30.ndjson.gz': gzipSync('{"resourceType":"Patient","id":"c"}\n'),
    '10.yml': 'packages: [none.tgz]\nresources:\n  - {resourceType: Patient, id: a}\n',
    'README.md': '# no bundle',
    'tenants/x.yaml': '[]',
  })
  for (const path of [folder, pathToFileURL(folder).href]) {
    const { entries, steps, lines, declares, diagnostics } = await load([path])
    assert.deepEqual(brief(entries), ['list PUT Patient/a'])
    assert.deepEqual(
      steps.map((step) => ('lines' in step ? step.lines.file.replace(/^.*\/(?=\d)/, '') : brief(step.entries))),
      [['list PUT Patient/a'], '20/b.ndjson', '30.ndjson.gz'],
    )
    assert.deepEqual([lines, ...['b1', 'b2', 'c', 'd'].map((id) => declares('Patient', id))], [3, true, true, true, false])
    assert.deepEqual(said(diagnostics), ['1:12 error package', '1:1 error tenants'])
  }
})

test('an https bundle is fetched; an answer that is not 2xx is an error', async () => {
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient', id: 'a' } }] }
  const url = 'https://bundles.example/b.json'
  assert.deepEqual(brief((await load([url], {}, Response.json(bundle))).entries), ['transaction PUT Patient/a'])
  assert.deepEqual(said((await load([url])).diagnostics), ['1:1 error unreachable'])
  const own = fileURLToPath(import.meta.url)
  const curious = await load([url], {}, Response.json({ resourceType: 'Client', id: 'a', secret: `\${file:${own}}` }))
  assert.deepEqual(said(curious.diagnostics), ['1:44 error unreadable-file'])
  assert.deepEqual(said((await load(['file://elsewhere/x'])).diagnostics), ['1:1 error unreadable'])
})

test('§1.1: the URL of a Bundle entry gives type and id; operations and Aidbox-only types are skipped, one warning each', async (t) => {
  const { entries, diagnostics } = await loadText(
    t,
    'b.yaml',
    `resourceType: Bundle
type: transaction
entry:
- {request: {method: PUT, url: /Client/a}, resource: {id: other, secret: x}}
- {request: {method: POST, url: Patient, ifNoneExist: _id=p}, resource: {id: p}}
- {request: {method: patch, url: User/admin}, resource: {email: a@b.example}}
- {request: {method: DELETE, url: User/old}}
- {request: {method: POST, url: /$load}, resource: {}}
- {request: {method: PUT, url: AidboxMigration/m}, resource: {}}
- {request: {method: PUT, url: Client/a}, resource: {secret: y}}
`,
  )
  assert.deepEqual(
    brief(entries),
    ['POST Patient/p', 'PATCH User/admin', 'DELETE User/old', 'PUT Client/a'].map((one) => `transaction ${one}`),
  )
  assert.deepEqual(entries[3]?.resource, { secret: 'y', resourceType: 'Client', id: 'a' })
  assert.equal(entries[0]?.ifNoneExist, '_id=p')
  assert.deepEqual(said(diagnostics), ['8:33 warning not-served', '9:3 warning not-served', '10:53 warning duplicate-id'])
})

test('a batch skips what fails, with a warning', async (t) => {
  const { entries, diagnostics } = await loadText(
    t,
    'b.yaml',
    `resourceType: Bundle
type: batch
entry:
- {request: {method: PUT, url: Client/a}, resource: {secrets: x}}
- {request: {method: PUT, url: Client/b}, resource: {secret: x}}
- {request: {method: PUT, url: fhir/Client/c}, resource: {secret: x}}
- {request: {method: PUT, url: AccessPolicy/d}, resource: {engine: allow, link: [{reference: Client/none}]}}
`,
  )
  assert.deepEqual(brief(entries), ['batch PUT Client/b'])
  assert.deepEqual(said(diagnostics), ['4:54 warning unknown-key', '6:32 warning bad-url', '7:94 warning unresolved'])
})

test('§0.6: the three forms of a link become references; one that leads nowhere is an error, and the rest of the policy is compiled', async (t) => {
  const { entries, diagnostics } = await loadText(
    t,
    'p.yaml',
    `- {resourceType: Client, id: app}
- resourceType: AccessPolicy
  id: one
  engine: allow
  link: [{reference: Client/app}, {reference: /Operation/FhirRead}, {resourceType: Client, id: app}]
- resourceType: AccessPolicy
  id: two
  engine: matcho
  matcho: {uri: '#['}
  link: [{reference: User/nobody}]
`,
  )
  const app = { reference: 'Client/app' }
  assert.deepEqual(entries[1]?.resource.link, [app, { reference: 'Operation/FhirRead' }, app])
  assert.deepEqual(said(diagnostics), ['9:17 error compile', '10:22 error unresolved'])
})

test('C-02: what the environment put in is in no message; decimals keep their spelling', async (t) => {
  const text = `- {resourceType: Client, id: a, type: "\${env:T}"}
- {resourceType: Observation, id: o, valueQuantity: {value: 1.10}}
`
  const { entries, diagnostics } = await loadText(t, 'a.yaml', text, { T: 'hunter2' })
  assert.deepEqual(said(diagnostics), ['1:39 error unknown-value'])
  assert.ok(!JSON.stringify(diagnostics).includes('hunter2'))
  assert.deepEqual(entries[1]?.resource.valueQuantity, { value: new ExactNumber('1.10') })
})

test('tables are frozen, and their digest depends on content alone', () => {
  const client = { resourceType: 'Client', id: 'a', auth: { authorization_code: { pkce: true } } }
  const one = compile([client, { resourceType: 'User', id: 'u' }])
  const same = compile([{ auth: { authorization_code: { pkce: true } }, id: 'a', resourceType: 'Client' }])
  const other = compile([{ ...client, active: false }])
  assert.ok(one.ok && same.ok && other.ok)
  assert.equal(one.tables.digest, same.tables.digest)
  assert.notEqual(one.tables.digest, other.tables.digest)
  assert.ok(Object.isFrozen(one.tables.clients.get('a')?.auth?.authorization_code))
  assert.equal(one.tables.clients.size, 1)
})

test('a policy that does not compile gives no tables, and says where', () => {
  const found = compile([{ resourceType: 'AccessPolicy', id: 'p', engine: 'matcho', matcho: { uri: '#[' } }])
  assert.ok(!found.ok)
  assert.deepEqual(
    found.problems.map(({ type, id, path, severity }) => ({ type, id, path, severity })),
    [{ type: 'AccessPolicy', id: 'p', path: ['matcho', 'uri'], severity: 'error' }],
  )
})

test('F15: JSON with tabs is read; a forbidden name and a repeated key in NDJSON are errors', async (t) => {
  const tabbed = await loadText(
    t,
    'a.json',
    '{\n\t"resourceType": "Patient",\n\t"id": "a",\n\t"name": [\n\t\t{ "text": "x\\/y" }\n\t]\n}\n',
  )
  assert.deepEqual([brief(tabbed.entries), said(tabbed.diagnostics)], [['list PUT Patient/a'], []])
  const proto = await loadText(t, 'b.yaml', '- resourceType: Patient\n  id: a\n  __proto__: {}\n')
  assert.deepEqual(said(proto.diagnostics), ['3:3 error syntax'])
  const twice = await loadText(t, 'c.ndjson', '{"resourceType":"Patient","id":"a","id":"b"}\n')
  assert.deepEqual(said(twice.diagnostics), ['1:36 error syntax'])
})
