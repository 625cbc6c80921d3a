// What this authorization server can do (RFC 8414 §2, OpenID Connect Discovery §3, aidbox-behaviour §5.1): only what is true here.
import { PROMPTS } from '../oauth/authorize/checks.ts'
import { PASSWORD_ACR } from '../oauth/authorize/respond.ts'
import { ASSERTION_ALGORITHMS, PAR_PATH } from '../oauth/client/assertion.ts'
import type { Provider } from '../oauth/provider.ts'
import { isRegistrationOn } from '../oauth/registration/settings.ts'
import { GRANT_TYPES } from '../oauth/token/endpoint.ts'

const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']

/** The members that openid-configuration and smart-configuration share, so that the two cannot disagree. */
export const authorizationServerMetadata = ({ issuer, profile, authConfig }: Provider): Record<string, unknown> => ({
  issuer,
  authorization_endpoint: `${issuer}/auth/authorize`,
  token_endpoint: `${issuer}/auth/token`,
  pushed_authorization_request_endpoint: `${issuer}${PAR_PATH}`,
  require_pushed_authorization_requests: false,
  introspection_endpoint: `${issuer}/auth/introspect`,
  revocation_endpoint: `${issuer}/auth/revoke`,
  userinfo_endpoint: `${issuer}/auth/userinfo`,
  ...(isRegistrationOn({ authConfig }) && { registration_endpoint: `${issuer}/auth/register` }),
  end_session_endpoint: `${issuer}/auth/logout`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  scopes_supported: profile.scopesSupported,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: GRANT_TYPES,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: [...AUTH_METHODS, 'none'],
  token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  introspection_endpoint_auth_methods_supported: AUTH_METHODS,
  introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  revocation_endpoint_auth_methods_supported: [...AUTH_METHODS, 'none'],
  revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  authorization_response_iss_parameter_supported: true,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  acr_values_supported: [PASSWORD_ACR],
  prompt_values_supported: PROMPTS,
  claims_parameter_supported: false,
  claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'auth_time', 'nonce', 'acr', 'email', 'fhirUser'],
})
