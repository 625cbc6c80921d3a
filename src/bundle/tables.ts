// The configuration as a running box reads it: immutable, swapped whole (design, "Configuration is compiled tables").
import type { SearchParameter } from '../fhir/definitions/definitions.ts'
import type { Api } from '../fhir/types/api.ts'
import type { Operation } from '../fhir/types/operation.ts'
import type { AuthConfig } from '../oauth/types/auth-config.ts'
import type { Client } from '../oauth/types/client.ts'
import type { IdentityProvider } from '../openid/types/identity-provider.ts'
import type { TokenIntrospector } from '../openid/types/token-introspector.ts'
import type { CompiledPolicies } from '../policy/compile.ts'
import type { AccessPolicy } from '../policy/types/access-policy.ts'
import type { Scope } from '../smart/types/scope.ts'

/** By id. */
type ById<T> = ReadonlyMap<string, T>

export interface Tables {
  readonly clients: ById<Client>
  readonly policies: CompiledPolicies
  /** The policies as they are declared, for explanations. */
  readonly accessPolicies: ById<AccessPolicy>
  readonly scopes: ById<Scope>
  readonly operations: ById<Operation>
  readonly apis: ById<Api>
  readonly identityProviders: ById<IdentityProvider>
  readonly tokenIntrospectors: ById<TokenIntrospector>
  readonly authConfig: AuthConfig | undefined
  /** Beside those of R4 itself. */
  readonly searchParameters: readonly SearchParameter[]
  /** SHA-256 of everything that was compiled, as canonical JSON: the same configuration has the same digest. */
  readonly digest: string
}
