// IG packages on a whole box: as a bundle, named by one, in Aidbox's init bundle, and by $fhir-package-install.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Box, type BoxOptions, BundleError, createBox } from '../../src/box.ts'
import { archiveOf, definitions, guide, manifest, URL_BASE } from '../bundle/package.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-packages-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const headers = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/fhir+json' }
const open = (bundles: readonly string[], more: Partial<BoxOptions> = {}) =>
  createBox({ bundles, baseUrl: 'http://localhost:8080', rootClientSecret: 'r', env: {}, ...more })

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, which fail where a member is not there
const get = async (box: Box, path: string): Promise<any> => (await box.request(`/fhir/${path}`, { headers })).json()

const install = (box: Box, ...parameter: object[]) =>
  box.request('/fhir/$fhir-package-install', { method: 'POST', headers, body: JSON.stringify({ resourceType: 'Parameters', parameter }) })

const named = (valueString: string) => ({ name: 'package', valueString })

const withBox = async (box: Promise<Box>, run: (box: Box) => Promise<void>): Promise<void> => {
  const opened = await box
  try {
    await run(opened)
  } finally {
    await opened.close()
  }
}

const EXTENSION = [{ url: `${URL_BASE}/StructureDefinition/shade`, valueCode: 'dark' }]

/** What the guide brings is there and works. */
const checkGuide = async (box: Box): Promise<void> => {
  const profile = await get(box, `StructureDefinition?url=${URL_BASE}/StructureDefinition/our-patient`)
  assert.deepEqual(
    profile.entry.map(({ resource }: { resource: { id: string } }) => resource.id),
    ['our-patient-1.2.0'],
  )
  const statement = await get(box, 'metadata')
  assert.deepEqual(statement.instantiates, [`${URL_BASE}/CapabilityStatement/server`])
  assert.deepEqual(statement.implementationGuide, [`${URL_BASE}/ImplementationGuide/example.guide|1.2.0`])
  const patient = statement.rest[0].resource.find(({ type }: { type: string }) => type === 'Patient')
  assert.deepEqual(patient.supportedProfile, [`${URL_BASE}/StructureDefinition/our-patient`])
  assert.ok(patient.searchParam.some(({ name }: { name: string }) => name === 'shade'))
  const expansion = await get(box, `ValueSet/$expand?url=${URL_BASE}/ValueSet/shades`)
  assert.deepEqual(
    expansion.expansion.contains.map(({ code }: { code: string }) => code),
    ['light', 'dark'],
  )
  await box.request('/fhir/Patient/p', {
    method: 'PUT',
    headers,
    body: JSON.stringify({ resourceType: 'Patient', id: 'p', extension: EXTENSION }),
  })
  assert.equal((await get(box, 'Patient?shade=dark')).entry.length, 1)
  assert.equal((await get(box, 'Patient?shade=light')).entry, undefined)
}

test('a package is a bundle: what it brings is stored, searched by, expanded and named in the CapabilityStatement', async () => {
  await withBox(open([file('guide.tgz', await guide())]), async (box) => {
    assert.deepEqual(box.diagnostics, [])
    await checkGuide(box)
  })
})

test('packages: of a bundle, by a path beside it; it is there before what the bundle says, and a second start reads nothing anew', async () => {
  const archive = file('named.tgz', await guide())
  const bundle = file('named.yaml', 'packages: [named.tgz]\nresources:\n- {resourceType: Patient, id: q}\n')
  const data = join(folder, 'named.db')
  await withBox(open([bundle], { data }), async (box) => {
    await checkGuide(box)
    assert.equal(box.applied.skipped, 0)
  })
  await withBox(open([bundle], { data }), async (box) => {
    assert.equal(box.applied.applied, 0)
    await checkGuide(box)
  })
  writeFileSync(archive, await guide('1.3.0'))
  await withBox(open([bundle], { data }), async (box) => {
    const versions = (await get(box, 'ImplementationGuide')).entry.map(
      ({ resource }: { resource: { version: string } }) => resource.version,
    )
    assert.deepEqual(versions.sort(), ['1.2.0', '1.3.0'])
  })
})

test("Aidbox's init bundle: an entry of $fhir-package-install", async () => {
  const url = pathToFileURL(file('aidbox.tgz', await guide())).href
  const resource = { resourceType: 'Parameters', parameter: [named(url)] }
  const entry = [{ request: { method: 'POST', url: '/$fhir-package-install' }, resource }]
  const bundle = file('init.json', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }))
  await withBox(open([bundle]), checkGuide)
})

test("Aidbox's init bundle: what cannot be had is skipped with a warning, and nothing is fetched from a registry that nobody named", async () => {
  const install = (spec: string) => ({
    request: { method: 'POST', url: '$fhir-package-install' },
    resource: { resourceType: 'Parameters', parameter: [named(spec)] },
  })
  const bundleOf = (type: string, ...entry: object[]) => JSON.stringify({ resourceType: 'Bundle', type, entry })
  const batch = file('lenient.json', bundleOf('batch', install('hl7.fhir.us.core@6.1.0'), install('file:///nowhere.tgz')))
  const strict = file('strict.json', bundleOf('transaction', install('hl7.fhir.us.core@6.1.0')))
  const fetch = async (url: string): Promise<Response> => assert.fail(url)
  await withBox(open([batch, strict], { fetch }), async (box) => {
    assert.deepEqual(
      box.diagnostics.map(({ severity, code }) => `${severity} ${code}`),
      ['warning package', 'warning package', 'warning package'],
    )
  })
  await assert.rejects(open([file('refused.json', bundleOf('transaction', install('file:///nowhere.tgz')))], { fetch }), /cannot be read/)
})

