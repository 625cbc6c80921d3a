// The port through which FHIR asks who may do what. `fhir/` knows no scope and no policy: box.ts passes in the implementation
// made of `smart/` and `policy/`. A decision answers for the request; `rows` answers for every row that the request touches.
import type { CanonicalRequest } from '../http/request.ts'
import type { Criterion } from '../store/criterion.ts'

/** SMART 2.2 scopes: create, read, update, delete, search. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's'

export interface AccessRequest {
  /** The request on the wire; for a Bundle entry, the enclosing request with the entry's method, path and query. */
  readonly request: CanonicalRequest
  /** Aidbox's Operation id, e.g. `FhirRead`. */
  readonly operation: string
  /** FHIR interaction code, e.g. `read`, `search-type`, `history-instance`; or an operation name with its `$`. */
  readonly interaction: string
  readonly type?: string | undefined
  readonly id?: string | undefined
  /**
   * Route parameters and the query parameters that this interaction understands and applies, texts and, for repeated keys, lists of
   * them; the params of a call of /rpc.
   */
  readonly params: Readonly<Record<string, unknown>>
  /** The parsed body, for policies. */
  readonly resource?: unknown
  /** What the interaction needs on `type`: e.g. read → ['r'], PUT → ['u', 'c'], batch → []. */
  readonly permissions: readonly Permission[]
  /**
   * Nobody makes this request: it is asked only whether it would be granted without bounds. Policies that search are not asked, and a
   * denial is told to nobody.
   */
  readonly supposed?: true
}

/** What the principal may see or touch of each type. Asked once per type and permission; constant for one request. */
export type Rows = (type: string, permission: Permission) => Criterion

export type Decision =
  | {
      readonly permit: true
      readonly rows: Rows
      /** Confined by compartment or granular scope: creates by POST only, ids in bodies are ignored. */
      readonly confined: boolean
    }
  | { readonly permit: false; readonly status: 401 | 403; readonly reason: string; readonly insufficientScope?: boolean }

export type Authorize = (access: AccessRequest) => Promise<Decision>
