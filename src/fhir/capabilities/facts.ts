// What the CapabilityStatement says that FHIR does not know of itself: box.ts passes it in, for the running generation of tables.

export interface CapabilityFacts {
  readonly software: { readonly name: string; readonly version: string }
  /** When this generation was compiled, as an instant. */
  readonly date: string
  /** Absolute URLs (SMART 2.2 conformance). */
  readonly oauth: {
    readonly authorize: string
    readonly token: string
    readonly introspect?: string
    readonly revoke?: string
    readonly register?: string
    readonly manage?: string
  }
  /** Canonicals of the profiles that loaded packages hold, by type. */
  readonly profiles?: ReadonlyMap<string, readonly string[]>
  /** Canonicals of the CapabilityStatements and guides that are followed. */
  readonly instantiates?: readonly string[]
  readonly implementationGuides?: readonly string[]
}
