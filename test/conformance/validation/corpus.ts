// What is validated: the resources of ../shared/data/us-core, and the examples of the US Core packages, each by the definitions that it is of.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { packageResources } from '../../../src/bundle/package/resources.ts'
import { unpackPackage } from '../../../src/bundle/package/unpack.ts'
import { terminologyResource } from '../../../src/fhir/terminology/resources.ts'
import { baseTerminology } from '../../../src/fhir/terminology/terminology.ts'
import { prune } from '../../../src/fhir/validation/prune.ts'
import { baseStructures } from '../../../src/fhir/validation/r4.ts'
import { createValidator, type Validate } from '../../../src/fhir/validation/validator.ts'
import { parseJson } from '../../../src/http/json.ts'
import { isFields, type Resource } from './sites.ts'

export interface Collection {
  /** `6.1.0` for the examples of that version, `data` for the shared records. */
  readonly name: string
  readonly resources: readonly Resource[]
  readonly validate: Validate
}

const EXAMPLE = /^package\/examples?\/[^/]+\.json$/

const isResource = (value: unknown): value is Resource => isFields(value) && typeof value.resourceType === 'string'

/** The files of `package/example/`, which an installation leaves out. */
const examplesOf = async (archive: Uint8Array): Promise<readonly Resource[]> => {
  const extract = tar.extract()
  extract.end(gunzipSync(archive))
  const found: Resource[] = []
  for await (const entry of extract) {
    const chunks: Uint8Array[] = []
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk)
    const value = EXAMPLE.test(entry.header.name) ? parseJson(Buffer.concat(chunks)) : undefined
    if (isResource(value)) found.push(value)
  }
  return found
}

const recordsOf = (folder: string): readonly Resource[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const value = parseJson(readFileSync(join(folder, file)))
      const entries =
        isFields(value) && Array.isArray(value.entry) ? value.entry.map((one) => (isFields(one) ? one.resource : one)) : [value]
      return entries.flatMap((one) => (isResource(one) ? [one] : []))
    })

/** The value sets that US Core only names (race, ethnicity, birthsex) are enumerated in its first version: all have them from there. */
export const readCorpus = async (data: string, packages: string): Promise<readonly Collection[]> => {
  const archives = readdirSync(packages)
    .filter((file) => file.endsWith('.tgz'))
    .sort()
    .map((file) => readFileSync(join(packages, file)))
  const read = await Promise.all(archives.map(unpackPackage))
  const brought = read.map((one) => packageResources(one))
  const definitions = brought.map((resources, at) =>
    resources.filter(({ resourceType }) => resourceType === 'StructureDefinition').map((one) => prune(one, `us-core#${read[at]?.version}`)),
  )
  const terminology = baseTerminology().with(brought.flat().flatMap((one) => terminologyResource(one) ?? []))
  const validatorOf = (own: (typeof definitions)[number]) => createValidator({ structures: baseStructures().with(own), terminology })
  const examples = await Promise.all(archives.map(examplesOf))
  return [
    { name: 'data', resources: recordsOf(data), validate: validatorOf(definitions.flat()) },
    ...read.map(({ version }, at) => ({ name: version, resources: examples[at] ?? [], validate: validatorOf(definitions[at] ?? []) })),
  ]
}
