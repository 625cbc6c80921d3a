// Metadata as a Client resource, and back. Whatever registered itself has `Client.registration`, so that a policy can tell it from what the
// operator declared: it reaches nothing until one grants.
import { JWT_BEARER } from '../client/assertion.ts'
import type { Client } from '../types/client.ts'
import type { ClientMetadata } from './metadata.ts'

type Registration = NonNullable<Client['registration']>
type Proof = Pick<NonNullable<NonNullable<Client['auth']>['client_credentials']>, 'client_assertion_types'>

/** Is this method one of a secret? */
export const usesSecret = (method: string): boolean => method.startsWith('client_secret')

const authOf = ({ grant_types, redirect_uris, token_endpoint_auth_method: method }: ClientMetadata): NonNullable<Client['auth']> => {
  const proof: Proof = method === 'private_key_jwt' ? { client_assertion_types: [JWT_BEARER] } : {}
  return {
    ...(grant_types.includes('authorization_code') && {
      authorization_code: {
        redirect_uris: [...redirect_uris],
        token_format: 'jwt',
        pkce: true,
        refresh_token: grant_types.includes('refresh_token'),
        secret_required: usesSecret(method),
        ...proof,
      },
    }),
    ...(grant_types.includes('client_credentials') && {
      client_credentials: { token_format: 'jwt', access_token_expiration: 300, ...proof },
    }),
  }
}

/** The resource to store. `secret` and the registration's token come clear, and are stored as hashes. */
export const clientOf = (id: string, metadata: ClientMetadata, registration: Registration, secret: string | undefined): Client => {
  const { client_name, grant_types, scope, jwks, jwks_uri, post_logout_redirect_uris: afterwards } = metadata
  return {
    resourceType: 'Client',
    id,
    type: grant_types.includes('authorization_code') ? 'smart-app' : 'bulk-api-client',
    ...(client_name !== undefined && { name: client_name }),
    grant_types: [...grant_types] as NonNullable<Client['grant_types']>,
    ...(scope && { scope: [...scope] }),
    ...(secret !== undefined && { secret }),
    ...(jwks_uri !== undefined && { jwks_uri }),
    ...(jwks && { jwks: [...jwks.keys] as NonNullable<Client['jwks']> }),
    ...(afterwards.length > 0 && { post_logout_redirect_uris: [...afterwards] }),
    ...(metadata.require_pushed_authorization_requests && { require_pushed_authorization_requests: true }),
    auth: authOf(metadata),
    registration: { ...registration, token_endpoint_auth_method: metadata.token_endpoint_auth_method },
  }
}

/** What is registered, in the names of the wire (RFC 7591 §3.2.1). */
export const metadataOf = (client: Client): Readonly<Record<string, unknown>> => {
  const { redirect_uris } = client.auth?.authorization_code ?? {}
  const { name, scope, jwks, jwks_uri, post_logout_redirect_uris, registration } = client
  return {
    client_id: client.id,
    client_id_issued_at: registration?.client_id_issued_at,
    ...(name !== undefined && { client_name: name }),
    grant_types: client.grant_types ?? [],
    response_types: redirect_uris ? ['code'] : [],
    ...(redirect_uris && { redirect_uris }),
    ...(post_logout_redirect_uris && { post_logout_redirect_uris }),
    token_endpoint_auth_method: registration?.token_endpoint_auth_method,
    ...(scope && { scope: scope.join(' ') }),
    ...(jwks_uri !== undefined && { jwks_uri }),
    ...(jwks && { jwks: { keys: jwks } }),
    require_pushed_authorization_requests: client.require_pushed_authorization_requests ?? false,
  }
}
