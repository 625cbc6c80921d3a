// What a package brings, as resources of the store: one per definition and version, its references to its own package pinned to that version.
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../http/json.ts'
import type { IgPackage } from './unpack.ts'

type Fields = { readonly [name: string]: JsonValue }

/** Definitional types that a package may bring; its ImplementationGuide is made of its manifest. */
const INSTALLED: ReadonlySet<string> = new Set([
  ...['StructureDefinition', 'SearchParameter', 'ValueSet', 'CodeSystem', 'CapabilityStatement', 'OperationDefinition'],
  ...['ConceptMap', 'NamingSystem', 'CompartmentDefinition', 'Questionnaire', 'Library', 'StructureMap'],
])

const MAX_ID = 64

/** `us-core-patient-6.1.0`: versions of a package stand beside each other. Where that is too long, its end is a hash. */
export const versionedId = (id: string, version: string): string => {
  const whole = `${id}-${version}`.replace(/[^A-Za-z0-9.-]/g, '-')
  if (whole.length <= MAX_ID) return whole
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 12)
  return `${whole.slice(0, MAX_ID - hash.length - 1)}-${hash}`
}

type Pin = (canonical: JsonValue | undefined) => JsonValue | undefined

/** `url|version` of what the package itself holds; anything else as it is. */
const pinOf = (resources: readonly Fields[]): Pin => {
  const versions = new Map(
    resources.flatMap(({ url, version }) => (typeof url === 'string' && typeof version === 'string' ? [[url, version] as const] : [])),
  )
  return (canonical) => {
    const version = typeof canonical === 'string' ? versions.get(canonical) : undefined
    return version === undefined ? canonical : `${canonical}|${version}`
  }
}

const isFields = (value: JsonValue | undefined): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype

/** The members that hold canonicals of profiles and value sets (R4 structuredefinition.html, elementdefinition.html, valueset.html). */
const CANONICALS: ReadonlySet<string> = new Set(['baseDefinition', 'profile', 'targetProfile', 'valueSet', 'valueCanonical'])

const pinned = (value: JsonValue, pin: Pin): JsonValue => {
  if (Array.isArray(value)) return value.map((item) => pinned(item, pin))
  return isFields(value) ? pinnedFields(value, pin) : value
}

const pinnedFields = (value: Fields, pin: Pin): { [name: string]: JsonValue } => {
  const members: { [name: string]: JsonValue } = {}
  for (const [name, member] of Object.entries(value)) {
    if (!CANONICALS.has(name)) members[name] = pinned(member, pin)
    else if (Array.isArray(member)) members[name] = member.map((one) => pin(one) ?? one)
    else members[name] = isFields(member) ? pinned(member, pin) : (pin(member) ?? member)
  }
  return members
}

/** `hl7.fhir.us.core#6.1.0`, as meta.source of what came with it. */
export const packageId = ({ name, version }: Pick<IgPackage, 'name' | 'version'>): string => `${name}#${version}`

/** The package as a resource: which one it is, and what it depends on. */
const guideOf = (ig: IgPackage): Fields => ({
  resourceType: 'ImplementationGuide',
  id: versionedId(ig.name, ig.version),
  meta: { source: packageId(ig) },
  url: `${ig.canonical ?? `urn:package:${ig.name}`}/ImplementationGuide/${ig.name}`,
  version: ig.version,
  name: ig.name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^./, (first) => first.toUpperCase()),
  title: ig.title,
  status: 'active',
  packageId: ig.name,
  fhirVersion: ['4.0.1'],
  ...(ig.dependencies.size > 0 && {
    dependsOn: [...ig.dependencies].map(([name, version]) => ({ uri: `urn:package:${name}`, packageId: name, version })),
  }),
})

/** The resources to store, the package itself first. Narratives are left out: nobody reads the definitions by them. */
export const packageResources = (ig: IgPackage): readonly Fields[] => {
  const brought = ig.resources.filter(({ resourceType, id }) => INSTALLED.has(String(resourceType)) && typeof id === 'string')
  const pin = pinOf(brought)
  const resources = brought.map(({ text: _narrative, ...resource }): Fields => {
    const { id, version, meta, ...rest } = pinnedFields(resource, pin)
    const own = isFields(meta) ? meta : {}
    const number = typeof version === 'string' ? version : ig.version
    return { ...rest, id: versionedId(String(id), number), version: number, meta: { ...own, source: packageId(ig) } }
  })
  return [guideOf(ig), ...resources]
}
