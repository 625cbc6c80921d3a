// One FHIR request, on the wire or as an entry of a Bundle: the same function answers both.

import type { JsonValue } from '../http/json.ts'
import type { CanonicalRequest } from '../http/request.ts'
import type { Authorize } from './access.ts'

/** How resources are spelt at this base: FHIR's JSON under /fhir, Aidbox's at the root. */
export type Format = 'fhir' | 'aidbox'

export interface FhirRequest {
  /** The canonical request; for an entry, a request made of the entry within the enclosing one. */
  readonly request: CanonicalRequest
  /** Segments below the base: `['Patient', 'p1']`. */
  readonly segments: readonly string[]
  /** The absolute base URL that links and fullUrl start with, e.g. `http://localhost:8080/fhir`. */
  readonly base: string
  readonly format: Format
  /** The answer goes to the wire: it may come as bytes, ready to be sent. */
  readonly bytes?: true
  /** Who asks, as one function: bound to the principal by box.ts. */
  readonly authorize: Authorize
  /** Of an entry of a Bundle: what stands for the body, in FHIR's form, and the id that a transaction gave to what it creates. */
  readonly entry?: { readonly resource: JsonValue | undefined; readonly id?: string }
}

/** `body` is sent as it is: text, or bytes: of a Binary, or of what asked for them. */
export interface FhirResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}
