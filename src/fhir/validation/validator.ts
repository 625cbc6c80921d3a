// A resource against R4 and the profiles that it claims (R4 validation.html): the base pass of its type, then each profile's difference.
import type { Terminology } from '../terminology/terminology.ts'
import { createTypeChecks, type TypeChecks } from './base.ts'
import { extensionCheck } from './extensions.ts'
import { checkOf, type ProfileDependencies, profileCheck } from './profile.ts'
import { type Check, fail, type Issue, isFields, note, type Run, startRun } from './run.ts'
import type { Structures } from './structures.ts'

export interface ValidatorDependencies {
  readonly structures: Structures
  readonly terminology: Terminology
}

export interface ValidationOptions {
  /** Profiles that it must conform to besides those that it claims. */
  readonly profiles?: readonly string[]
  /** Warnings and notes too, not errors alone. */
  readonly thorough?: boolean
}

/** Every issue of a resource; none is an error where it is valid. Nothing is thrown for what a resource says. */
export type Validate = (resource: unknown, options?: ValidationOptions) => readonly Issue[]

const claimed = (meta: unknown): readonly string[] =>
  isFields(meta) && Array.isArray(meta.profile) ? meta.profile.filter((one) => typeof one === 'string') : []

/** R4's types as profiles: `http://hl7.org/fhir/StructureDefinition/Patient`. */
const BASE = 'http://hl7.org/fhir/StructureDefinition/'

const checkProfile = (
  canonical: string,
  value: Readonly<Record<string, unknown>>,
  deps: ProfileDependencies,
  run: Run,
  asked: boolean,
): void => {
  const definition = deps.structures.resolve(canonical)
  if (!definition) {
    // What a resource claims may be unknown here; what is asked for may not.
    if (asked) fail(run, 'not-found', `the profile ${canonical} is not known here`)
    else note(run, 'not-found', `the profile ${canonical} is not known here, and not checked`)
    return
  }
  if (definition.type !== value.resourceType && canonical !== `${BASE}Resource` && canonical !== `${BASE}DomainResource`) {
    fail(run, 'structure', `${canonical} is a profile of ${definition.type}, this is a ${String(value.resourceType)}`)
    return
  }
  if (definition.constraint) checkOf(definition, deps)(value, run)
}

const checkResource = (value: unknown, run: Run, typeChecks: TypeChecks, deps: ProfileDependencies, asked: readonly string[]): void => {
  const type = isFields(value) ? value.resourceType : undefined
  const definition = typeof type === 'string' ? deps.structures.type(type) : undefined
  if (!isFields(value) || typeof type !== 'string' || definition?.kind !== 'resource' || definition.abstract) {
    fail(run, 'structure', 'a resource of R4 with its resourceType is expected')
    return
  }
  typeChecks(type)(value, run)
  const own = claimed(value.meta).filter((canonical) => !asked.includes(canonical))
  for (const canonical of own) checkProfile(canonical, value, deps, run, false)
  for (const canonical of asked) checkProfile(canonical, value, deps, run, true)
}

const keysOfTypes = (structures: Structures): ReadonlySet<string> => {
  const keys = new Set<string>()
  for (const definition of structures.types()) {
    for (const { constraints = [] } of definition.elements) for (const { key } of constraints) keys.add(key)
  }
  return keys
}

/** A validator over these definitions and this terminology. Whatever a resource needs of them is compiled at its first use. */
export const createValidator = ({ structures, terminology }: ValidatorDependencies): Validate => {
  let keys: ReadonlySet<string> | undefined
  const deps: ProfileDependencies = {
    structures,
    terminology,
    baseKeys: () => {
      keys ??= keysOfTypes(structures)
      return keys
    },
  }
  /** A contained resource has its container around it; one in an entry stands for itself (`%resource`, `%rootResource`). */
  const nested =
    (contained: boolean): Check =>
    (value, run) => {
      const outer = run.environment
      const rootResource = contained ? (outer.rootResource ?? outer.resource) : value
      run.environment = { resource: value, rootResource }
      checkResource(value, run, typeChecks, deps, [])
      run.environment = outer
    }
  const typeChecks = createTypeChecks({
    structures,
    terminology,
    resource: nested,
    profile: (canonical) => profileCheck(canonical, deps),
    extension: extensionCheck(deps),
  })
  return (resource, { profiles = [], thorough = false } = {}) => {
    const root = isFields(resource) && typeof resource.resourceType === 'string' ? resource.resourceType : 'Resource'
    const run = startRun(resource, root, thorough)
    checkResource(resource, run, typeChecks, deps, profiles)
    return run.issues
  }
}
