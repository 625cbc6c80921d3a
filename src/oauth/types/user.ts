// Generated from schemas/user.schema.json by .build/types.ts: change the schema, not this file.

/**
 * A person who may sign in (SCIM-like).
 */
export interface User {
  /**
   * Always `User`.
   */
  resourceType: 'User'
  /**
   * The resource id.
   */
  id: string
  /**
   * Version and time of the last change, and extensions.
   */
  meta?: {
    [k: string]: unknown
  }
  /**
   * Where Aidbox took it from; ignored.
   */
  _source?: string
  /**
   * E-mail address; may be used to sign in.
   */
  email?: string
  /**
   * Sign-in name.
   */
  userName?: string
  /**
   * The password; stored as a scrypt hash and never returned.
   */
  password?: string
  /**
   * True: the person cannot sign in, and their sessions end.
   */
  inactive?: boolean
  /**
   * Aidbox, deprecated: false is as `inactive`.
   */
  active?: boolean
  /**
   * The FHIR resource that the person is.
   */
  fhirUser?: {
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
   * SCIM: a role
   *
   * Items: a role
   */
  roles?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * Anything.
   */
  data?: {
    [k: string]: unknown
  }
  /**
   * Identities at external providers.
   *
   * Items: An identifier.
   */
  identifier?: {
    /**
     * The system.
     */
    system?: string
    /**
     * The value.
     */
    value?: string
  }[]
  /**
   * The name.
   */
  name?: {
    /**
     * SCIM `formatted`.
     */
    formatted?: string
    /**
     * SCIM `familyName`.
     */
    familyName?: string
    /**
     * SCIM `givenName`.
     */
    givenName?: string
    /**
     * SCIM `middleName`.
     */
    middleName?: string
    /**
     * SCIM `honorificPrefix`.
     */
    honorificPrefix?: string
    /**
     * SCIM `honorificSuffix`.
     */
    honorificSuffix?: string
  }
  /**
   * SCIM: an address
   *
   * Items: an address
   */
  emails?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * Phone number.
   */
  phoneNumber?: string
  /**
   * SCIM: a number
   *
   * Items: a number
   */
  phoneNumbers?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * A photo.
   */
  photo?: string
  /**
   * SCIM: a photo
   *
   * Items: a photo
   */
  photos?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * SCIM: addresses.
   *
   * Items: An address.
   */
  addresses?: {
    [k: string]: unknown
  }[]
  /**
   * SCIM: a messaging address
   *
   * Items: a messaging address
   */
  ims?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * SCIM: an entitlement
   *
   * Items: an entitlement
   */
  entitlements?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * SCIM: a certificate
   *
   * Items: a certificate
   */
  x509Certificates?: {
    /**
     * The value.
     */
    value?: string
    /**
     * Text for people.
     */
    display?: string
    /**
     * Its kind.
     */
    type?: string
    /**
     * The preferred one.
     */
    primary?: boolean
  }[]
  /**
   * Linked resources.
   *
   * Items: A link.
   */
  link?: {
    /**
     * The target.
     */
    link?: {
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
     * Its kind.
     */
    type?: string
  }[]
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
   * The manager.
   */
  manager?: {
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
   * SCIM `department`.
   */
  department?: string
  /**
   * SCIM `division`.
   */
  division?: string
  /**
   * SCIM `costCenter`.
   */
  costCenter?: string
  /**
   * SCIM `title`.
   */
  title?: string
  /**
   * SCIM `userType`.
   */
  userType?: string
  /**
   * SCIM `displayName`.
   */
  displayName?: string
  /**
   * SCIM `gender`.
   */
  gender?: string
  /**
   * SCIM `locale`.
   */
  locale?: string
  /**
   * SCIM `preferredLanguage`.
   */
  preferredLanguage?: string
  /**
   * SCIM `timezone`.
   */
  timezone?: string
  /**
   * SCIM `profileUrl`.
   */
  profileUrl?: string
  /**
   * SCIM `employeeNumber`.
   */
  employeeNumber?: string
  /**
   * Security labels.
   *
   * Items: A label.
   */
  securityLabel?: {
    /**
     * The system.
     */
    system?: string
    /**
     * The code.
     */
    code?: string
  }[]
  /**
   * One-time passwords.
   */
  twoFactor?: {
    /**
     * Is it on.
     */
    enabled: boolean
    /**
     * How it is sent.
     */
    transport?: string
    /**
     * The shared secret; never returned.
     */
    secretKey: string
  }
  /**
   * The pending reset.
   */
  passwordResetJti?: string
}
