// StructureDefinitions as validation reads them: R4's own and those of packages in one pruned form (R4 structuredefinition.html).

export interface TypeRule {
  /** `CodeableConcept`, `string`, `Reference`, …; `Resource` for any resource. */
  readonly code: string
  /** Canonicals of what a Reference or canonical may lead to. */
  readonly targets?: readonly string[]
  /** Canonicals of profiles of the type itself, one of which must hold. */
  readonly profiles?: readonly string[]
}

export interface BindingRule {
  readonly strength: 'required' | 'extensible'
  readonly valueSet: string
  /** elementdefinition-maxValueSet: no code outside of it, however extensible the binding is. */
  readonly max?: string
}

export interface ConstraintRule {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  /** FHIRPath. */
  readonly expression: string
}

export interface Discriminator {
  readonly type: string
  /** `$this`, `url`, `coding.code`, … */
  readonly path: string
}

export interface SlicingRule {
  readonly rules: 'open' | 'closed' | 'openAtEnd'
  readonly discriminators: readonly Discriminator[]
}

export interface ElementRule {
  /** With slice names: `Observation.category:VSCat.coding`. */
  readonly id: string
  /** `Observation.category.coding`; a choice ends in `[x]`. */
  readonly path: string
  readonly min: number
  /** Infinity is `*`. */
  readonly max: number | '*'
  /** Of the element that this one was derived from (ElementDefinition.base). */
  readonly base?: { readonly min: number; readonly max: number | '*' }
  readonly types?: readonly TypeRule[]
  /** `#Observation.referenceRange`: the element is defined there. */
  readonly content?: string
  readonly fixed?: unknown
  readonly pattern?: unknown
  readonly binding?: BindingRule
  readonly constraints?: readonly ConstraintRule[]
  readonly slicing?: SlicingRule
  readonly slice?: string
  /** Characters. */
  readonly maxLength?: number
}

export interface Definition {
  readonly url: string
  readonly version?: string
  readonly name: string
  readonly kind: 'resource' | 'complex-type' | 'primitive-type'
  /** The type that is defined or constrained. */
  readonly type: string
  readonly abstract?: true
  /** A profile constrains; a type does not. */
  readonly constraint?: true
  /** Where an extension may stand: `Patient`, `Element`, … (StructureDefinition.context of type element). */
  readonly contexts?: readonly string[]
  /** The package that it came with, `hl7.fhir.us.core#6.1.0`: its unversioned references are to that package first. */
  readonly package?: string
  /** In the order of the snapshot, the root first. */
  readonly elements: readonly ElementRule[]
}
