// Generated from schemas/auth-config.schema.json by .build/types.ts: change the schema, not this file.

/**
 * Settings of the sign-in pages.
 */
export interface AuthConfig {
  /**
   * Always `AuthConfig`.
   */
  resourceType: 'AuthConfig'
  /**
   * The resource id.
   */
  id: string
  /**
   * Version and time of the last change; set by the server.
   */
  meta?: {
    [k: string]: unknown
  }
  /**
   * Where Aidbox took it from; ignored.
   */
  _source?: string
  /**
   * Lifetime of the browser session, in seconds.
   */
  asidCookieMaxAge?: number
  /**
   * Looks.
   */
  theme?: {
    /**
     * Name of the organization.
     */
    brand?: string
    /**
     * Title of the pages.
     */
    title?: string
    /**
     * A stylesheet.
     */
    styleUrl?: string
    /**
     * Where a forgotten password is reset.
     */
    forgotPasswordUrl?: string
  }
  /**
   * One-time passwords.
   */
  twoFactor?: {
    /**
     * Name in authenticator apps.
     */
    issuerName?: string
    /**
     * Past tokens that still count.
     */
    validPastTokensCount?: number
    /**
     * Where tokens are sent.
     */
    webhook?: {
      [k: string]: unknown
    }
  }
  /**
   * Apps that register themselves (RFC 7591). Absent: none can.
   */
  registration?: {
    /**
     * True: anybody may register an app.
     */
    open?: boolean
    /**
     * Tokens whose bearers may register apps; stored as hashes and never returned.
     *
     * Items: A token.
     */
    initial_access_tokens?: string[]
    /**
     * The grants that such apps may have; absent: authorization_code and refresh_token.
     *
     * Items: A grant type.
     */
    grant_types?: ('authorization_code' | 'refresh_token' | 'client_credentials')[]
    /**
     * The most that such apps may ask for; absent: no bound but policies.
     *
     * Items: A scope.
     */
    scope?: string[]
  }
}
