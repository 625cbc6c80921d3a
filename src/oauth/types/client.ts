// Generated from schemas/client.schema.json by .build/types.ts: change the schema, not this file.

/**
 * An OAuth client: who may ask for access, and how it proves who it is.
 */
export interface Client {
  /**
   * Always `Client`.
   */
  resourceType: 'Client'
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
   * False: the client cannot be used.
   */
  active?: boolean
  /**
   * Name for people.
   */
  name?: string
  /**
   * What the client is for.
   */
  description?: string
  /**
   * `smart-app` and `bulk-api-client` have their scopes enforced.
   */
  type?: 'smart-app' | 'bulk-api-client' | 'patient-facing-smart-app' | 'provider-facing-smart-app' | 'bulk'
  /**
   * The secret; stored as a hash and never returned.
   */
  secret?: string
  /**
   * The grants that the client may use; `basic` allows HTTP Basic on the API.
   *
   * Items: A grant type.
   */
  grant_types?: (
    | 'basic'
    | 'authorization_code'
    | 'code'
    | 'password'
    | 'client_credentials'
    | 'implicit'
    | 'refresh_token'
    | 'urn:ietf:params:oauth:grant-type:token-exchange'
  )[]
  /**
   * Skips the consent page.
   */
  first_party?: boolean
  /**
   * Aidbox: a trusted client.
   */
  trusted?: boolean
  /**
   * True: it may introspect every token, not only its own (RFC 7662).
   */
  resource_server?: boolean
  /**
   * True: it may ask for authorization only by a pushed request (RFC 9126).
   */
  require_pushed_authorization_requests?: boolean
  /**
   * Where its users may be sent after they signed out (OpenID Connect RP-Initiated Logout).
   *
   * Items: An address, matched exactly.
   */
  post_logout_redirect_uris?: string[]
  /**
   * The scopes that may be asked; absent means all.
   *
   * Items: A scope.
   */
  scope?: string[]
  /**
   * Scope resources that may be asked.
   *
   * Items: A Scope resource.
   */
  'allowed-scopes'?: {
    /**
     * Relative reference, `Type/id`.
     */
    reference?: string
    /**
     * Aidbox form: the type.
     */
    resourceType?: string
    /**
     * Aidbox form: the id.
     */
    id?: string
    /**
     * FHIR form: the type.
     */
    type?: string
    /**
     * FHIR form: a logical reference.
     */
    identifier?: {
      [k: string]: unknown
    }
    /**
     * Text for people.
     */
    display?: string
  }[]
  /**
   * Aidbox: policies by scope.
   *
   * Items: A policy with parameters.
   */
  scopes?: {
    /**
     * An AccessPolicy.
     */
    policy?: {
      /**
       * Relative reference, `Type/id`.
       */
      reference?: string
      /**
       * Aidbox form: the type.
       */
      resourceType?: string
      /**
       * Aidbox form: the id.
       */
      id?: string
      /**
       * FHIR form: the type.
       */
      type?: string
      /**
       * FHIR form: a logical reference.
       */
      identifier?: {
        [k: string]: unknown
      }
      /**
       * Text for people.
       */
      display?: string
    }
    /**
     * Its parameters.
     */
    parameters?: {
      [k: string]: unknown
    }
  }[]
  /**
   * Issuers whose tokens may be exchanged.
   *
   * Items: An issuer.
   */
  allowedIssuers?: string[]
  /**
   * Origins that may use the client from a browser.
   *
   * Items: An origin.
   */
  allowed_origins?: string[]
  /**
   * Where the client publishes its keys.
   */
  jwks_uri?: string
  /**
   * The client's public keys, inline.
   *
   * Items: A public JSON Web Key (RFC 7517), with what its kind needs (RFC 7518 section 6, RFC 8037 section 2).
   */
  jwks?: {
    [k: string]: unknown
  }[]
  /**
   * Aidbox: base path of the FHIR API for this client.
   */
  'fhir-base-url'?: string
  /**
   * Anything; `smart_version` says in which form an app wants fhirContext.
   */
  details?: {
    [k: string]: unknown
  }
  /**
   * SMART App Launch.
   */
  smart?: {
    /**
     * Where an EHR opens the app.
     */
    launch_uri?: string
    /**
     * Name on the page of apps.
     */
    name?: string
    /**
     * Text on the page of apps.
     */
    description?: string
  }
  /**
   * Business identifiers.
   *
   * Items: An identifier.
   */
  identifier?: {
    [k: string]: unknown
  }[]
  /**
   * Settings of each grant.
   */
  auth?: {
    /**
     * RFC 6749 §4.4.
     */
    client_credentials?: {
      /**
       * `jwt`; absent means opaque tokens.
       */
      token_format?: 'jwt'
      /**
       * Lifetime of access tokens, in seconds.
       */
      access_token_expiration?: number
      /**
       * Issue refresh tokens.
       */
      refresh_token?: boolean
      /**
       * Lifetime of refresh tokens, in seconds.
       */
      refresh_token_expiration?: number
      /**
       * Values of the `aud` claim.
       *
       * Items: An audience.
       */
      audience?: string[]
      /**
       * The client authenticates by a signed assertion (private_key_jwt).
       *
       * Items: An assertion type.
       */
      client_assertion_types?: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'[]
    }
    /**
     * RFC 6749 §4.1.
     */
    authorization_code?: {
      /**
       * Where codes are sent; matched exactly.
       */
      redirect_uri?: string
      /**
       * Further redirect URIs; ours beside Aidbox's field.
       *
       * Items: A redirect URI.
       */
      redirect_uris?: string[]
      /**
       * `jwt`; absent means opaque tokens.
       */
      token_format?: 'jwt'
      /**
       * Lifetime of access tokens, in seconds.
       */
      access_token_expiration?: number
      /**
       * Issue refresh tokens.
       */
      refresh_token?: boolean
      /**
       * Lifetime of refresh tokens, in seconds.
       */
      refresh_token_expiration?: number
      /**
       * Values of the `aud` claim.
       *
       * Items: An audience.
       */
      audience?: string[]
      /**
       * The secret is required at the token endpoint.
       */
      secret_required?: boolean
      /**
       * PKCE is required: the default for clients without a secret. false lets such a client of SMART 1.0 do without.
       */
      pkce?: boolean
      /**
       * The client authenticates by a signed assertion (private_key_jwt).
       *
       * Items: An assertion type.
       */
      client_assertion_types?: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'[]
      /**
       * The IdentityProvider to go to at once.
       */
      default_identity_provider?: {
        /**
         * Relative reference, `Type/id`.
         */
        reference?: string
        /**
         * Aidbox form: the type.
         */
        resourceType?: string
        /**
         * Aidbox form: the id.
         */
        id?: string
        /**
         * FHIR form: the type.
         */
        type?: string
        /**
         * FHIR form: a logical reference.
         */
        identifier?: {
          [k: string]: unknown
        }
        /**
         * Text for people.
         */
        display?: string
      }
    }
    /**
     * RFC 6749 §4.3.
     */
    password?: {
      /**
       * The secret is required.
       */
      secret_required?: boolean
      /**
       * `jwt`; absent means opaque tokens.
       */
      token_format?: 'jwt'
      /**
       * Lifetime of access tokens, in seconds.
       */
      access_token_expiration?: number
      /**
       * Issue refresh tokens.
       */
      refresh_token?: boolean
      /**
       * Lifetime of refresh tokens, in seconds.
       */
      refresh_token_expiration?: number
      /**
       * Values of the `aud` claim.
       *
       * Items: An audience.
       */
      audience?: string[]
      /**
       * Aidbox: redirect protection.
       */
      redirect_uri?: string
    }
    /**
     * RFC 6749 §4.2.
     */
    implicit?: {
      /**
       * Where tokens are sent.
       */
      redirect_uri?: string
      /**
       * `jwt`; absent means opaque tokens.
       */
      token_format?: 'jwt'
      /**
       * Values of the `aud` claim.
       *
       * Items: An audience.
       */
      audience?: string[]
      /**
       * Lifetime of access tokens, in seconds.
       */
      access_token_expiration?: number
    }
    /**
     * RFC 8693.
     */
    token_exchange?: {
      /**
       * `jwt`; absent means opaque tokens.
       */
      token_format?: 'jwt'
      /**
       * Lifetime of access tokens, in seconds.
       */
      access_token_expiration?: number
      /**
       * Issue refresh tokens.
       */
      refresh_token?: boolean
      /**
       * Lifetime of refresh tokens, in seconds.
       */
      refresh_token_expiration?: number
      /**
       * Values of the `aud` claim.
       *
       * Items: An audience.
       */
      audience?: string[]
    }
  }
  /**
   * Set where the client registered itself (RFC 7591): policies can tell it by this.
   */
  registration?: {
    /**
     * When, in seconds since the epoch.
     */
    client_id_issued_at?: number
    /**
     * How it proves itself, as it registered.
     */
    token_endpoint_auth_method?: string
    /**
     * Its registration access token (RFC 7592); stored as a hash and never returned.
     */
    access_token?: string
  }
}
