// The types that are ours, not FHIR's, and the schema of each.

/** Type to the name of its file in schemas/. */
export const SCHEMA_FILES: ReadonlyMap<string, string> = new Map([
  ['AccessPolicy', 'access-policy'],
  ['Api', 'api'],
  ['AuthConfig', 'auth-config'],
  ['Client', 'client'],
  ['Grant', 'grant'],
  ['IdentityProvider', 'identity-provider'],
  ['Operation', 'operation'],
  ['PolicyTest', 'policy-test'],
  ['Role', 'role'],
  ['Scope', 'scope'],
  ['Session', 'session'],
  ['TokenIntrospector', 'token-introspector'],
  ['User', 'user'],
])

/** The types that are ours, not FHIR's. */
export const CONFIGURATION_TYPES: ReadonlySet<string> = new Set(SCHEMA_FILES.keys())
