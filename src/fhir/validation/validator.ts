// Validation of a resource (R4 validation.html): its type's form and rules, then what each profile that it claims asks beyond them.
import type { Terminology } from '../terminology/terminology.ts'
import { isMember } from './binding.ts'
import { type Branches, createBranches } from './branch.ts'
import { entryTypes } from './bundle-rules.ts'
import type { Definition } from './definition.ts'
import { placeOf } from './expression.ts'
import { extensionRules } from './extension.ts'
import { compileProfile } from './profile.ts'
import { type Check, type Fields, type Issue, isFields, Run } from './run.ts'
import { createShapes } from './shape.ts'
import type { Structures } from './structures.ts'

export interface ValidationOptions {
  /** Profiles that it must conform to besides those that it claims. */
  readonly profiles?: readonly string[]
  /** Warnings and notes too, not errors alone. */
  readonly thorough?: boolean
}

/** Every issue of a resource; none is an error where it is valid. Nothing is thrown for what a resource says. */
export type Validate = (resource: unknown, options?: ValidationOptions) => readonly Issue[]

export interface ValidatorDependencies {
  readonly structures: Structures
  readonly terminology: Terminology
}

const NOTHING: Check = () => undefined

const claimed = ({ meta }: Fields): readonly string[] =>
  isFields(meta) && Array.isArray(meta.profile) ? meta.profile.filter((one) => typeof one === 'string') : []

/** Of a profile's versions, the latest first, the one that finds fewest errors; undefined where one finds none. */
const nearestOf = (checks: readonly Check[], value: unknown, run: Run): Check | undefined => {
  let nearest: Check | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const check of checks) {
    const errors = run.errorsOf(() => check(value, run))
    if (errors === 0) return undefined
    if (errors < fewest) [nearest, fewest] = [check, errors]
  }
  return nearest
}

const ANY_RESOURCE: ReadonlySet<string> = new Set(['Resource', 'DomainResource'])

/** Compiles what it needs when it first needs it, and keeps it: one validator serves as long as its definitions do. */
export const createValidator = ({ structures, terminology }: ValidatorDependencies): Validate => {
  const branches: Branches = createBranches(structures)
  const bindingOf = (canonical: string) => terminology.bindingOf(canonical)
  const isType = (name: string): boolean => {
    const definition = structures.type(name)
    return definition?.kind === 'resource' && !definition.abstract
  }
  const memberOf = (coded: unknown, valueSet: string): boolean | undefined => {
    const set = bindingOf(valueSet)
    const answer = set ? isMember(coded, set) : 'unknown'
    return answer === 'unknown' ? undefined : answer
  }

  const compiled = new Map<Definition, { readonly check: Check | undefined }>()
  const profile = (definition: Definition): Check | undefined => {
    const known = compiled.get(definition)
    if (known) return known.check
    // A profile may lead back to itself; what it asks of what is inside is then found when that is checked.
    const later: Check = (value, run) => compiled.get(definition)?.check?.(value, run)
    compiled.set(definition, { check: later })
    const check = compileProfile(definition, { structures, branches, bindingOf, isType, conforms, profiles })
    compiled.set(definition, { check })
    return check
  }

  /** The profile that a canonical names; without a version, any version that the value conforms to will do. */
  const checksOf = (canonical: string, from: string | undefined): readonly Check[] | undefined => {
    const own = from === undefined ? undefined : structures.resolve(canonical, from)
    const definitions = own?.package === from && own ? [own] : structures.versions(canonical)
    return definitions.length === 0 ? undefined : definitions.map((one) => profile(one) ?? NOTHING)
  }

  const profiles = (canonicals: readonly string[], from?: string): Check => {
    let checks: ReadonlyArray<Check> | undefined
    return (value, run) => {
      checks ??= canonicals.flatMap((canonical) => checksOf(canonical, from) ?? [])
      const [first] = checks
      if (!first) return run.once(`the profile ${canonicals.join(', ')} is not at hand: it is not checked`)
      const nearest = checks.length === 1 ? first : nearestOf(checks, value, run)
      nearest?.(value, run)
    }
  }

  const conforms = (canonicals: readonly string[], value: unknown, run: Run): boolean => run.passes(() => profiles(canonicals)(value, run))

  const byCanonical = new Map<string, Check>()
  /** The check of a profile of resources; undefined: no definition of it is at hand. */
  const ofResource = (canonical: string): Check | undefined => {
    const known = byCanonical.get(canonical)
    if (known) return known
    const [definition] = structures.versions(canonical)
    if (!definition) return undefined
    const check = definition.constraint ? profiles([canonical]) : NOTHING
    const checked: Check = (value, run) => {
      const type = isFields(value) ? value.resourceType : undefined
      if (definition.type === type || ANY_RESOURCE.has(definition.type)) check(value, run)
      else run.error('structure', `${canonical} is a profile of ${definition.type}, this is a ${String(type)}`)
    }
    byCanonical.set(canonical, checked)
    return checked
  }

  const typed = (value: unknown, run: Run): void => {
    const type: unknown = isFields(value) ? value.resourceType : undefined
    const check = typeof type === 'string' && isType(type) ? shapes.of(type) : undefined
    if (!isFields(value) || !check) {
      run.error('structure', 'a resource of R4 with its resourceType is expected')
      return
    }
    check(value, run)
    for (const canonical of claimed(value)) {
      const profile = ofResource(canonical)
      if (profile) profile(value, run)
      else run.once(`the profile ${canonical} is not known here, and not checked`)
    }
  }

  /** A resource within another one: what its expressions see is itself. */
  const within = (value: unknown, run: Run, contained: boolean): void => {
    const before = run.environment
    run.environment = { ...before, resource: value, rootResource: contained ? before.rootResource : value }
    typed(value, run)
    run.environment = before
  }

  const shapes = createShapes({
    structures,
    branches,
    bindingOf,
    resource: within,
    extension: extensionRules({ structures, branches, profile }),
    profiles,
  })

  return (resource, { profiles: asked = [], thorough = false } = {}) => {
    const run = new Run(resource, memberOf, thorough)
    if (isFields(resource) && resource.resourceType === 'Bundle') run.entryTypes = entryTypes(resource)
    typed(resource, run)
    const own = isFields(resource) ? claimed(resource) : []
    for (const canonical of asked) {
      const profile = ofResource(canonical)
      // What a resource claims may be unknown here; what is asked for may not.
      if (!profile) run.error('not-found', `the profile ${canonical} is not known here`)
      else if (!own.includes(canonical)) profile(resource, run)
    }
    return run.findings.map((finding) => ({ ...finding, expression: placeOf(resource, finding.path, branches).expression }))
  }
}
