// The code systems and value sets that are at hand, by canonical URL: R4's own, and those of packages and of the store.
import { compareVersions, splitCanonical } from '../canonical.ts'
import { type Codes, codesOf } from './code-system.ts'
import { GRAMMARS } from './grammars.ts'
import { r4Terminology } from './r4.ts'
import type { CodeSystem, TerminologyResource, ValueSet } from './resources.ts'
import { type Binding, type CompiledValueSet, compileValueSet, type Known } from './value-set.ts'

export interface Terminology {
  /** What a binding to a value set asks (`url` or `url|version`); undefined where it is not at hand. */
  bindingOf(canonical: string): Binding | undefined
  valueSet(canonical: string): CompiledValueSet | undefined
  codes(system: string, version?: string): Codes | undefined
  /** A value set that is not one of those at hand, over what is. */
  compile(valueSet: ValueSet): CompiledValueSet
  /** With further resources; those of the same url and version replace. */
  with(resources: readonly TerminologyResource[]): Terminology
}

type Versions<Kind> = ReadonlyMap<string, readonly Kind[]>

/** By url, the latest version first; code systems that list their codes before those that do not. */
const group = <Kind extends TerminologyResource>(resources: readonly Kind[], rank: (one: Kind) => number): Versions<Kind> => {
  const byUrl = new Map<string, Kind[]>()
  for (const one of resources) {
    const others = byUrl.get(one.url)?.filter(({ version }) => version !== one.version) ?? []
    byUrl.set(one.url, [...others, one])
  }
  for (const versions of byUrl.values()) versions.sort((a, b) => rank(b) - rank(a) || compareVersions(b.version, a.version))
  return byUrl
}

const remember = <Value>(make: (key: string) => Value): ((key: string) => Value) => {
  const known = new Map<string, { readonly value: Value }>()
  return (key) => {
    const found = known.get(key)
    if (found) return found.value
    const value = make(key)
    known.set(key, { value })
    return value
  }
}

const isSystem = (resource: TerminologyResource): resource is CodeSystem => resource.resourceType === 'CodeSystem'
const isValueSet = (resource: TerminologyResource): resource is ValueSet => resource.resourceType === 'ValueSet'

/** R4's own value sets are all of this version, whatever their code systems say. */
const R4 = '4.0.1'

const UCUM = 'http://unitsofmeasure.org'

const create = (resources: () => readonly TerminologyResource[]): Terminology => {
  let grouped: { readonly systems: Versions<CodeSystem>; readonly valueSets: Versions<ValueSet> } | undefined
  const groups = () => {
    grouped ??= {
      systems: group(resources().filter(isSystem), ({ content }) => (content === 'complete' ? 1 : 0)),
      valueSets: group(resources().filter(isValueSet), () => 0),
    }
    return grouped
  }

  const systemOf = (url: string, version: string | undefined): CodeSystem | undefined => {
    const versions = groups()
      .systems.get(url)
      ?.filter(({ content }) => content !== 'not-present' && content !== 'supplement')
    return versions?.find((one) => one.version === version) ?? versions?.[0]
  }
  const compiledSystem = remember((key: string): Codes | undefined => {
    const system = systemOf(...splitCanonical(key))
    return system && codesOf(system)
  })
  const codes = (system: string, version?: string): Codes | undefined =>
    compiledSystem(version === undefined ? system : `${system}|${version}`)

  /** Units that R4's value sets name are units; of the rest UCUM's grammar tells only what is none. */
  let units: ReadonlySet<string> | undefined
  const isUnit = (code: string): boolean => {
    units ??= new Set(
      resources()
        .filter(isValueSet)
        .flatMap(({ include = [] }) => include.filter(({ system }) => system === UCUM).flatMap(({ concept = [] }) => concept))
        .map(({ code: unit }) => unit),
    )
    return units.has(code)
  }
  const grammar: Known['grammar'] = (system) => {
    const known = GRAMMARS.get(system)
    return system === UCUM && known ? (code) => isUnit(code) || known(code) : known
  }

  /**
   * What a version leaves open, since it imports what is not at hand, another version of the set may list (US Core enumerates its races in 3.1.1 only).
   * Its yes is taken, its no is not: later versions add.
   */
  const withOtherVersions = (own: CompiledValueSet): CompiledValueSet => {
    const others = (groups().valueSets.get(own.url) ?? []).filter(({ version }) => version !== own.version)
    if (others.length === 0) return own
    let compiled: readonly CompiledValueSet[] | undefined
    return {
      ...own,
      contains: (system, code) => {
        const answer = own.contains(system, code)
        if (answer !== 'unknown') return answer
        compiled ??= others.map(compile)
        return compiled.some((other) => other.contains(system, code) === true) || answer
      },
    }
  }

  const underWay = new Set<string>()
  const imported: Known['valueSet'] = (canonical) => (underWay.has(canonical) ? undefined : valueSet(canonical))
  const compile = (found: ValueSet): CompiledValueSet => compileValueSet(found, { codes, grammar, valueSet: imported })
  const valueSetOf = (canonical: string): ValueSet | undefined => {
    const [url, version] = splitCanonical(canonical)
    const versions = groups().valueSets.get(url)
    if (version === undefined) return versions?.[0]
    return (
      versions?.find((one) => one.version === version) ??
      (version === R4 && url.startsWith('http://hl7.org/fhir/ValueSet/') ? versions?.[0] : undefined)
    )
  }
  const valueSet: Terminology['valueSet'] = remember((canonical: string) => {
    const found = valueSetOf(canonical)
    // A value set that imports itself is not at hand.
    if (!found || underWay.has(canonical)) return undefined
    underWay.add(canonical)
    try {
      return withOtherVersions(compile(found))
    } finally {
      underWay.delete(canonical)
    }
  })

  const terminology: Terminology = {
    bindingOf: valueSet,
    valueSet,
    codes,
    compile,
    with: (added) => (added.length === 0 ? terminology : create(() => [...resources(), ...added])),
  }
  return terminology
}

const base = create(r4Terminology)

/** R4's own terminology, read when it is first asked. */
export const baseTerminology = (): Terminology => base
