// Generated from schemas/api.schema.json by .build/types.ts: change the schema, not this file.

/**
 * Mounts the FHIR API at a further base path, with its own metadata and smart-configuration.
 */
export interface Api {
  /**
   * Always `Api`.
   */
  resourceType: 'Api'
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
   * The base path, for example `/smart`. With `compartment` a segment may be `{patient}`, which then names the patient.
   */
  path: string
  /**
   * Bounds what is below the path to the records of one patient (Aidbox's patient data access API): the session's, or the one of `X-Patient-Id` or of the path.
   */
  compartment?: 'Patient'
  /**
   * What it is for.
   */
  description?: string
}
