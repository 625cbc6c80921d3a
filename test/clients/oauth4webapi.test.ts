// oauth4webapi 3, unmodified, against a box on a socket: the strictest reader of answers, and of RFC 9068 access tokens as a resource server.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import type { Served } from '../box/served.ts'
import { allow, EC_KID, ec, serveClients } from './site.ts'

let site: Served
let server: oauth.AuthorizationServer
before(async () => {
  site = await serveClients()
  const issuer = new URL(site.base)
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...LOCAL, algorithm: 'oidc' }))
})
after(() => site.stop())

const LOCAL = { [oauth.allowInsecureRequests]: true }
const REDIRECT = 'http://127.0.0.1:41234/callback'

interface App {
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
}
const APPS: ReadonlyArray<readonly [string, App]> = [
  ['public', { client: { client_id: 'native' }, authentication: oauth.None() }],
  ['client_secret_basic', { client: { client_id: 'web' }, authentication: oauth.ClientSecretBasic('web-secret') }],
  ['client_secret_post', { client: { client_id: 'web' }, authentication: oauth.ClientSecretPost('web-secret') }],
  ['private_key_jwt', { client: { client_id: 'signed' }, authentication: oauth.PrivateKeyJwt({ key: ec.privateKey, kid: EC_KID }) }],
]

const signIn = async ({ client, authentication }: App, scope: string) => {
  const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()]
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    scope,
    aud: `${site.base}/fhir`,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const parameters = oauth.validateAuthResponse(server, client, await allow(site, url, 'amy'), state)
  const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, parameters, REDIRECT, verifier, LOCAL)
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true })
  await oauth.validateApplicationLevelSignature(server, response, LOCAL)
  return tokens
}

for (const [method, app] of APPS) {
  test(`oauth4webapi by ${method}: code, ID token with its signature, userinfo, refresh, revocation`, async () => {
    const { client, authentication } = app
    const tokens = await signIn(app, 'openid offline_access launch/patient patient/Patient.rs')
    const sub = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? ''
    assert.equal(sub, 'amy')
    const info = await oauth.userInfoRequest(server, client, tokens.access_token, LOCAL)
    assert.equal((await oauth.processUserInfoResponse(server, client, sub, info)).sub, 'amy')
    const refresh = await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token ?? '', LOCAL)
    const fresh = await oauth.processRefreshTokenResponse(server, client, refresh)
    assert.notEqual(fresh.access_token, tokens.access_token)
    const revocation = await oauth.revocationRequest(server, client, authentication, fresh.access_token, LOCAL)
    assert.equal(await oauth.processRevocationResponse(revocation), undefined)
    const dead = await oauth.userInfoRequest(server, client, fresh.access_token, LOCAL)
    await assert.rejects(oauth.processUserInfoResponse(server, client, sub, dead), { cause: [{ scheme: 'bearer', parameters: INVALID }] })
  })
}
const INVALID = { error: 'invalid_token', error_description: 'the access token is invalid, expired or revoked' }

test('oauth4webapi as a resource server: the access token is an RFC 9068 JWT for the FHIR base, checked with the published keys', async () => {
  const [, app] = APPS[1] ?? assert.fail()
  const { access_token, id_token } = await signIn(app, 'openid launch/patient patient/Patient.rs')
  const request = (token: string) => new Request(`${site.base}/fhir/Patient/p1`, { headers: { authorization: `Bearer ${token}` } })
  const claims = await oauth.validateJwtAccessToken(server, request(access_token), `${site.base}/fhir`, LOCAL)
  assert.deepEqual(
    [claims.iss, claims.sub, claims.client_id, claims.scope],
    [site.base, 'amy', 'web', 'openid launch/patient patient/Patient.rs'],
  )
  await assert.rejects(oauth.validateJwtAccessToken(server, request(id_token ?? ''), 'web', LOCAL), /unexpected JWT "typ"|"typ"/i)
  await assert.rejects(oauth.validateJwtAccessToken(server, request(access_token), 'https://other.example/fhir', LOCAL))
})

test('oauth4webapi introspects with the strict reading of RFC 7662, active and not', async () => {
  const api = { client_id: 'api' }
  const [, app] = APPS[0] ?? assert.fail()
  const { access_token } = await signIn(app, 'openid launch/patient patient/Patient.rs')
  const ask = async (token: string) => {
    const response = await oauth.introspectionRequest(server, api, oauth.ClientSecretBasic('api-secret'), token, LOCAL)
    return oauth.processIntrospectionResponse(server, api, response)
  }
  const { active, token_type, client_id } = await ask(access_token)
  assert.deepEqual([active, token_type, client_id], [true, 'Bearer', 'native'])
  assert.deepEqual(await ask('unknown'), { active: false })
})

test('oauth4webapi reads a refused client: 401 with its challenge (RFC 6749 §5.2)', async () => {
  const client = { client_id: 'web' }
  const wrong = oauth.ClientSecretBasic('wrong')
  const response = await oauth.refreshTokenGrantRequest(server, client, wrong, 'x', LOCAL)
  await assert.rejects(oauth.processRefreshTokenResponse(server, client, response), { code: oauth.WWW_AUTHENTICATE_CHALLENGE, status: 401 })
})
