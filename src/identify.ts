// From a request's credentials to who asks, and to the function that answers what they may do.
import type { Authorize } from './fhir/access.ts'
import type { Principal } from './oauth/principal.ts'

export interface Caller {
  readonly principal: Principal
  readonly authorize: Authorize
}
