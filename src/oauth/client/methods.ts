// Which client authentication method is the registered one (design "Client authentication, per grant"), and what lifetimes the grant has.
import type { Client } from '../types/client.ts'

export type ClientMethod = 'private_key_jwt' | 'client_secret' | 'none'

/** The settings of `Client.auth.<grant>` that every grant may have. */
export interface GrantSettings {
  readonly token_format?: string
  readonly access_token_expiration?: number
  readonly refresh_token?: boolean
  readonly refresh_token_expiration?: number
  readonly secret_required?: boolean
  readonly client_assertion_types?: readonly string[]
  readonly audience?: readonly string[]
}

/** The grants whose tokens this server mints: the session's `type`. */
export type GrantName = 'authorization_code' | 'client_credentials' | 'password'
export const GRANTS: readonly GrantName[] = ['client_credentials', 'authorization_code', 'password']

export const settingsOf = (client: Client, grant: GrantName): GrantSettings => client.auth?.[grant] ?? {}

/** Does `grant_types` name it? `code` is Aidbox's other name of authorization_code. */
export const mayUse = (client: Client, grant: string): boolean =>
  (client.grant_types ?? []).some((one) => one === grant || (one === 'code' && grant === 'authorization_code'))

/** The method that the client must use for this grant. */
export const methodFor = (client: Client, grant: GrantName): ClientMethod => {
  const settings = settingsOf(client, grant)
  if (settings.client_assertion_types?.length) return 'private_key_jwt'
  return settings.secret_required === true || grant === 'client_credentials' ? 'client_secret' : 'none'
}

/** The strongest of the client's methods, for introspection and revocation. */
export const strongestMethod = (client: Client): ClientMethod => {
  const methods = GRANTS.filter((grant) => mayUse(client, grant)).map((grant) => methodFor(client, grant))
  if (methods.includes('private_key_jwt')) return 'private_key_jwt'
  return methods.includes('client_secret') || mayUse(client, 'basic') ? 'client_secret' : 'none'
}
