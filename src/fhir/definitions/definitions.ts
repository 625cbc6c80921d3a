// What the server knows of R4: resource types, search parameters, the patient compartment, and the types of searched elements.
// Read from the generated files, each once, most of it when it is first asked for.
import { readCore, readElements, readSearched } from './artefact.ts'
import { COMPARTMENT_DIFFERENCES } from './compartment.ts'

export type SearchType = 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri' | 'special'

export interface SearchParameter {
  readonly code: string
  readonly base: readonly string[]
  readonly type: SearchType
  readonly url: string
  /** FHIRPath; empty where R4 gives none (`_text`, `_content`, `_query`). */
  readonly expression: string
  readonly target: readonly string[]
  readonly component: ReadonlyArray<{ readonly definition: string; readonly expression: string }>
  /** Of a SearchParameter resource: tells its index entries from those of another definition of the same code. */
  readonly digest?: string
  /** The index does not hold it of every resource yet, so nothing can be asked by it. */
  readonly pending?: boolean
}

export interface Definitions {
  readonly types: ReadonlySet<string>
  /** SHA-256 of what decides how resources are indexed. */
  readonly digest: string
  /** Every parameter of the type by code, those of Resource and DomainResource included; empty for an unknown type. */
  searchParameters(type: string): ReadonlyMap<string, SearchParameter>
  parameterByUrl(url: string): SearchParameter | undefined
  /** The parameters by which a resource is in a patient's compartment; undefined: never by a parameter. */
  compartmentParams(type: string): readonly string[] | undefined
  /** R4's compartments: owner → type → the parameters by which it is in one; `{def}` is the owner itself. */
  readonly compartments: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  /** Of a token parameter over elements of type code (`Patient.gender`): the systems that they imply, and do not hold. */
  impliedSystems(param: string): readonly string[]
  /** Type codes of an element, `Observation.value[x]` for a choice; undefined for an unknown path. */
  elementTypes(path: string): readonly string[] | undefined
  /**
   * Does the element `name` at `path` (`Patient.contact`) repeat. Within a data type its own path is not known here: then every
   * data type that has such an element is asked.
   */
  isList(path: string, name: string): boolean
  /** Is the element `name` at `path` a choice, `value[x]`? */
  isChoice(path: string, name: string): boolean
  /** The type's members that must be there, a choice by its base name; empty for an unknown type. */
  mandatory(type: string): readonly string[]
  /** The type's members that `_summary=true` keeps. */
  summary(type: string): readonly string[]
}

const group = (parameters: readonly SearchParameter[]): Map<string, Map<string, SearchParameter>> => {
  const byType = new Map<string, Map<string, SearchParameter>>()
  for (const parameter of parameters) {
    for (const base of parameter.base) {
      const codes = byType.get(base) ?? new Map<string, SearchParameter>()
      byType.set(base, codes.set(parameter.code, parameter))
    }
  }
  return byType
}

const INHERITED: ReadonlySet<string> = new Set(['extension', 'modifierExtension', 'contained'])

/** Is `path.name` one of these paths, or else `name` an element of a data type that is. */
const named = (paths: readonly string[], types: ReadonlySet<string>): ((path: string, name: string) => boolean) => {
  const known = new Set(paths)
  const ofDataTypes = new Set(
    paths.flatMap((path) => {
      const [owner = '', ...names] = path.split('.')
      return types.has(owner) ? [] : [names.at(-1) ?? '']
    }),
  )
  return (path, name) => {
    if (known.has(`${path}.${name}`)) return true
    return !types.has(path) && ofDataTypes.has(name)
  }
}

/** What `make` makes, once. */
const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const NONE: ReadonlyMap<string, SearchParameter> = new Map()

const searchedOf = (types: ReadonlySet<string>) => {
  const { searchParameters, impliedSystems } = readSearched()
  const byBase = group(searchParameters)
  const merged = new Map<string, ReadonlyMap<string, SearchParameter>>()
  const parametersOf = (type: string): ReadonlyMap<string, SearchParameter> => {
    const known = merged.get(type)
    if (known) return known
    const bases = ['Resource', 'DomainResource', type].map((base) => byBase.get(base) ?? NONE)
    const all = types.has(type) ? new Map(bases.flatMap((codes) => [...codes])) : NONE
    merged.set(type, all)
    return all
  }
  return {
    parametersOf,
    byUrl: new Map(searchParameters.map((parameter) => [parameter.url, parameter])),
    impliedSystems: new Map(Object.entries(impliedSystems)),
  }
}

const elementsOf = (types: ReadonlySet<string>) => {
  const { elements, lists, choices, mandatory, summary } = readElements()
  return {
    types: new Map(Object.entries(elements)),
    isList: named(lists, types),
    isChoice: named(choices, types),
    mandatory: new Map(Object.entries(mandatory)),
    summary: new Map(Object.entries(summary)),
  }
}

/** Reads what a start needs; the rest follows when it is asked for. */
export const loadDefinitions = (): Definitions => {
  const core = readCore()
  const types = new Set(core.types)
  const compartments = new Map(Object.entries(core.compartments).map(([owner, members]) => [owner, new Map(Object.entries(members))]))
  const compartment = new Map<string, readonly string[] | undefined>([...(compartments.get('Patient') ?? []), ...COMPARTMENT_DIFFERENCES])
  const searched = once(() => searchedOf(types))
  const elements = once(() => elementsOf(types))
  return {
    types,
    digest: core.digest,
    searchParameters: (type) => (types.has(type) ? searched().parametersOf(type) : NONE),
    parameterByUrl: (url) => searched().byUrl.get(url),
    compartmentParams: (type) => compartment.get(type),
    compartments,
    impliedSystems: (param) => searched().impliedSystems.get(param) ?? [],
    elementTypes: (path) => elements().types.get(path)?.split('|'),
    isList: (path, name) => INHERITED.has(name) || elements().isList(path, name),
    isChoice: (path, name) => elements().isChoice(path, name),
    mandatory: (type) => elements().mandatory.get(type) ?? [],
    summary: (type) => elements().summary.get(type) ?? [],
  }
}
