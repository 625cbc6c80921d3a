// Generated from schemas/scope.schema.json by .build/types.ts: change the schema, not this file.

/**
 * A scope with text for the consent page.
 */
export interface Scope {
  /**
   * Always `Scope`.
   */
  resourceType: 'Scope'
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
   * The scope.
   */
  scope: string
  /**
   * Title on the consent page.
   */
  title: string
  /**
   * Text on the consent page.
   */
  description?: string
}
