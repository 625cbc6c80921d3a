// What a CapabilityStatement says that FHIR does not know of itself: this program, its endpoints, and the guides that the store holds.
import type { Tables } from './bundle/tables.ts'
import type { Canonicals } from './fhir/canonicals.ts'
import type { CapabilityFacts } from './fhir/capabilities/facts.ts'
import { followedBy } from './fhir/capabilities/followed.ts'
import type { Clock } from './http/runtime.ts'
import { isRegistrationOn } from './oauth/registration/settings.ts'

interface Known {
  readonly issuer: string
  readonly version: string
  readonly clock: Clock
  readonly tables: Tables
  readonly canonicals: Canonicals
}

/** The facts for one generation of tables. */
export const capabilityFacts = ({ issuer, version, clock, tables: { authConfig }, canonicals }: Known): CapabilityFacts => ({
  ...followedBy(canonicals),
  software: { name: 'Emberbox', version },
  date: new Date(clock.now()).toISOString(),
  oauth: {
    authorize: `${issuer}/auth/authorize`,
    token: `${issuer}/auth/token`,
    introspect: `${issuer}/auth/introspect`,
    revoke: `${issuer}/auth/revoke`,
    manage: `${issuer}/auth/grants`,
    ...(isRegistrationOn({ authConfig }) && { register: `${issuer}/auth/register` }),
  },
})
