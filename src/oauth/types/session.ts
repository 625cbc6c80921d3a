// Generated from schemas/session.schema.json by .build/types.ts: change the schema, not this file.

/**
 * What a sign-in or a grant bought.
 */
export interface Session {
  /**
   * Always `Session`.
   */
  resourceType: 'Session'
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
   * Hash of the access token.
   */
  access_token?: string
  /**
   * Hash of the refresh token.
   */
  refresh_token?: string
  /**
   * Hash of the code.
   */
  authorization_code?: string
  /**
   * False: ended.
   */
  active?: boolean
  /**
   * The audience.
   */
  audience?: string
  /**
   * The client.
   */
  client?: {
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
   * The user.
   */
  user?: {
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
   * The user acted for.
   */
  'on-behalf'?: {
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
   * The patient in context.
   */
  patient?: {
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
   * The session it came from.
   */
  parent?: {
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
   * Granted scopes.
   *
   * Items: A scope.
   */
  scope?: string[]
  /**
   * Launch context.
   */
  ctx?: {
    [k: string]: unknown
  }
  /**
   * The grant.
   */
  type?: string
  /**
   * Issuer.
   */
  iss?: string
  /**
   * Token id.
   */
  jti?: string
  /**
   * When it began.
   */
  start?: string
  /**
   * When it ended.
   */
  end?: string
  /**
   * Expiry, in seconds since the epoch.
   */
  exp?: number
  /**
   * Expiry of the refresh token, in seconds since the epoch.
   */
  refresh_token_exp?: number
}
