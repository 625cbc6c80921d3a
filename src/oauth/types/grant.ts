// Generated from schemas/grant.schema.json by .build/types.ts: change the schema, not this file.

/**
 * A remembered consent.
 */
export interface Grant {
  /**
   * Always `Grant`.
   */
  resourceType: 'Grant'
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
   * The person.
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
   * The patient it is about.
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
   * What was asked.
   *
   * Items: A scope.
   */
  'requested-scope'?: string[]
  /**
   * What was granted.
   *
   * Items: A scope.
   */
  'provided-scope'?: string[]
  /**
   * What was granted, separated by spaces.
   */
  scope?: string
  /**
   * When.
   */
  start?: string
}
