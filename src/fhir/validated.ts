// Resources are validated once their write is authorized and before it is stored (R4 validation.html; design, "Bundles": modes).

import type { Call } from './call.ts'
import type { Canonicals } from './canonicals.ts'
import { referring } from './integrity/referring.ts'
import { FhirError } from './outcome.ts'
import type { Resource } from './resource.ts'
import type { Issue } from './validation/run.ts'
import { createValidator, type Validate, type ValidationOptions } from './validation/validator.ts'
import type { Write } from './write.ts'

/** What becomes of a resource with errors: refused; stored, and the errors logged; not looked at. */
export const VALIDATION_MODES = ['enforce', 'report', 'off'] as const
export type ValidationMode = (typeof VALIDATION_MODES)[number]

export interface Validation {
  /** Of what comes over REST. */
  readonly mode: ValidationMode
  /** Of whether references lead to something. */
  readonly references: ValidationMode
  /** May a request say that its references are not looked at (`BOX_FHIR_VALIDATION_SKIP_REFERENCE`). */
  readonly skippable: boolean
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
export const createValidation = (canonicals: Canonicals, given: Omit<Validation, 'issues'>): Validation => {
  const validator = validatorOf(canonicals)
  return { ...given, issues: async (resource, options) => (await validator())(resource, options) }
}

const isError = ({ severity }: Issue): boolean => severity === 'error'

/** Throws FhirError 422 with every error, where they are not only reported. */
const checkResource = async ({ mode, issues, report }: Validation, { type, id }: Write, resource: Resource): Promise<void> => {
  const errors = mode === 'off' ? [] : (await issues(resource)).filter(isError)
  if (errors.length === 0) return
  if (mode === 'enforce') throw new FhirError('processing', 'the resource is not valid', { issues: errors })
  report(`${type}/${id}`, errors)
}

/** The write, if its resource is valid or need not be, with what it must find where it is written. Throws FhirError 422. */
export const validated = async (call: Call, write: Write): Promise<Write> => {
  const { validation, configuration } = call.deps
  const { type, resource } = write
  if (resource === undefined || validation === undefined || configuration.owns(type)) return write
  await checkResource(validation, write, resource)
  return referring(call, write)
}
