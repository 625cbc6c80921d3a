// The OAuth error vocabulary: registered codes only, one line each, rendered in one place (RFC 6749 §5.2, §4.1.2.1).

/** Code → status of a direct answer. */
export const OAUTH_ERRORS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
  // RFC 6750 §3.1
  invalid_token: 401,
  insufficient_scope: 403,
  // OpenID Connect Core §3.1.2.6, §6
  login_required: 400,
  consent_required: 400,
  interaction_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  invalid_request_uri: 400,
  // RFC 7591 §3.2.2, RFC 7009 §2.2.1
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  unsupported_token_type: 400,
} as const

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS

/** `error_description` goes outside; `cause` is logged, never sent. */
export class OAuthError extends Error {
  readonly error: OAuthErrorCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    error: OAuthErrorCode,
    error_description: string,
    options: { cause?: unknown; status?: number; headers?: Record<string, string> } = {},
  ) {
    super(error_description, { cause: options.cause })
    this.error = error
    this.status = options.status ?? OAUTH_ERRORS[error]
    this.headers = options.headers ?? {}
  }
}

/** An error of the authorization endpoint. Without `redirect` it must be shown: the target is not trusted (RFC 6749 §4.1.2.1). */
export class AuthorizationError extends OAuthError {
  readonly redirect: { readonly redirect_uri: string; readonly state: string | undefined } | undefined

  constructor(error: OAuthErrorCode, error_description: string, redirect?: { redirect_uri: string; state: string | undefined }) {
    super(error, error_description, { status: 400 })
    this.redirect = redirect
  }
}
