// Generated from schemas/policy-test.schema.json by .build/types.ts: change the schema, not this file.

/**
 * A request and what policies are expected to decide of it; run by `emberbox test`, ignored by serving.
 */
export interface PolicyTest {
  /**
   * Always `PolicyTest`.
   */
  resourceType: 'PolicyTest'
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
   * Who may do what, in words.
   */
  description?: string
  /**
   * Who asks; absent: nobody, without credentials.
   */
  as?: {
    /**
     * The id of the Client.
     */
    client?: string
    /**
     * The User: id, email or userName.
     */
    user?: string
    /**
     * The granted scopes.
     */
    scope?: string[]
    /**
     * The launch context, as in `{patient: amy}`.
     */
    context?: {
      [k: string]: unknown
    }
    /**
     * Claims that policies see as `jwt`, as of a token of an issuer that is trusted.
     */
    jwt?: {
      [k: string]: unknown
    }
  }
  /**
   * The request. Of a Bundle it is the Bundle's own decision that counts.
   */
  request: {
    /**
     * The method.
     */
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    /**
     * Path and query, from the base URL: `/fhir/Patient/amy`.
     */
    url: string
    /**
     * Headers; credentials are not among them.
     */
    headers?: {
      [k: string]: string
    }
    /**
     * The body: an object or a list is sent as JSON, a text as it is, with the `content-type` of `headers`.
     */
    body?: {
      [k: string]: unknown
    }
  }
  /**
   * The decision.
   */
  expect: 'allow' | 'deny'
  /**
   * With `allow`: the id of a policy that must grant.
   */
  by?: string
  /**
   * With `deny`: nobody has signed in, no scope covers it, or no policy grants it.
   */
  reason?: 'authentication' | 'scope' | 'policy'
}
