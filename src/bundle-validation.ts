// How a box validates, what is written over REST and its bundles: by their modes, with what the store and the bundles themselves define.
import { isAbsolute, relative, resolve } from 'node:path'
import type { BundleValidation } from './bundle/validity.ts'
import type { Canonicals } from './fhir/canonicals.ts'
import { prunedOf } from './fhir/stored-structures.ts'
import { terminologyResource } from './fhir/terminology/resources.ts'
import { baseTerminology } from './fhir/terminology/terminology.ts'
import { createValidation, type Validation, type ValidationMode } from './fhir/validated.ts'
import { baseStructures } from './fhir/validation/r4.ts'
import { createValidator } from './fhir/validation/validator.ts'
import type { Log } from './http/runtime.ts'
import { ALL } from './store/criterion.ts'
import { authorizeTargets } from './store/plan.ts'
import type { Store } from './store/store.ts'

export interface ValidationModes {
  /** Of what comes over REST, and of bundles for which there is no other. */
  readonly validation?: ValidationMode
  /** Of the bundles at or below a path; the longest path counts. */
  readonly bundleValidation?: readonly PathMode[]
  /** Of whether references lead to something; as the validation of the same resource where it is not said. */
  readonly references?: ValidationMode
  readonly bundleReferences?: readonly PathMode[]
  /** May a request ask by `aidbox-validation-skip: reference` that its references are not looked at (`BOX_FHIR_VALIDATION_SKIP_REFERENCE`). */
  readonly skipReference?: boolean
}

interface PathMode {
  readonly path: string
  readonly mode: ValidationMode
}

/** What of the modes decides whether a bundle loads. */
export const loadModes = ({ validation, bundleValidation, references, bundleReferences }: ValidationModes): object => ({
  validation,
  bundleValidation,
  references,
  bundleReferences,
})

const isAtOrBelow = (path: string, file: string): boolean => {
  if (path === file) return true
  const way = relative(resolve(path), resolve(file))
  return way === '' || !(way.startsWith('..') || isAbsolute(way))
}

const modeAt = (modes: readonly PathMode[], file: string): ValidationMode | undefined =>
  modes.filter(({ path }) => isAtOrBelow(path, file)).sort((a, b) => b.path.length - a.path.length)[0]?.mode

/** Where nothing is stored R4's own definitions are at hand, and those of the bundles. */
export const bundleValidation = (
  { validation = 'enforce', bundleValidation = [], references, bundleReferences = [] }: ValidationModes,
  base: string,
  stored?: { readonly canonicals: Canonicals; readonly store: Store },
): BundleValidation => ({
  bases: [`${base}/fhir`, base],
  absent: async (targets) => stored?.store.absent(authorizeTargets(targets, () => ALL)) ?? targets,
  modeOf: (file) => modeAt(bundleValidation, file) ?? validation,
  referencesOf: (file) => modeAt(bundleReferences, file) ?? references,
  validator: async (definitions) => {
    const structures = stored ? await stored.canonicals.structures() : baseStructures()
    const terminology = stored ? await stored.canonicals.terminology() : baseTerminology()
    return createValidator({
      structures: structures.with(definitions.flatMap((one) => prunedOf(one) ?? [])),
      terminology: terminology.with(definitions.flatMap((one) => terminologyResource(one) ?? [])),
    })
  },
})

/** What is wrong and stored all the same is a line of the log. */
export const restValidation = (
  { validation = 'enforce', references = validation, skipReference = false }: ValidationModes,
  canonicals: Canonicals,
  log: Log,
): Validation =>
  createValidation(canonicals, {
    mode: validation,
    references,
    skippable: skipReference,
    report: (name, issues) =>
      log.warn({ resource: name, issues: issues.map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`) }, 'invalid'),
  })
