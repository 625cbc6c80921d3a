// OpenID Connect's endpoints: discovery, keys, userinfo.
import { answering } from '../oauth/answer.ts'
import { longestLifetime } from '../oauth/mint.ts'
import type { Endpoint, Provider } from '../oauth/provider.ts'
import { authorizationServerMetadata } from './metadata.ts'
import { userinfoEndpoint } from './userinfo.ts'

/** Public and constant for a generation of tables, so caches may keep it for a while. */
const document =
  (make: (provider: Provider) => unknown): Endpoint['handle'] =>
  async (_request, provider) =>
    new Response(JSON.stringify(make(provider)), { headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' } })

/** Every key that a token of ours may have been signed with, or soon will be (security-requirements J-09). */
const jwks = ({ keys, clients }: Provider) => ({ keys: keys.published(longestLifetime(clients.values())) })

/** Mounted by box.ts. */
export const openidEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/.well-known/openid-configuration', cors: true, handle: document(authorizationServerMetadata) },
  // RFC 8414 §3: where clients look that know OAuth and not OpenID Connect.
  { method: 'GET', path: '/.well-known/oauth-authorization-server', cors: true, handle: document(authorizationServerMetadata) },
  { method: 'GET', path: '/.well-known/jwks.json', cors: true, handle: document(jwks) },
  { method: 'GET', path: '/auth/userinfo', cors: true, handle: answering(userinfoEndpoint) },
  { method: 'POST', path: '/auth/userinfo', cors: true, handle: answering(userinfoEndpoint) },
]
