// Policies as a bundle has them: what is hostile or wrong is refused at its place (security-requirements §4.3, F16, P-11), what may not be
// meant is a warning at its place, once, and the bundles that are shipped have none (issue 6, "Linted at load").
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compileTables } from '../../src/bundle/compile.ts'
import type { Diagnostic } from '../../src/bundle/diagnostic.ts'
import { loadBundles } from '../../src/bundle/load.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'

const definitions = loadDefinitions()
const folder = mkdtempSync(join(tmpdir(), 'emberbox-policies-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const diagnosticsOf = async (...paths: readonly string[]): Promise<readonly Diagnostic[]> => {
  const { diagnostics } = await loadBundles({
    paths,
    env: {},
    fetch: () => Promise.reject(new Error('no network here')),
    knownTypes: definitions.types,
    compile: (resources) => compileTables(resources, definitions),
    existing: () => false,
  })
  return diagnostics
}

/** Diagnostics of one policy, as `line:col severity code`; its `engine` stands on line 3. */
const ofPolicy = async (policy: string): Promise<readonly string[]> => {
  const file = join(folder, 'bundle.yaml')
  writeFileSync(
    file,
    `- resourceType: AccessPolicy\n  id: p\n${policy}\n- { resourceType: Client, id: c }\n- { resourceType: User, id: u }\n`,
  )
  return (await diagnosticsOf(file)).map(({ line, col, severity, code }) => `${line}:${col} ${severity} ${code}`)
}

const matcho = (pattern: string, link = '[{ reference: Client/c }]') => `  engine: matcho\n  matcho: ${pattern}\n  link: ${link}`

test('F16: an expression that may take more than linear time is refused where it stands, in every engine that has one', async () => {
  for (const source of ['(a+)+$', '(a|a)*$', '(.*a){12}', '(x+x+)+y', 'a{1,50}{1,50}', '(?=a)b', '(a)\\1', '(a*)*b', '.*a.*b.*c']) {
    assert.deepEqual(await ofPolicy(matcho(`{ body: { note: '#${source}' } }`)), ['4:27 error compile'], source)
    const schema = `  engine: json-schema\n  schema: { required: [uri], properties: { uri: { pattern: '${source}' } } }\n  link: [{ reference: Client/c }]`
    assert.deepEqual(await ofPolicy(schema), ['4:11 error compile'], source)
  }
})

test('P-11, P-12: every bad policy is refused at its place', async () => {
  const bad = [
    [matcho('{}'), '4:11'],
    [matcho('{ user: {} }'), '4:19'],
    [matcho('{ user: { $or: [] } }'), '4:26'],
    [matcho('{ user: { $not: 1, id: u } }'), '4:19'],
    [matcho('{ user: { id: . } }'), '4:25'],
    [matcho('{ user: { id: { $one-of: [] } } }'), '4:36'],
    [matcho('{ uri: /x }', '[]'), '5:9'],
    ['  engine: complex\n  and: []\n  link: [{ reference: Client/c }]', '4:8'],
    ['  engine: complex\n  and: [{ engine: allow }]\n  or: [{ engine: allow }]\n  link: [{ reference: Client/c }]', '1:3'],
    ['  engine: complex\n  or: [{ engine: nonsense }]\n  link: [{ reference: Client/c }]', '4:18'],
    ['  engine: json-schema\n  schema: {}\n  link: [{ reference: Client/c }]', '4:11'],
    ['  engine: json-schema\n  schema: { requird: [user] }\n  link: [{ reference: Client/c }]', '4:11'],
    ['  engine: json-logic\n  json-logic: { method: [1] }\n  link: [{ reference: Client/c }]', '4:25'],
    ["  engine: json-logic\n  json-logic: { '!!': { var: '' } }\n  link: [{ reference: Client/c }]", '4:23'],
    ["  engine: search\n  search: [{ resourceType: Patient, query: 'nope=1' }]\n  link: [{ reference: Client/c }]", '4:44'],
    ["  engine: sql\n  sql: { query: 'SELECT true' }\n  link: [{ reference: Client/c }]", '3:11'],
    ['  engine: signed-rpc\n  link: [{ reference: Client/c }]', '3:11'],
    ['  engine: smart-on-fhir\n  link: [{ reference: Client/c }]', '3:11'],
    ['  engine: allow\n  type: scope\n  link: [{ reference: Client/c }]', '4:9'],
    ['  engine: allow-rpc\n  rpc: { m: true }\n  type: rest\n  link: [{ reference: Client/c }]', '5:9'],
    ['  engine: allow-rpc\n  type: rpc\n  rpc: { m: yes please }\n  link: [{ reference: Client/c }]', '5:13'],
  ] as const
  for (const [policy, place] of bad) {
    const found = (await ofPolicy(policy)).filter((one) => one.includes(' error '))
    assert.deepEqual([policy, ...found], [policy, `${place} error compile`])
  }
})

test('what may not be meant is a warning at its place, with its code', async () => {
  const user = '[{ reference: User/u }]'
  for (const [policy, ...found] of [
    ['  engine: allow', '1:3 warning global-allow'],
    [matcho("{ uri: '#/fhir/Patient' }"), '4:18 warning unanchored-uri'],
    [matcho("{ uri: '#^/fhir/Patient' }")],
    [matcho('{ request-method: GET }'), '4:29 warning upper-case-method'],
    [matcho('{ request-method: { $enum: [get, POST] } }'), '4:44 warning upper-case-method'],
    [matcho('{ params: { resource/id: .user.data.patient } }'), '4:36 warning unguarded-path'],
    [matcho('{ params: { resource/id: .user.data.patient }, user: { data: { patient: present? } } }')],
    [matcho('{ user: { $not: { data: { role: guest } } } }'), '4:27 warning unguarded-not'],
    [matcho('{ user: { $not: { data: { role: guest } } } }', user)],
    [matcho('{ user: { id: present?, data: { role: { $not: guest } } } }')],
    [matcho('{ request-method: get, params: { patient: p1 } }'), '4:42 warning open-includes'],
    [matcho('{ request-method: get, params: { patient: p1, _include: nil?, _revinclude: nil? } }')],
    [matcho('{ request-method: put, params: { patient: p1 } }')],
    [matcho('{ client: { id: c }, $one-of: [{ uri: /a }, { uri: /b }] }'), '4:11 warning compile'],
    [
      '  engine: complex\n  and:\n    - { engine: matcho, matcho: { user: { $not: { id: x } } } }\n    - { engine: matcho, matcho: { user: present? } }\n  link: [{ reference: Client/c }]',
    ],
    [
      "  engine: complex\n  or:\n    - { engine: matcho, matcho: { uri: '#a' } }\n    - { engine: matcho, matcho: { uri: /b } }\n  link: [{ reference: Client/c }]",
      '5:40 warning unanchored-uri',
    ],
    [
      '  engine: json-schema\n  schema: { properties: { user: { required: [id] } } }\n  link: [{ reference: Client/c }]',
      '4:11 warning compile',
    ],
  ] as const) {
    assert.deepEqual(await ofPolicy(policy), found, policy)
  }
})

test('a policy that adds nothing to another is said once, whatever its links', async () => {
  const file = join(folder, 'unreachable.json')
  const to = (...ids: readonly string[]) => ids.map((id) => ({ reference: `Client/${id}` }))
  const policy = (id: string, body: object) => ({ resourceType: 'AccessPolicy', id, ...body })
  const get = { 'request-method': 'get' }
  writeFileSync(
    file,
    JSON.stringify([
      ...['a', 'b', 'c'].map((id) => ({ resourceType: 'Client', id })),
      policy('all-of-a', { engine: 'allow', link: to('a') }),
      policy('under-a', { engine: 'matcho', matcho: get, link: to('a') }),
      policy('a-and-b', { engine: 'matcho', matcho: { ...get, uri: '/x' }, link: to('a', 'b') }),
      policy('wide-b', { engine: 'matcho', matcho: get, link: to('b') }),
      policy('twin-c', { engine: 'matcho', matcho: { uri: '/y', ...get }, link: to('c') }),
      policy('twin-c-again', { engine: 'matcho', matcho: { ...get, uri: '/y' }, link: to('c') }),
      policy('rpc-of-c', { engine: 'allow-rpc', type: 'rpc', rpc: { m: true }, link: to('c') }),
      policy('role-of-c', { engine: 'matcho', matcho: get, roleName: 'nurse', link: to('c') }),
    ]),
  )
  const found = await diagnosticsOf(file)
  assert.deepEqual(
    found.map(({ code }) => code),
    ['unreachable', 'unreachable', 'unreachable'],
  )
  assert.deepEqual(
    found.map(({ message }) => /grants, ([\w-]+) grants/.exec(message)?.[1]),
    ['all-of-a', 'all-of-a', 'twin-c'],
  )
})

test('the bundles that are shipped lint clean', async () => {
  // Patient/85 of the kits comes with their data.
  const said = (await diagnosticsOf('bundles/demo', 'bundles/inferno')).filter(({ message }) => !message.includes('Patient/85'))
  assert.deepEqual(said, [])
})
