// What a row of resources must satisfy: the one language in which search, scopes, compartments and search policies are said.
// `fhir/` compiles requests and grants to it; the store turns it into SQL, and `matches` (same folder) evaluates it over the
// entries of one resource in memory (submitted states, old versions).

/** `[from, to)` in milliseconds since the epoch; both ends of a date, period or instant with its precision. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** FHIR R4 search.html#prefix */
export type Comparator = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

/**
 * `param` names an index: `Type.code` of a search parameter, for example `Observation.category`.
 * The empty `and` is true, the empty `or` is false.
 */
export type Criterion =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  /** Member of the compartment of any of these patients (bare ids). An empty list is false. */
  | { readonly kind: 'compartment'; readonly patients: readonly string[] }
  | { readonly kind: 'id'; readonly ids: readonly string[] }
  | { readonly kind: 'lastUpdated'; readonly comparator: Comparator; readonly value: Interval }
  /**
   * A coded value or a uri. `system` undefined: any system; '' : no system. `code` undefined: any code of the system.
   * Codes compare case-sensitively.
   */
  | { readonly kind: 'token'; readonly param: string; readonly system?: string; readonly code?: string }
  /** Any of these coded values: of a value set, or below a code. A `system` of '' is none. */
  | { readonly kind: 'tokens'; readonly param: string; readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }> }
  /** uri parameters: `below` is the prefix up to a path boundary, `above` the reverse. */
  | { readonly kind: 'uri'; readonly param: string; readonly match: 'exact' | 'below' | 'above' | 'contains'; readonly value: string }
  /** `value` is folded (lower case, no diacritics) for `starts` and `contains`, literal for `exact`. `token-text` searches are strings too. */
  | { readonly kind: 'string'; readonly param: string; readonly match: 'starts' | 'contains' | 'exact'; readonly value: string }
  | { readonly kind: 'date'; readonly param: string; readonly comparator: Comparator; readonly value: Interval }
  /** Numbers and quantities; `from`/`to` bound the value with its implicit precision (5.4 is [5.35, 5.45)). */
  | {
      readonly kind: 'number'
      readonly param: string
      readonly comparator: Comparator
      readonly value: number
      readonly from: number
      readonly to: number
      readonly system?: string
      readonly code?: string
    }
  /** A reference to a resource of this server; `type` undefined: any type of that id. */
  | { readonly kind: 'reference'; readonly param: string; readonly type?: string; readonly id: string }
  /** A reference that is not to this server's resources: absolute url, canonical, urn. */
  | { readonly kind: 'reference-url'; readonly param: string; readonly url: string }
  /** The parameter has (`missing` false) or lacks (true) any value. */
  | { readonly kind: 'missing'; readonly param: string; readonly missing: boolean }
  /** Composite parameters: the parts hold within one component. `parts` use the component's own param names. */
  | { readonly kind: 'composite'; readonly param: string; readonly parts: readonly Criterion[] }
  /** `param` refers to a resource of `type` that satisfies `where` (which already holds what the principal may search). */
  | { readonly kind: 'chain'; readonly param: string; readonly type: string; readonly where: Criterion }
  /** A resource of `type` that satisfies `where` refers to this one by `param` (`Type.code` of the referring type). */
  | { readonly kind: 'has'; readonly type: string; readonly param: string; readonly where: Criterion }

export const ALL: Criterion = { kind: 'and', of: [] }
export const NOTHING: Criterion = { kind: 'or', of: [] }
