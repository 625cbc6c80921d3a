// Resources are validated once their write is authorized and before it is stored (R4 validation.html; design, "Bundles": modes).

import type { Call } from './call.ts'
import type { Canonicals } from './canonicals.ts'
import { FhirError } from './outcome.ts'
import type { Issue } from './validation/run.ts'
import { createValidator, type Validate, type ValidationOptions } from './validation/validator.ts'
import type { Write } from './write.ts'

/** What becomes of a resource with errors: refused; stored, and the errors logged; not looked at. */
export const VALIDATION_MODES = ['enforce', 'report', 'off'] as const
export type ValidationMode = (typeof VALIDATION_MODES)[number]

export interface Validation {
  /** Of what comes over REST. */
  readonly mode: ValidationMode
  issues(resource: unknown, options?: ValidationOptions): Promise<readonly Issue[]>
  /** Told of the errors of what is stored in spite of them. */
  readonly report: (name: string, issues: readonly Issue[]) => void
}

/** The validator of what is at hand: made anew when definitions or terminology change. */
export const validatorOf = (canonicals: Canonicals): (() => Promise<Validate>) => {
  let key: readonly unknown[] = []
  let validate: Validate | undefined
  return async () => {
    const [structures, terminology] = [await canonicals.structures(), await canonicals.terminology()]
    if (validate && key[0] === structures && key[1] === terminology) return validate
    key = [structures, terminology]
    validate = createValidator({ structures, terminology })
    return validate
  }
}

/** Validates by what is at hand when it is asked. */
export const createValidation = (canonicals: Canonicals, mode: ValidationMode, report: Validation['report']): Validation => {
  const validator = validatorOf(canonicals)
  return { mode, report, issues: async (resource, options) => (await validator())(resource, options) }
}

const isError = ({ severity }: Issue): boolean => severity === 'error'

/** The write, if its resource is valid or need not be. Throws FhirError 422 with every error. */
export const validated = async ({ deps }: Call, write: Write): Promise<Write> => {
  const { validation, configuration } = deps
  const { type, id, resource } = write
  if (resource === undefined || validation === undefined || validation.mode === 'off' || configuration.owns(type)) return write
  const errors = (await validation.issues(resource)).filter(isError)
  if (errors.length === 0) return write
  if (validation.mode === 'enforce') throw new FhirError('processing', 'the resource is not valid', { issues: errors })
  validation.report(`${type}/${id}`, errors)
  return write
}
