// Generated from schemas/access-policy.schema.json by .build/types.ts: change the schema, not this file.

/**
 * Grants requests that it is linked to and matches.
 */
export interface AccessPolicy {
  /**
   * Always `AccessPolicy`.
   */
  resourceType: 'AccessPolicy'
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
   * How the policy is evaluated.
   */
  engine:
    | 'allow'
    | 'matcho'
    | 'json-schema'
    | 'sql'
    | 'complex'
    | 'allow-rpc'
    | 'matcho-rpc'
    | 'signed-rpc'
    | 'smart-on-fhir'
    | 'clj'
    | 'json-logic'
    | 'search'
  /**
   * A matcho pattern over the request.
   */
  matcho?: {
    [k: string]: unknown
  }
  /**
   * A JSON Schema (draft-07) of the request.
   */
  schema?: {
    [k: string]: unknown
  }
  /**
   * Aidbox: SQL; refused here.
   */
  sql?: {
    /**
     * The query.
     */
    query?: string
  }
  /**
   * All must grant.
   *
   * Items: A nested policy.
   */
  and?: {
    [k: string]: unknown
  }[]
  /**
   * One must grant.
   *
   * Items: A nested policy.
   */
  or?: {
    [k: string]: unknown
  }[]
  /**
   * RPC method → `true` or a matcho pattern.
   */
  rpc?: {
    [k: string]: unknown
  }
  /**
   * A JsonLogic rule over the request; it grants only where it is exactly true.
   */
  'json-logic'?: {
    [k: string]: unknown
  }
  /**
   * FHIR searches: one of the requested type filters its rows, each of another type must find something.
   *
   * Items: A search.
   */
  search?: {
    /**
     * The type that is searched.
     */
    resourceType: string
    /**
     * Search parameters as in a URL; `{{path}}` stands for a value of the request, as in `patient={{params.patient}}`. Absent: every resource of the type.
     */
    query?: string
  }[]
  /**
   * Clients, users or operations that the policy is for; absent: everybody.
   */
  link?:
    | {
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
    | {
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
   * What the policy is for.
   */
  type?: 'rest' | 'rpc' | 'scope'
  /**
   * Only for users with a Role of this name.
   */
  roleName?: string
  /**
   * Who may do what, in words.
   */
  description?: string
  /**
   * Aidbox: the module.
   */
  module?: string
  /**
   * Aidbox: not used.
   */
  source?: string
}