test('a package that cannot be read is a diagnostic at its place, and the start is refused', async () => {
  const bundle = file('broken.yaml', 'resources: []\npackages:\n- nowhere.tgz\n- {package: a.b@1}\n- 7\n')
  await assert.rejects(open([bundle]), (error) => {
    assert.ok(error instanceof BundleError)
    assert.match(error.message, /broken.yaml:3:3.*nowhere.tgz: it cannot be read/)
    assert.match(error.message, /broken.yaml:4:3.*which one is not said/)
    assert.match(error.message, /broken.yaml:5:3.*a package is a path/)
    return true
  })
  await assert.rejects(open([file('bad.tgz', 'x')]), /not gzip/)
})

test('the same package twice is read once, with a warning; a search parameter that is wrong is left out with one', async () => {
  const wrong = {
    ...definitions()['package/SearchParameter-shade.json'],
    id: 'wrong',
    url: `${URL_BASE}/wrong`,
    code: 'wrong',
    expression: 'Patient.nosuch(',
  }
  const archive = await archiveOf({ 'package/package.json': manifest(), ...definitions(), 'package/SearchParameter-wrong.json': wrong })
  await withBox(open([file('one.tgz', archive), file('two.tgz', archive)]), async (box) => {
    assert.equal(box.diagnostics.length, 2)
    assert.match(box.diagnostics.map(({ message }) => message).join('\n'), /example.guide#1.2.0 is .*one.tgz already/)
    assert.match(box.diagnostics.map(({ message }) => message).join('\n'), /skipped/)
    await checkGuide(box)
  })
})

test("$fhir-package-install: file://, in Aidbox's Parameters, with what it depends on", async () => {
  const url = pathToFileURL(file('rest.tgz', await guide())).href
  const data = join(folder, 'rest.db')
  await withBox(open([], { data }), async (box) => {
    const before = await get(box, 'metadata')
    assert.equal(before.instantiates, undefined)
    const answer = await install(box, named(url))
    assert.equal(answer.status, 200)
    const { parameter } = await answer.json()
    assert.deepEqual(parameter[0], { name: 'result', valueBoolean: true })
    const part = Object.fromEntries(
      parameter[1].part.map((one: Record<string, unknown>) => [one.name, one.valueString ?? one.valueInteger ?? one.part]),
    )
    assert.deepEqual(part, {
      name: 'example.guide@1.2.0',
      installedCanonicals: 6,
      intention: 'direct',
      source: [{ name: 'type', valueString: 'file' }],
      dependency: 'example.other@1.0.0',
    })
    await checkGuide(box)
    assert.equal((await install(box, named(url))).status, 200)
  })
  await withBox(open([], { data }), checkGuide)
})

test('$fhir-package-install: https:// and name@version go through the guarded fetch', async () => {
  const archive = await guide()
  const asked: string[] = []
  const fetch = async (url: string) => {
    asked.push(url)
    return url.includes('gone') ? new Response('', { status: 404 }) : new Response(new Uint8Array(archive))
  }
  await withBox(open([], { fetch }), async (box) => {
    assert.equal((await install(box, named('https://x.example/guide.tgz'))).status, 200)
    assert.equal((await install(box, named('example.guide@1.2.0'), { name: 'registry', valueUrl: 'https://r.example' })).status, 200)
    assert.deepEqual(asked, ['https://x.example/guide.tgz', 'https://r.example/example.guide/1.2.0'])
    const refused = await install(box, named('https://x.example/gone.tgz'))
    assert.equal(refused.status, 422)
    assert.match((await refused.json()).issue[0].diagnostics, /answers 404/)
  })
  await withBox(open([]), async (box) => {
    const inside = await install(box, named('http://127.0.0.1:9/guide.tgz'))
    assert.equal(inside.status, 422)
    assert.match((await inside.json()).issue[0].diagnostics, /not allowed/)
  })
})

test('$fhir-package-install: what is asked badly is 400 or 422, and who may not write definitions is 401 or 403', async () => {
  const url = pathToFileURL(file('who.tgz', await guide())).href
  const clients = file(
    'who.yaml',
    `
- {resourceType: Client, id: reader, secret: reader-secret-123, grant_types: [basic]}
- {resourceType: AccessPolicy, id: reads, engine: allow, link: [{reference: Client/reader}]}
- {resourceType: Client, id: app, type: smart-app, secret: app-secret-1234, grant_types: [client_credentials], auth: {client_credentials: {}}}
- {resourceType: AccessPolicy, id: apps, engine: allow, link: [{reference: Client/app}]}
`,
  )
  await withBox(open([clients]), async (box) => {
    assert.equal((await install(box)).status, 400)
    assert.equal((await install(box, { name: 'nosuch', valueString: 'x' })).status, 400)
    assert.equal((await install(box, named(pathToFileURL(join(folder, 'none.tgz')).href))).status, 422)
    assert.equal((await install(box, named('relative.tgz'))).status, 422)
    const body = JSON.stringify({ resourceType: 'Parameters', parameter: [named(url)] })
    const as = async (authorization?: string) => {
      const given = { 'content-type': 'application/fhir+json', ...(authorization !== undefined && { authorization }) }
      return (await box.request('/fhir/$fhir-package-install', { method: 'POST', headers: given, body })).status
    }
    assert.equal(await as(), 401)
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'app-secret-1234',
      scope: 'system/*.rs',
    })
    const { access_token: token } = await (await box.request('/auth/token', { method: 'POST', body: form })).json()
    assert.equal(await as(`Bearer ${token}`), 403)
    assert.equal(await as(`Basic ${btoa('reader:reader-secret-123')}`), 200)
  })
})
