// The limit of an authorization server: npm oidc-provider with its in-memory adapter, in production mode, set up as its documentation
// says: an RSA key of 2048 bits, one client with a secret by Basic, JWT access tokens for a resource, opaque ones without.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const [, , port = '0', resource = '', id = '', secret = '', scope = ''] = process.argv
process.env.NODE_ENV = 'production'
const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const provider = new Provider(`http://localhost:${port}`, {
  jwks: { keys: [{ ...jwk, kty: 'RSA', kid: 'bench', alg: 'RS256', use: 'sig' }] },
  clients: [
    {
      client_id: id,
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope,
    },
  ],
  scopes: [scope],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope,
        audience: resource,
        accessTokenTTL: 86_400,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  ttl: { ClientCredentials: 86_400 },
})
const handle = provider.callback()
createServer((request, response) => {
  if (request.url === '/health') response.end('{}')
  else handle(request, response)
}).listen(Number(port), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
