// Extensions (R4 extensibility.html): a value or further extensions, never both; where a definition of the url is known, it applies.
import type { Branches } from './branch.ts'
import type { Definition } from './definition.ts'
import { placeOf } from './expression.ts'
import { type Check, type Fields, isFields, type Run } from './run.ts'
import type { Structures } from './structures.ts'

export interface ExtensionDependencies {
  readonly structures: Structures
  readonly branches: Branches
  /** The check of a definition's difference from Extension. */
  readonly profile: (definition: Definition) => Check | undefined
}

const hasValue = (extension: Fields): boolean => {
  for (const name in extension) if (name.startsWith('value') || name.startsWith('_value')) return true
  return false
}

/** ext-1. */
const checkContent = (extension: Fields, run: Run): void => {
  const value = hasValue(extension)
  if (value === (extension.extension !== undefined)) {
    run.error('invariant', `ext-1: an extension has ${value ? 'either a value or extensions, not both' : 'a value or extensions'}`)
  }
}

/** An extension is in the list of the element that it extends: two steps above its own place. */
const containerOf = (run: Run, branches: Branches) => placeOf(run.root, run.above(2), branches)

/** Defined for fewer places in R4 than HL7's own R4 packages use them in; later definitions allow those. */
const UNCONFINED: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation',
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type',
])

const GENERAL: ReadonlySet<string> = new Set(['Element', 'Resource', 'DomainResource', 'BackboneElement'])
const isAnywhere = (contexts: readonly string[]): boolean => contexts.includes('Element') || contexts.includes('Extension')

const checkContext = ({ url, contexts }: Definition, run: Run, branches: Branches): void => {
  if (!contexts || UNCONFINED.has(url) || isAnywhere(contexts)) return
  const { names } = containerOf(run, branches)
  const isResource = names.some((name) => branches.of(name)?.kind === 'resource' && !name.includes('.'))
  const fits = contexts.some((context) => names.includes(context) || (GENERAL.has(context) && isResource) || context === 'Any')
  if (!fits) run.error('extension', `the extension ${url} stands on ${contexts.join(', ')}, not here`)
}

const anyOf = (definitions: readonly Definition[], deps: ExtensionDependencies): Check | undefined => {
  const checks = definitions.flatMap((one) => deps.profile(one) ?? [])
  const [latest] = checks
  if (checks.length < definitions.length || !latest) return undefined
  if (checks.length === 1) return latest
  return (value, run) => {
    if (!checks.some((check) => run.passes(() => check(value, run)))) latest(value, run)
  }
}

/** What holds of every extension beyond its form. */
export const extensionRules = (deps: ExtensionDependencies): Check => {
  const known = new Map<string, { readonly definition: Definition; readonly check: Check | undefined } | undefined>()
  const ofUrl = (url: string) => {
    if (known.has(url)) return known.get(url)
    const definitions = deps.structures.versions(url).filter(({ type }) => type === 'Extension')
    const [definition] = definitions
    const found = definition && { definition, check: anyOf(definitions, deps) }
    // A url that nobody defines may come from anyone: it is not worth a place in memory.
    if (found) known.set(url, found)
    return found
  }
  return (extension, run) => {
    if (!isFields(extension)) return
    checkContent(extension, run)
    const { url } = extension
    if (typeof url !== 'string') return
    if (!url.includes(':')) {
      if (!containerOf(run, deps.branches).names.includes('Extension')) {
        run.error('extension', 'the url of an extension is absolute, but within another extension', 'url')
      }
      return
    }
    const found = ofUrl(url)
    if (!found) run.once(`the extension ${url} is not known here`)
    else {
      checkContext(found.definition, run, deps.branches)
      found.check?.(extension, run)
    }
  }
}
