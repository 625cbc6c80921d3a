// A StructureDefinition to what validation keeps of it. Run when R4's artefact is made, and when a package is installed.
import type { BindingRule, ConstraintRule, Definition, Discriminator, ElementRule, SlicingRule, TypeRule } from './definition.ts'

type Fields = Readonly<Record<string, unknown>>

/** There is nothing to validate by: a definition without a snapshot, or of a logical model. */
export class NotPrunable extends Error {}

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const texts = (value: unknown): readonly string[] => list(value).flatMap((one) => text(one) ?? [])

/** Only the members that are there: absent ones cost nothing in the artefact. */
const given = <Value extends object>(value: { readonly [Key in keyof Value]: Value[Key] | undefined }): Value =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && !(Array.isArray(one) && one.length === 0))) as Value

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type'
const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet'
const BEST_PRACTICE = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice'

/** FHIRPath's own types stand for the primitives of `id` and `url` and of the values of primitives. */
const codeOf = (type: Fields): string => {
  const code = text(type.code) ?? ''
  if (!code.startsWith('http://hl7.org/fhirpath/')) return code
  const named = list(type.extension)
    .map(fields)
    .find(({ url }) => url === FHIR_TYPE)
  return text(named?.valueUrl) ?? text(named?.valueUri) ?? 'string'
}

const typesOf = (element: Fields): readonly TypeRule[] =>
  list(element.type)
    .map(fields)
    .map((type) => given<TypeRule>({ code: codeOf(type), targets: texts(type.targetProfile), profiles: texts(type.profile) }))

const bindingOf = (element: Fields): BindingRule | undefined => {
  const binding = fields(element.binding)
  const { strength } = binding
  const valueSet = text(binding.valueSet)
  const max = list(binding.extension)
    .map(fields)
    .find(({ url }) => url === MAX_VALUE_SET)
  const limit = text(max?.valueCanonical) ?? text(max?.valueUri)
  if (valueSet === undefined || (strength !== 'required' && strength !== 'extensible')) {
    return limit === undefined ? undefined : { strength: 'required', valueSet: limit }
  }
  return given<BindingRule>({ strength, valueSet, max: limit })
}

/** Held by every element, and written by hand in the validator. */
const EVERYWHERE: ReadonlySet<unknown> = new Set(['ele-1', 'ext-1'])

const constraintsOf = (element: Fields): readonly ConstraintRule[] =>
  list(element.constraint)
    .map(fields)
    .flatMap((constraint): ConstraintRule[] => {
      const { key, severity, expression, human } = constraint
      const practice = list(constraint.extension).some((one) => fields(one).url === BEST_PRACTICE)
      if (EVERYWHERE.has(key) || practice || typeof key !== 'string' || typeof expression !== 'string') return []
      return [{ key, severity: severity === 'warning' ? 'warning' : 'error', human: text(human) ?? key, expression }]
    })

const slicingOf = (element: Fields): SlicingRule | undefined => {
  if (element.slicing === undefined) return undefined
  const { rules, discriminator } = fields(element.slicing)
  const discriminators = list(discriminator)
    .map(fields)
    .flatMap(({ type, path }): Discriminator[] => (typeof type === 'string' && typeof path === 'string' ? [{ type, path }] : []))
  return { rules: rules === 'closed' || rules === 'openAtEnd' ? rules : 'open', discriminators }
}

const byPrefix = (element: Fields, prefix: string): unknown => {
  const name = Object.keys(element).find((key) => key.startsWith(prefix) && key.length > prefix.length)
  return name === undefined ? undefined : element[name]
}

const maxOf = (value: unknown): number | '*' => (value === '*' || typeof value !== 'string' ? '*' : Number(value))
const minOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

const elementOf = (element: Fields): ElementRule => {
  const base = element.base === undefined ? undefined : fields(element.base)
  const path = text(element.path) ?? ''
  return given<ElementRule>({
    id: text(element.id) ?? path,
    path,
    min: minOf(element.min),
    max: maxOf(element.max),
    base: base && { min: minOf(base.min), max: maxOf(base.max) },
    types: typesOf(element),
    content: text(element.contentReference)?.replace(/^[^#]*/, ''),
    fixed: byPrefix(element, 'fixed'),
    pattern: byPrefix(element, 'pattern'),
    binding: bindingOf(element),
    constraints: constraintsOf(element),
    slicing: slicingOf(element),
    slice: text(element.sliceName),
    maxLength: typeof element.maxLength === 'number' ? element.maxLength : undefined,
  })
}

/** What R4 publishes of `Resource.id` is a string, and is meant to be an id (validation.md, errata). */
const corrected = (element: ElementRule, kind: string): ElementRule =>
  kind === 'resource' && /^[A-Z][A-Za-z]+\.id$/.test(element.path) ? { ...element, types: [{ code: 'id' }] } : element

const contextsOf = (definition: Fields): readonly string[] =>
  list(definition.context)
    .map(fields)
    .flatMap(({ type, expression }) => (type === 'element' && typeof expression === 'string' ? [expression] : []))

/** The pruned form. Throws NotPrunable where there is nothing to validate by. */
export const prune = (structureDefinition: Fields, from?: string): Definition => {
  const { kind, type, derivation } = structureDefinition
  const url = text(structureDefinition.url)
  const elements = list(fields(structureDefinition.snapshot).element).map(fields)
  if (url === undefined || typeof type !== 'string') throw new NotPrunable('a StructureDefinition needs url and type')
  if (kind !== 'resource' && kind !== 'complex-type' && kind !== 'primitive-type') throw new NotPrunable(`a ${kind} is not validated`)
  if (elements.length === 0) throw new NotPrunable('it has no snapshot; only definitions with one can be validated by')
  return given<Definition>({
    url,
    version: text(structureDefinition.version),
    name: text(structureDefinition.name) ?? type,
    kind,
    type,
    abstract: structureDefinition.abstract === true ? true : undefined,
    constraint: derivation === 'constraint' ? true : undefined,
    contexts: type === 'Extension' ? contextsOf(structureDefinition) : undefined,
    package: from,
    elements: elements.map(elementOf).map((element) => corrected(element, kind)),
  })
}
