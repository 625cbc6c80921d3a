// What the store indexes of one resource: made by `fhir/search/extract` at write time, so that queries never scan.

/** `param` is `Type.code` as in Criterion. `group`: composite components of the same element share a number. */
export type IndexEntry =
  | { readonly kind: 'token'; readonly param: string; readonly system: string; readonly code: string }
  /** High-cardinality tokens (identifier, phone, email): matched by the same `token` criterion, stored without interning. */
  | { readonly kind: 'identifier'; readonly param: string; readonly system: string; readonly code: string }
  | { readonly kind: 'uri'; readonly param: string; readonly value: string }
  /** `folded`: lower case, no diacritics, white space collapsed. */
  | { readonly kind: 'string'; readonly param: string; readonly value: string; readonly folded: string }
  | { readonly kind: 'date'; readonly param: string; readonly from: number; readonly to: number }
  /** `from` and `to` are the same but for a Range: its ends, or the farthest numbers where it is open. */
  | {
      readonly kind: 'number'
      readonly param: string
      readonly from: number
      readonly to: number
      readonly system: string
      readonly code: string
    }
  | { readonly kind: 'reference'; readonly param: string; readonly type: string; readonly id: string }
  | { readonly kind: 'reference-url'; readonly param: string; readonly url: string }
  /** One occurrence of a composite parameter: the entries of its components, kept together. */
  | { readonly kind: 'composite'; readonly param: string; readonly parts: readonly IndexEntry[] }

/** Everything the store needs to know about one state of a resource beside its text. */
export interface Indexed {
  readonly entries: readonly IndexEntry[]
  /** The patients (bare ids) whose compartment the resource is in. */
  readonly compartments: readonly string[]
  /** The type's clinical date in milliseconds, 0 when it has none: the default sort key. */
  readonly date: number
}
