// What was granted: by a person to a client (code), or to a client for itself. It travels from the code to the session to every token.

/** SMART App Launch 2.2 launch context, in the names of the token response. */
export interface LaunchContext {
  readonly patient?: string
  readonly encounter?: string
  /** Strings in SMART 1.0 and 2.0, objects later. */
  readonly fhirContext?: ReadonlyArray<string | Readonly<Record<string, unknown>>>
  readonly intent?: string
  readonly need_patient_banner?: boolean
  readonly smart_style_url?: string
  readonly [name: string]: unknown
}

export interface Authorization {
  readonly client_id: string
  /** Absent for a client on its own behalf. */
  readonly user_id?: string
  /** Granted scopes, in the order asked, as they were spelt. */
  readonly scope: readonly string[]
  /** The FHIR base the token is for. */
  readonly aud?: string
  readonly context: LaunchContext
  readonly nonce?: string
  /** Seconds since the epoch (OpenID Connect Core §2). */
  readonly auth_time?: number
  readonly acr?: string
  /** Hash of the browser session, for `online_access` and logout. */
  readonly login?: string
  readonly redirect_uri?: string
  readonly code_challenge?: string
}
