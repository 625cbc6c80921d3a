// Generated from schemas/role.schema.json by .build/types.ts: change the schema, not this file.

/**
 * One role of one user; further keys are allowed.
 */
export interface Role {
  /**
   * Always `Role`.
   */
  resourceType: 'Role'
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
   * The name that `AccessPolicy.roleName` asks for.
   */
  name: string
  /**
   * The user.
   */
  user: {
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
   * What it is.
   */
  description?: string
  /**
   * The resources the role is about.
   */
  links?: {
    /**
     * The patient.
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
     * The practitioner.
     */
    practitioner?: {
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
     * The practitionerRole.
     */
    practitionerRole?: {
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
     * The organization.
     */
    organization?: {
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
    person?: {
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
     * The relatedPerson.
     */
    relatedPerson?: {
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
   * Anything.
   */
  context?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}
