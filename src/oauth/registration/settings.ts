// Who may register apps here, and for what: AuthConfig.registration. Without it nobody may.
import type { Provider } from '../provider.ts'
import type { AuthConfig } from '../types/auth-config.ts'

export interface RegistrationSettings {
  /** Whether anybody may, without a token. */
  readonly open: boolean
  /** Hashes. */
  readonly tokens: readonly string[]
  readonly grant_types: readonly string[]
  /** The most that such an app may ask for; undefined: no bound but policies. */
  readonly scope: readonly string[] | undefined
}

const GRANT_TYPES: readonly string[] = ['authorization_code', 'refresh_token']

/** The settings; closed where there are none. */
export const settingsOf = ({ authConfig }: { readonly authConfig: AuthConfig | undefined }): RegistrationSettings => {
  const { open = false, initial_access_tokens: tokens = [], grant_types = GRANT_TYPES, scope } = authConfig?.registration ?? {}
  return { open, tokens, grant_types, scope }
}

/** Is there any way to register? Then the endpoint is there, and the metadata names it. */
export const isRegistrationOn = (provider: Pick<Provider, 'authConfig'>): boolean => {
  const { open, tokens } = settingsOf(provider)
  return open || tokens.length > 0
}
