// From a request's credentials to who asks, and to the function that answers what they may do.
import type { AccessRequest, Authorize } from './fhir/access.ts'
import type { Principal } from './oauth/principal.ts'
import type { Explanation } from './policy/explain.ts'

export interface Caller {
  readonly principal: Principal
  readonly authorize: Authorize
  /** The same decision with its reasons; for administrators, and for the log. */
  readonly explain: (access: AccessRequest) => Promise<Explanation>
}
