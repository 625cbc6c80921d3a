// The demo under US Core 6.1 (issue 5, Done 3): loaded with the package it has no error, every profile is claimed, and every element that a
// profile says must be supported is somewhere among the resources that claim it.
import { readFileSync } from 'node:fs'
import { createBox } from '../../../src/box.ts'
import { packageResources } from '../../../src/bundle/package/resources.ts'
import { unpackPackage } from '../../../src/bundle/package/unpack.ts'
import { elementOf, type Fields, isFields, type Resource } from './sites.ts'

const HEADERS = { authorization: `Basic ${btoa('root:demo')}` }
const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])

/** The values of an element of objects, whatever the type of a choice; what a primitive has beside its value is one of its values. */
const below = (values: readonly unknown[], element: string): readonly unknown[] =>
  values.filter(isFields).flatMap((fields) =>
    Object.keys(fields)
      .map((name) => [name, name.replace(/^_/, '')] as const)
      .filter(([, name]) => name === element || (element.endsWith('[x]') && elementOf(name) === element.slice(0, -3)))
      .flatMap(([name]) => listOf(fields[name])),
  )

const PARTS_OF_NONE = /^Observation\.component(?:$|\.)/
const MEASURED_IN_PARTS = /us-core-(?:blood-pressure|pulse-oximetry)$/

/** What need not be there: the reason for no value, where there is one; parts of what has none; and one value of what is measured in parts. */
const isNeedless = (profile: Fields, id: string): boolean => {
  const url = String(profile.url)
  if (id.endsWith('.dataAbsentReason')) return true
  return MEASURED_IN_PARTS.test(url)
    ? url.endsWith('blood-pressure') && id === 'Observation.value[x]'
    : PARTS_OF_NONE.test(id) && isVitalSign(profile)
}

/** Those that are of a kind of US Core's vital signs, and so have all that those may have. */
const isVitalSign = ({ url, baseDefinition }: Fields): boolean => /us-core-vital-signs/.test(`${String(url)} ${String(baseDefinition)}`)

/** An element of a snapshot: its id is `Observation.component:systolic.value[x]`; a slice of extensions is known by its url. */
const holds = (resource: Resource, { id, type }: Fields): boolean => {
  const [, ...steps] = String(id)
    .split('.')
    .map((step) => step.replace(/:.*$/, ''))
  const found = steps.reduce<readonly unknown[]>(below, [resource])
  const [url] = listOf(type).flatMap((one) => (isFields(one) && one.code === 'Extension' ? listOf(one.profile) : []))
  return url === undefined ? found.length > 0 : found.some((one) => isFields(one) && one.url === String(url).replace(/\|.*$/, ''))
}

const elementsOf = ({ snapshot }: Fields): readonly Fields[] => (isFields(snapshot) ? listOf(snapshot.element).filter(isFields) : [])

const unsupported = (profile: Fields, resources: readonly Resource[]): readonly string[] => {
  const claiming = resources.filter(({ meta }) => isFields(meta) && listOf(meta.profile).includes(profile.url))
  if (claiming.length === 0) return [`${String(profile.url)} is claimed by nothing`]
  return elementsOf(profile)
    .filter(
      (element) =>
        element.mustSupport === true && !isNeedless(profile, String(element.id)) && !claiming.some((resource) => holds(resource, element)),
    )
    .map(({ id }) => `${String(profile.url)}: ${String(id)} is in none of the ${claiming.length} that claim it`)
}

/** What is wrong, in words, and how much was looked at. */
export const judgeDemo = async (
  bundle: string,
  archive: string,
): Promise<{ readonly resources: number; readonly profiles: number; readonly wrong: readonly string[] }> => {
  const profiles = packageResources(await unpackPackage(readFileSync(archive))).filter(
    ({ resourceType, kind, derivation, type }) =>
      resourceType === 'StructureDefinition' && kind === 'resource' && derivation === 'constraint' && type !== undefined,
  )
  const box = await createBox({ bundles: [bundle, archive], baseUrl: 'http://demo.example', env: {}, rootClientSecret: 'demo' })
  try {
    const resources: Resource[] = []
    for (const type of new Set(profiles.map((one) => String(one.type)))) {
      const answer = await box.request(`/fhir/${type}?_count=1000`, { headers: HEADERS })
      const { entry = [] } = (await answer.json()) as { entry?: readonly { resource: Resource }[] }
      resources.push(...entry.map(({ resource }) => resource))
    }
    const said = box.diagnostics.map(({ file, line, message }) => `${file}:${line} ${message}`)
    return {
      resources: resources.length,
      profiles: profiles.length,
      wrong: [...said, ...profiles.flatMap((one) => unsupported(one, resources))],
    }
  } finally {
    await box.close()
  }
}
