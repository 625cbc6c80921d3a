// IG packages for tests, made in memory.
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'

export const URL_BASE = 'http://guide.example'

/** A .tgz of these files, by path. */
export const archiveOf = async (
  files: Readonly<Record<string, unknown>> | ReadonlyArray<readonly [string, unknown]>,
): Promise<Uint8Array> => {
  const pack = tar.pack()
  for (const [name, content] of Array.isArray(files) ? files : Object.entries(files)) {
    pack.entry({ name }, typeof content === 'string' ? content : JSON.stringify(content))
  }
  pack.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of pack as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return gzipSync(Buffer.concat(chunks))
}

export const manifest = (version = '1.2.0', more: object = {}) => ({
  name: 'example.guide',
  version,
  title: 'A guide',
  canonical: URL_BASE,
  fhirVersions: ['4.0.1'],
  dependencies: { 'hl7.fhir.r4.core': '4.0.1', 'example.other': '1.0.0' },
  ...more,
})

const element = (path: string, more: object = {}) => ({ id: path, path, min: 0, max: '*', ...more })

/** A profile on Patient, an extension, a search parameter, a code system and a value set over it, and what a server must do. */
export const definitions = (version = '1.2.0') => ({
  'package/StructureDefinition-our-patient.json': {
    resourceType: 'StructureDefinition',
    id: 'our-patient',
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">A patient</div>' },
    url: `${URL_BASE}/StructureDefinition/our-patient`,
    version,
    name: 'OurPatient',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    snapshot: {
      element: [
        element('Patient', { max: '*' }),
        element('Patient.extension', { type: [{ code: 'Extension', profile: [`${URL_BASE}/StructureDefinition/shade`] }] }),
        element('Patient.gender', {
          max: '1',
          type: [{ code: 'code' }],
          binding: { strength: 'required', valueSet: `${URL_BASE}/ValueSet/shades` },
        }),
      ],
    },
  },
  'package/StructureDefinition-shade.json': {
    resourceType: 'StructureDefinition',
    id: 'shade',
    url: `${URL_BASE}/StructureDefinition/shade`,
    version,
    name: 'Shade',
    status: 'active',
    kind: 'complex-type',
    abstract: false,
    type: 'Extension',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
    derivation: 'constraint',
    snapshot: { element: [element('Extension')] },
  },
  'package/SearchParameter-shade.json': {
    resourceType: 'SearchParameter',
    id: 'shade',
    url: `${URL_BASE}/SearchParameter/shade`,
    version,
    name: 'shade',
    status: 'active',
    description: 'shade',
    code: 'shade',
    base: ['Patient'],
    type: 'token',
    expression: `Patient.extension.where(url = '${URL_BASE}/StructureDefinition/shade').value`,
  },
  'package/CodeSystem-shades.json': {
    resourceType: 'CodeSystem',
    id: 'shades',
    url: `${URL_BASE}/CodeSystem/shades`,
    version,
    status: 'active',
    content: 'complete',
    concept: [{ code: 'light' }, { code: 'dark' }],
  },
  'package/ValueSet-shades.json': {
    resourceType: 'ValueSet',
    id: 'shades',
    url: `${URL_BASE}/ValueSet/shades`,
    version,
    status: 'active',
    compose: { include: [{ system: `${URL_BASE}/CodeSystem/shades` }] },
  },
  'package/CapabilityStatement-server.json': {
    resourceType: 'CapabilityStatement',
    id: 'server',
    url: `${URL_BASE}/CapabilityStatement/server`,
    version,
    status: 'active',
    kind: 'requirements',
    rest: [{ mode: 'server' }],
  },
  'package/ImplementationGuide-example.json': {
    resourceType: 'ImplementationGuide',
    id: 'example',
    url: `${URL_BASE}/ImplementationGuide/example`,
  },
  'package/.index.json': { 'index-version': 1 },
  'package/example/Patient-one.json': { resourceType: 'Patient', id: 'one' },
})

export const guide = (version = '1.2.0'): Promise<Uint8Array> =>
  archiveOf({ 'package/package.json': manifest(version), ...definitions(version) })
