// Bundles' resources are validated as REST's are, by the mode of their bundle (design, "Bundles"): an error, a warning, or nothing at all.
import type { ValidationMode } from '../fhir/validated.ts'
import type { Validate } from '../fhir/validation/validator.ts'
import type { Target } from '../store/target.ts'
import { CONFIGURATION_TYPES } from './configuration-types.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Entry } from './entries.ts'

type Fields = Entry['resource']

export interface BundleValidation {
  /** The mode of a file that does not say its own. */
  modeOf(file: string): ValidationMode
  /** Of whether its references lead to something; undefined: as its resources are validated. */
  referencesOf(file: string): ValidationMode | undefined
  /** Absolute bases of the box. */
  readonly bases: readonly string[]
  /** Those that are not in the store. */
  absent(targets: readonly Target[]): Promise<readonly Target[]>
  /** The validator of what is at hand once these definitions of the bundles are. */
  validator(definitions: readonly Fields[]): Promise<Validate>
}

const DEFINITIONS: ReadonlySet<string> = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem'])

/** What is configuration has a schema; what a package brings is its publisher's; a patch or a deletion is no resource. */
const isValidated = ({ type, method, optional }: Entry): boolean =>
  !CONFIGURATION_TYPES.has(type) && (method === 'PUT' || method === 'POST') && optional !== true

/** What is wrong with an entry's resource, at its elements. */
export type Validity = (entry: Entry) => readonly Diagnostic[]

/** The check of every entry; the texts are searched for the definitions that they bring themselves. */
export const validityOf = async ({ modeOf, validator }: BundleValidation, texts: readonly Entry[]): Promise<Validity> => {
  const validate = await validator(texts.flatMap(({ type, resource }) => (DEFINITIONS.has(type) ? [resource] : [])))
  const modes = new Map<string, ValidationMode>()
  return (entry) => {
    const { source } = entry
    const mode = entry.validation ?? modes.get(source) ?? modeOf(source)
    modes.set(source, modes.get(source) ?? modeOf(source))
    if (mode === 'off' || !isValidated(entry)) return []
    return validate(entry.resource)
      .filter(({ severity }) => severity === 'error')
      .map(({ path, expression, diagnostics }) => ({
        ...entry.locate(path),
        severity: mode === 'enforce' ? 'error' : 'warning',
        code: 'invalid',
        message: `${expression}: ${diagnostics}`,
      }))
  }
}
