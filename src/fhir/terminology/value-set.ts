// A value set's definition, compiled (R4 valueset.html#compositions): is a code in it, and which are.
import type { Codes } from './code-system.ts'
import type { ExpandedCode, ValueSet, ValueSetInclude } from './resources.ts'

/** 'unknown': the code system, a filter or another value set that decides is not at hand. It is never taken for a yes. */
export type Answer = boolean | 'unknown'

export interface Binding {
  /** Is the code in it; without a system: in any of its systems (an element of type code). */
  contains(system: string | undefined, code: string): Answer
}

export interface CompiledValueSet extends Binding {
  readonly url: string
  readonly version: string | undefined
  readonly name: string | undefined
  /** Every code that can be enumerated, and why there may be more. */
  expand(): { readonly codes: readonly ExpandedCode[]; readonly missing: readonly string[] }
}

/** What a definition refers to. */
export interface Known {
  codes(system: string, version?: string): Codes | undefined
  /** Decides codes of a system that is not at hand as a list. */
  grammar(system: string): ((code: string) => Answer) | undefined
  valueSet(canonical: string): CompiledValueSet | undefined
}

interface Part {
  contains(system: string | undefined, code: string): Answer
  codes(): readonly ExpandedCode[]
  missing(): readonly string[]
}

type Contains = Part['contains']

const combined = (parts: readonly Part[], decisive: boolean): Contains => {
  const [first, ...rest] = parts
  if (first && rest.length === 0) return first.contains
  return (system, code) => {
    let answer: Answer = !decisive
    for (const part of parts) {
      const one = part.contains(system, code)
      if (one === decisive) return decisive
      if (one === 'unknown') answer = one
    }
    return answer
  }
}

/** In at least one. */
const either = (parts: readonly Part[]): Contains => combined(parts, true)

/** In each. */
const both = (parts: readonly Part[]): Contains => combined(parts, false)

const isSystem = (wanted: string | undefined, system: string): boolean => wanted === undefined || wanted === system

/** Codes that are written down; where the system ignores case, so does this. */
const listed = (system: string, listed: NonNullable<ValueSetInclude['concept']>, codes: Codes | undefined): Part => {
  const fold = (code: string): string => codes?.find(code)?.code ?? code
  const known = new Map(listed.map((concept) => [fold(concept.code), concept]))
  return {
    contains: (wanted, code) => isSystem(wanted, system) && known.has(fold(code)),
    codes: () =>
      listed.map(({ code, display = codes?.find(code)?.display }) =>
        display === undefined ? { system, code } : { system, code, display },
      ),
    missing: () => [],
  }
}

const ofConcepts = (codes: Codes, found: ReadonlySet<unknown>): Part => ({
  contains: (wanted, code) => {
    if (!isSystem(wanted, codes.url)) return false
    const concept = codes.find(code)
    if (concept) return found.has(concept)
    return codes.complete ? false : 'unknown'
  },
  codes: () =>
    codes.concepts
      .filter((concept) => found.has(concept) && !concept.abstract)
      .map(({ code, display }) => (display === undefined ? { system: codes.url, code } : { system: codes.url, code, display })),
  missing: () => (codes.complete ? [] : [`not all of ${codes.url} is at hand`]),
})

/** Of a system nothing can be said but by its grammar. */
const open = (system: string, why: string, grammar: (code: string) => Answer = () => 'unknown'): Part => ({
  contains: (wanted, code) => (isSystem(wanted, system) ? grammar(code) : false),
  codes: () => [],
  missing: () => [why],
})

const filtered = (system: string, { filter = [] }: ValueSetInclude, codes: Codes | undefined, known: Known): Part => {
  const grammar = known.grammar(system)
  // What is malformed is in no part of the system either.
  if (!codes) return open(system, `${system} is not at hand`, (code) => (grammar?.(code) === false ? false : 'unknown'))
  let found: ReadonlySet<unknown> = new Set(codes.concepts)
  for (const one of filter) {
    const some = codes.filtered(one)
    if (!some) return open(system, `the filter ${one.property} ${one.op} is not understood`)
    found = new Set(some.filter((concept) => found.has(concept)))
  }
  return ofConcepts(codes, found)
}

const ofSystem = (include: ValueSetInclude & { readonly system: string }, known: Known): Part => {
  const { system, version, concept, filter } = include
  const codes = known.codes(system, version)
  if (concept) return listed(system, concept, codes)
  if (filter) return filtered(system, include, codes, known)
  return codes ? ofConcepts(codes, new Set(codes.concepts)) : open(system, `${system} is not at hand`, known.grammar(system))
}

const ofValueSet = (canonical: string, known: Known): Part => {
  const found = known.valueSet(canonical)
  if (!found) return { contains: () => 'unknown', codes: () => [], missing: () => [`the value set ${canonical} is not at hand`] }
  return { contains: found.contains, codes: () => found.expand().codes, missing: () => found.expand().missing }
}

/** A code of an include is in its system's part and in each of its value sets (R4 valueset-definitions.html#ValueSet.compose.include). */
const partOf = (include: ValueSetInclude, known: Known): Part => {
  const { system, valueSet = [] } = include
  const own = system === undefined ? [] : [ofSystem({ ...include, system }, known)]
  const parts = [...own, ...valueSet.map((canonical) => ofValueSet(canonical, known))]
  const [first, ...rest] = parts
  if (!first) return { contains: () => false, codes: () => [], missing: () => [] }
  return {
    contains: both(parts),
    codes: () => first.codes().filter((one) => rest.every((part) => part.contains(one.system, one.code) === true)),
    missing: () => parts.flatMap((part) => part.missing()),
  }
}

const ofExpansion = (codes: readonly ExpandedCode[]): Part => {
  const known = new Set(codes.flatMap(({ system, code }) => [`${system}|${code}`, `|${code}`]))
  return { contains: (system, code) => known.has(`${system ?? ''}|${code}`), codes: () => codes, missing: () => [] }
}

const once = (codes: readonly ExpandedCode[]): readonly ExpandedCode[] =>
  [...new Map(codes.toReversed().map((one) => [`${one.system}|${one.code}`, one])).values()].toReversed()

/** A value set, ready to be asked. */
export const compileValueSet = (
  { url, version, name, include = [], exclude = [], expansion }: ValueSet,
  known: Known,
): CompiledValueSet => {
  const included = expansion ? [ofExpansion(expansion)] : include.map((one) => partOf(one, known))
  const excluded = exclude.map((one) => partOf(one, known))
  const [isIncluded, isExcluded] = [either(included), either(excluded)]
  return {
    url,
    version,
    name,
    contains: (system, code) => {
      const found = isIncluded(system, code)
      if (found === false || excluded.length === 0) return found
      const out = isExcluded(system, code)
      if (out === true) return false
      return out === 'unknown' ? out : found
    },
    expand: () => ({
      codes: once(included.flatMap((part) => part.codes())).filter(({ system, code }) => isExcluded(system, code) === false),
      missing: [...new Set([...included, ...excluded].flatMap((part) => part.missing()))],
    }),
  }
}
