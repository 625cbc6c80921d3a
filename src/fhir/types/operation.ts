// Generated from schemas/operation.schema.json by .build/types.ts: change the schema, not this file.

/**
 * A route that policies may link to.
 */
export interface Operation {
  /**
   * Always `Operation`.
   */
  resourceType: 'Operation'
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
   * Policies are not asked.
   */
  public?: boolean
  /**
   * What it does.
   */
  action?: string
  /**
   * Text for people.
   */
  description?: string
  /**
   * The route.
   *
   * Items: A path part.
   */
  request?: {
    [k: string]: unknown
  }[]
  /**
   * Parameters of the route.
   */
  'route-params'?: {
    [k: string]: unknown
  }
  /**
   * Parameters that are added.
   */
  'implicit-params'?: {
    [k: string]: unknown
  }
  /**
   * Aidbox: transformation.
   */
  transform?: {
    [k: string]: unknown
  }
  /**
   * The App.
   */
  app?: {
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
   * Aidbox: the module.
   */
  module?: string
}
