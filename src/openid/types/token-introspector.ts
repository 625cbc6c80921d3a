// Generated from schemas/token-introspector.schema.json by .build/types.ts: change the schema, not this file.

/**
 * An issuer of foreign tokens that are accepted.
 */
export interface TokenIntrospector {
  /**
   * Always `TokenIntrospector`.
   */
  resourceType: 'TokenIntrospector'
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
   * Kind of token.
   */
  type: 'jwt' | 'opaque' | 'aspxauth'
  /**
   * How JWTs are verified.
   */
  jwt?: {
    /**
     * The issuer.
     */
    iss?: string
    /**
     * HS256 secret; never returned.
     */
    secret?: string
    /**
     * Keys.
     *
     * Items: A key.
     */
    keys?: {
      /**
       * Secret; never returned.
       */
      k?: string
      /**
       * Public key.
       */
      pub?: string
      /**
       * Key type.
       */
      kty: 'RSA' | 'EC' | 'OCT'
      /**
       * Algorithm.
       */
      alg: 'RS256' | 'RS384' | 'ES256' | 'HS256'
      /**
       * Format.
       */
      format: 'PEM' | 'plain'
    }[]
  }
  /**
   * Where the keys are.
   */
  jwks_uri?: string
  /**
   * RFC 7662.
   */
  introspection_endpoint?: {
    /**
     * The endpoint.
     */
    url?: string
    /**
     * Value of the Authorization header; never returned.
     */
    authorization?: string
  }
  /**
   * Where users come from.
   */
  identity_provider?: {
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
   * Seconds that an answer is kept.
   */
  cache_ttl?: number
}
