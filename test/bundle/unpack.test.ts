// IG packages (FHIR NPM package specification): what is read of an archive, what is refused, and what becomes of its resources.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { locationOf } from '../../src/bundle/package/locate.ts'
import { packageResources, versionedId } from '../../src/bundle/package/resources.ts'
import { PackageError, unpackPackage } from '../../src/bundle/package/unpack.ts'
import { archiveOf, definitions, guide, manifest, URL_BASE } from './package.ts'

test('a package is its manifest and the definitions in its folder, without index and examples', async () => {
  const ig = await unpackPackage(await guide())
  assert.deepEqual(
    [ig.name, ig.version, ig.canonical, [...ig.dependencies]],
    [
      'example.guide',
      '1.2.0',
      URL_BASE,
      [
        ['hl7.fhir.r4.core', '4.0.1'],
        ['example.other', '1.0.0'],
      ],
    ],
  )
  assert.deepEqual(ig.resources.map(({ resourceType }) => resourceType).sort(), [
    ...[
      'CapabilityStatement',
      'CodeSystem',
      'ImplementationGuide',
      'SearchParameter',
      'StructureDefinition',
      'StructureDefinition',
      'ValueSet',
    ],
  ])
})

test('resources: an id with the version, references to the own package pinned, no narrative, and where it came from', async () => {
  const resources = packageResources(await unpackPackage(await guide()))
  const of = (id: string) => resources.find((one) => one.id === id) as Record<string, never> | undefined
  assert.deepEqual(of('example.guide-1.2.0')?.dependsOn, [
    { uri: 'urn:package:hl7.fhir.r4.core', packageId: 'hl7.fhir.r4.core', version: '4.0.1' },
    { uri: 'urn:package:example.other', packageId: 'example.other', version: '1.0.0' },
  ])
  const patient = JSON.parse(JSON.stringify(of('our-patient-1.2.0')))
  assert.equal(patient.text, undefined)
  assert.equal(patient.meta.source, 'example.guide#1.2.0')
  assert.equal(patient.url, `${URL_BASE}/StructureDefinition/our-patient`)
  assert.equal(patient.baseDefinition, 'http://hl7.org/fhir/StructureDefinition/Patient')
  const [, extension, gender] = patient.snapshot.element
  assert.deepEqual(extension.type[0].profile, [`${URL_BASE}/StructureDefinition/shade|1.2.0`])
  assert.equal(gender.binding.valueSet, `${URL_BASE}/ValueSet/shades|1.2.0`)
  // The guide is made of the manifest: its own resource lists every page.
  assert.equal(resources.filter(({ resourceType }) => resourceType === 'ImplementationGuide').length, 1)
})

test('ids hold what FHIR allows; a long one ends in a hash', () => {
  assert.equal(versionedId('us-core-patient', '6.1.0'), 'us-core-patient-6.1.0')
  assert.equal(versionedId('a', '1.0+build_7'), 'a-1.0-build-7')
  const long = versionedId('x'.repeat(64), '1.0.0')
  assert.equal(long.length, 64)
  assert.notEqual(long, versionedId('x'.repeat(64), '1.0.1'))
})

test('what is no package is refused, and says why', async () => {
  const file = { 'package/package.json': manifest() }
  const cases: ReadonlyArray<readonly [Uint8Array, RegExp]> = [
    [new Uint8Array([1, 2, 3]), /not gzip/],
    [gzipSync('no tar at all, but long enough to be a header'.repeat(20)), /not a tar/],
    [await archiveOf({ 'package/StructureDefinition-a.json': {} }), /no package\/package.json/],
    [await archiveOf({ 'package/package.json': { name: 'a' } }), /no name or version/],
    [await archiveOf({ 'package/package.json': manifest('1', { fhirVersions: ['5.0.0'] }) }), /FHIR 5.0.0/],
    [await archiveOf({ ...file, 'package/a.json': '{' }), /a.json is not JSON/],
    [await archiveOf({ ...file, 'package/a.json': '[]' }), /a.json is not an object/],
    [await archiveOf([...Object.entries(file), ['package/a.json', '{}'], ['package/a.json', '{}']]), /a.json is in it twice/],
    [await archiveOf(Array.from({ length: 20_001 }, (_, at) => [`other/${at}`, ''] as const)), /more than 20000 files/],
  ]
  for (const [archive, why] of cases)
    await assert.rejects(unpackPackage(archive), (error) => error instanceof PackageError && why.test(error.message), String(why))
})

test('names of files matter not: paths that lead elsewhere are no definitions', async () => {
  const ig = await unpackPackage(
    await archiveOf({
      'package/package.json': manifest(),
      'package/../../etc/StructureDefinition-a.json': definitions()['package/ValueSet-shades.json'],
    }),
  )
  assert.deepEqual(ig.resources, [])
})

test('where a package is: a path beside the bundle, file://, https://, name@version of a registry', () => {
  const at = (spec: string, registry?: string) => locationOf({ spec, registry }, { file: '/bundles/one/main.yaml' })
  assert.equal(at('guide.tgz'), '/bundles/one/guide.tgz')
  assert.equal(at('../guide.tgz'), '/bundles/guide.tgz')
  assert.equal(at('file:///srv/guide.tgz'), '/srv/guide.tgz')
  assert.equal(at('https://x.example/guide.tgz'), 'https://x.example/guide.tgz')
  assert.equal(at('hl7.fhir.us.core@6.1.0', 'https://r.example/'), 'https://r.example/hl7.fhir.us.core/6.1.0')
  assert.equal(at('hl7.fhir.us.core#6.1.0', 'https://r.example'), 'https://r.example/hl7.fhir.us.core/6.1.0')
  assert.throws(() => at('hl7.fhir.us.core@6.1.0'), /which one is not said/)
  assert.throws(() => locationOf({ spec: 'guide.tgz' }, { file: undefined }), /names no files/)
})
