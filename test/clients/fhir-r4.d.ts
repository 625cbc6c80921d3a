// fhirclient's types name those of @types/fhir, of which its callers here need no more than this.
declare module 'fhir/r4' {
  export interface Resource {
    readonly resourceType: string
    readonly id?: string
  }
  export type FhirResource = Resource
  export interface Bundle<Entry = FhirResource> extends Resource {
    readonly entry?: ReadonlyArray<{ readonly resource?: Entry }>
  }
}
