// How a box validates its bundles: by their modes, with what the store and the bundles themselves define.
import { isAbsolute, relative, resolve } from 'node:path'
import type { BundleValidation } from './bundle/validity.ts'
import type { Canonicals } from './fhir/canonicals.ts'
import { prunedOf } from './fhir/stored-structures.ts'
import { terminologyResource } from './fhir/terminology/resources.ts'
import { baseTerminology } from './fhir/terminology/terminology.ts'
import type { ValidationMode } from './fhir/validated.ts'
import { baseStructures } from './fhir/validation/r4.ts'
import { createValidator } from './fhir/validation/validator.ts'

export interface ValidationModes {
  /** Of what comes over REST, and of bundles for which there is no other. */
  readonly validation?: ValidationMode
  /** Of the bundles at or below a path; the longest path counts. */
  readonly bundleValidation?: ReadonlyArray<{ readonly path: string; readonly mode: ValidationMode }>
}

const isAtOrBelow = (path: string, file: string): boolean => {
  if (path === file) return true
  const way = relative(resolve(path), resolve(file))
  return way === '' || !(way.startsWith('..') || isAbsolute(way))
}

/** Without `canonicals` (nothing is stored) R4's own definitions are at hand, and those of the bundles. */
export const bundleValidation = (
  { validation = 'enforce', bundleValidation = [] }: ValidationModes,
  canonicals?: Canonicals,
): BundleValidation => ({
  modeOf: (file) => {
    const longest = bundleValidation.filter(({ path }) => isAtOrBelow(path, file)).sort((a, b) => b.path.length - a.path.length)[0]
    return longest?.mode ?? validation
  },
  validator: async (definitions) => {
    const structures = canonicals ? await canonicals.structures() : baseStructures()
    const terminology = canonicals ? await canonicals.terminology() : baseTerminology()
    return createValidator({
      structures: structures.with(definitions.flatMap((one) => prunedOf(one) ?? [])),
      terminology: terminology.with(definitions.flatMap((one) => terminologyResource(one) ?? [])),
    })
  },
})
