// What every interaction is given, and what the FHIR API is made of.
import type { Clock, Random } from '../http/runtime.ts'
import type { Indexed } from '../store/entries.ts'
import type { Store } from '../store/store.ts'
import type { Canonicals } from './canonicals.ts'
import type { CapabilityFacts } from './capabilities/facts.ts'
import type { Configuration } from './configuration.ts'
import type { Definitions } from './definitions/definitions.ts'
import type { Packages } from './packages.ts'
import type { FhirRequest, FhirResponse } from './request.ts'
import type { Resource } from './resource.ts'
import type { Route } from './routes.ts'
import type { CompartmentsOf } from './search/compartments.ts'
import type { Validation } from './validated.ts'

/** Aidbox's spelling of resources, both ways; `aidbox/` implements it. */
export interface Formats {
  toFhir(resource: Resource): Resource
  toAidbox(resource: Resource): Resource
}

export interface FhirDependencies {
  readonly definitions: Definitions
  readonly store: Store
  readonly extract: (resource: Resource, targets?: CompartmentsOf) => Indexed
  readonly configuration: Configuration
  readonly canonicals: Canonicals
  /** Absolute bases of this box, without a trailing slash: what is below one of them is ours. */
  readonly bases: readonly string[]
  /** Without it nothing is validated. */
  readonly validation?: Validation
  readonly random: Random
  readonly clock: Clock
  /** Seals paging cursors; the same after a restart, so that a page link survives it. */
  readonly cursorKey: Uint8Array
  readonly capability: CapabilityFacts
  /** Without it no package is installed. */
  readonly packages?: Packages
  /** Without it the root's format is FHIR's own. */
  readonly formats?: Formats
}

export interface Call {
  readonly fhir: FhirRequest
  readonly route: Route
  readonly deps: FhirDependencies
}

/** One interaction, from its authorization to its answer in FHIR JSON. Throws FhirError and its like (failure.ts). */
export type Handler = (call: Call) => Promise<FhirResponse>
