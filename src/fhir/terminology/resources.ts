// CodeSystem and ValueSet as terminology reads them: R4's own form, without what no operation asks for (narrative, contacts, mappings).

export interface ConceptProperty {
  readonly code: string
  readonly value: string | boolean | number
}

export interface CodeSystemConcept {
  readonly code: string
  readonly display?: string
  readonly property?: readonly ConceptProperty[]
  readonly concept?: readonly CodeSystemConcept[]
}

export interface CodeSystem {
  readonly resourceType: 'CodeSystem'
  readonly url: string
  readonly version?: string
  readonly name?: string
  /** `complete`: what it does not list is no code of it (R4 valueset-codesystem-content-mode). */
  readonly content: string
  readonly caseSensitive?: boolean
  readonly concept?: readonly CodeSystemConcept[]
}

export interface ValueSetFilter {
  readonly property: string
  readonly op: string
  readonly value: string
}

export interface ValueSetInclude {
  readonly system?: string
  readonly version?: string
  readonly concept?: ReadonlyArray<{ readonly code: string; readonly display?: string }>
  readonly filter?: readonly ValueSetFilter[]
  readonly valueSet?: readonly string[]
}

export interface ExpandedCode {
  readonly system: string
  readonly code: string
  readonly display?: string
}

export interface ValueSet {
  readonly resourceType: 'ValueSet'
  readonly url: string
  readonly version?: string
  readonly name?: string
  readonly include?: readonly ValueSetInclude[]
  readonly exclude?: readonly ValueSetInclude[]
  /** Where it was published expanded and without a definition. */
  readonly expansion?: readonly ExpandedCode[]
}

export type TerminologyResource = CodeSystem | ValueSet

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Members that are there; JSON has no undefined. */
const given = <Value extends object>(value: Value): Value =>
  Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && !(Array.isArray(member) && member.length === 0)),
  ) as Value

const propertyOf = (property: Fields): readonly ConceptProperty[] => {
  const member = Object.keys(property).find((name) => /^value[A-Z]/.test(name))
  const value = member === undefined ? undefined : property[member]
  const scalar = isFields(value) ? value.code : value
  const code = text(property.code)
  if (code === undefined || (typeof scalar !== 'string' && typeof scalar !== 'boolean' && typeof scalar !== 'number')) return []
  return [{ code, value: scalar }]
}

const conceptOf = (concept: Fields): readonly CodeSystemConcept[] => {
  const code = text(concept.code)
  if (code === undefined) return []
  return [
    given({
      code,
      display: text(concept.display),
      property: list(concept.property).flatMap(propertyOf),
      concept: list(concept.concept).flatMap(conceptOf),
    }) as CodeSystemConcept,
  ]
}

const includeOf = ({ system, version, concept, filter, valueSet }: Fields): ValueSetInclude =>
  given({
    system: text(system),
    version: text(version),
    concept: list(concept).flatMap(({ code, display }) => (typeof code === 'string' ? [given({ code, display: text(display) })] : [])),
    filter: list(filter).map(({ property, op, value }) => ({ property: String(property), op: String(op), value: String(value) })),
    valueSet: Array.isArray(valueSet) ? valueSet.map(String) : undefined,
  }) as ValueSetInclude

const expandedOf = (contains: unknown): readonly ExpandedCode[] =>
  list(contains).flatMap(({ system, code, display, abstract, contains: inner }) => {
    const own = typeof system === 'string' && typeof code === 'string' && abstract !== true
    return [...(own ? [given({ system, code, display: text(display) }) as ExpandedCode] : []), ...expandedOf(inner)]
  })

/** The resource as terminology reads it; undefined for another one, or one without a url. */
export const terminologyResource = (resource: Fields): TerminologyResource | undefined => {
  const { resourceType, url, version, name, compose, expansion } = resource
  if (typeof url !== 'string') return undefined
  const identity = { url, version: text(version), name: text(name) }
  if (resourceType === 'CodeSystem') {
    const { content, caseSensitive, concept } = resource
    return given({
      resourceType,
      ...identity,
      content: text(content) ?? 'not-present',
      caseSensitive: typeof caseSensitive === 'boolean' ? caseSensitive : undefined,
      concept: list(concept).flatMap(conceptOf),
    }) as CodeSystem
  }
  if (resourceType !== 'ValueSet') return undefined
  const definition = isFields(compose)
    ? { include: list(compose.include).map(includeOf), exclude: list(compose.exclude).map(includeOf) }
    : {}
  const expanded = isFields(compose) || !isFields(expansion) ? undefined : expandedOf(expansion.contains)
  return given({ resourceType, ...identity, ...definition, expansion: expanded }) as ValueSet
}
