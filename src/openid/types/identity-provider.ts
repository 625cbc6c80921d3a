// Generated from schemas/identity-provider.schema.json by .build/types.ts: change the schema, not this file.

/**
 * An external identity provider.
 */
export interface IdentityProvider {
  /**
   * Always `IdentityProvider`.
   */
  resourceType: 'IdentityProvider'
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
   * Shown on the sign-in page.
   */
  active?: boolean
  /**
   * Label of the button.
   */
  title?: string
  /**
   * Kind of provider.
   */
  type?: 'aidbox' | 'github' | 'google' | 'OIDC' | 'OAuth' | 'az-dev' | 'yandex' | 'okta' | 'apple'
  /**
   * Identifier system for its users.
   */
  system?: string
  /**
   * The `base_url`.
   */
  base_url?: string
  /**
   * The `authorize_endpoint`.
   */
  authorize_endpoint?: string
  /**
   * The `token_endpoint`.
   */
  token_endpoint?: string
  /**
   * The `userinfo_endpoint`.
   */
  userinfo_endpoint?: string
  /**
   * The `userinfo_header`.
   */
  userinfo_header?: string
  /**
   * The `introspection_endpoint`.
   */
  introspection_endpoint?: string
  /**
   * The `registration_endpoint`.
   */
  registration_endpoint?: string
  /**
   * The `revocation_endpoint`.
   */
  revocation_endpoint?: string
  /**
   * The `jwks_uri`.
   */
  jwks_uri?: string
  /**
   * The `kid`.
   */
  kid?: string
  /**
   * The `team_id`.
   */
  team_id?: string
  /**
   * Where claims come from.
   */
  'userinfo-source'?: 'id-token' | 'userinfo-endpoint'
  /**
   * Scopes to ask.
   *
   * Items: A scope.
   */
  scopes?: string[]
  /**
   * Our registration there.
   */
  client?: {
    /**
     * client_id.
     */
    id?: string
    /**
     * The secret; never returned.
     */
    secret?: string
    /**
     * Our callback.
     */
    redirect_uri?: string
    /**
     * How we authenticate.
     */
    'auth-method'?: 'symmetric' | 'asymmetric'
    /**
     * Private key; never returned.
     */
    'private-key'?: string
    /**
     * Certificate.
     */
    certificate?: string
    /**
     * Its thumbprint.
     */
    'certificate-thumbprint'?: string
    /**
     * When it was made.
     */
    'creds-ts'?: string
  }
  /**
   * Claim → path in User.
   */
  toScim?: {
    [k: string]: unknown
  }
  /**
   * Claims are SCIM already.
   */
  isScim?: boolean
  /**
   * Link users by e-mail.
   */
  isEmailUniqueness?: boolean
  /**
   * GitHub organizations that may sign in.
   *
   * Items: An organization.
   */
  organizations?: string[]
}
