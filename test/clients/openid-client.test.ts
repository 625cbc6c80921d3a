// openid-client 6, unmodified, against a box on a socket: it checks issuer, `iss`, state, nonce, PKCE, signatures and answers by itself
// (OpenID Connect Core, RFC 6749, 7009, 7523, 7636, 7662, 9126, 9207).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { Browser } from '../box/browser.ts'
import type { Served } from '../box/served.ts'
import { allow, EC_KID, ec, RSA_KID, rsa, serveClients } from './site.ts'

let site: Served
before(async () => {
  site = await serveClients()
})
after(() => site.stop())

const REDIRECT = 'http://127.0.0.1:41234/callback'
const SCOPE = 'openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs'

const discovered = (id: string, secret?: string, authentication?: client.ClientAuth): Promise<client.Configuration> =>
  client.discovery(new URL(site.base), id, secret, authentication, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  })

type Build = (config: client.Configuration, parameters: Record<string, string>) => URL | Promise<URL>

const authorizationUrl = async (config: client.Configuration, build: Build = client.buildAuthorizationUrl) => {
  const [pkceCodeVerifier, expectedState, expectedNonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()]
  const url = await build(config, {
    redirect_uri: REDIRECT,
    scope: SCOPE,
    aud: `${site.base}/fhir`,
    state: expectedState,
    nonce: expectedNonce,
    max_age: '300',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 300, idTokenExpected: true } }
}

const signIn = async (config: client.Configuration) => {
  const { url, checks } = await authorizationUrl(config)
  return client.authorizationCodeGrant(config, await allow(site, url, 'amy'), checks)
}

/** Code → ID token → userinfo → FHIR → introspection → refresh → revocation, each answer checked by the client. */
const wholeLife = async (config: client.Configuration, { rotates }: { readonly rotates: boolean }): Promise<void> => {
  const tokens = await signIn(config)
  const claims = tokens.claims()
  assert.deepEqual([claims?.sub, claims?.fhirUser], ['amy', `${site.base}/fhir/Patient/p1`])
  assert.equal(typeof claims?.auth_time, 'number')
  assert.deepEqual([tokens.patient, tokens.need_patient_banner], ['p1', true])
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '')).sub, 'amy')
  const patient = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${site.base}/fhir/Patient/p1`), 'GET')
  assert.equal(patient.status, 200)

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  assert.equal(refreshed.refresh_token === undefined, !rotates)
  assert.equal(refreshed.scope, tokens.scope)
  const refreshToken = refreshed.refresh_token ?? tokens.refresh_token ?? ''
  await client.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' })
  await assert.rejects(client.refreshTokenGrant(config, refreshToken), { error: 'invalid_grant' })
  for (const { access_token } of [tokens, refreshed]) {
    await assert.rejects(client.fetchUserInfo(config, access_token, 'amy'), { status: 401 })
  }
}

test('openid-client, a public client: code with PKCE, ID token, userinfo, rotating refresh, revocation', async () => {
  await wholeLife(await discovered('native'), { rotates: true })
})

test('openid-client, a confidential client by Basic: the same, its refresh token stays', async () => {
  await wholeLife(await discovered('web', undefined, client.ClientSecretBasic('web-secret')), { rotates: false })
})

test('openid-client, a confidential client by the secret in the form (client_secret_post)', async () => {
  await wholeLife(await discovered('web', undefined, client.ClientSecretPost('web-secret')), { rotates: false })
})

test('openid-client, a client by ES384 assertions (private_key_jwt, RFC 7523)', async () => {
  const authentication = client.PrivateKeyJwt({ key: ec.privateKey, kid: EC_KID })
  await wholeLife(await discovered('signed', undefined, authentication), { rotates: false })
})

test('openid-client, a backend service by RS384 assertions (SMART Backend Services): 300 seconds, no refresh token', async () => {
  const config = await discovered('backend', undefined, client.PrivateKeyJwt({ key: rsa.privateKey, kid: RSA_KID }))
  const tokens = await client.clientCredentialsGrant(config, { scope: 'system/Patient.rs' })
  assert.deepEqual([tokens.scope, tokens.expires_in, tokens.refresh_token], ['system/Patient.rs', 300, undefined])
  const search = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${site.base}/fhir/Patient`), 'GET')
  assert.equal(search.status, 200)
})

test('openid-client introspects: a client its own token, a resource server anybody’s, with SMART’s members (RFC 7662)', async () => {
  const web = await discovered('web', undefined, client.ClientSecretBasic('web-secret'))
  const api = await discovered('api', undefined, client.ClientSecretBasic('api-secret'))
  const tokens = await signIn(web)
  for (const config of [web, api]) {
    const { active, client_id, sub, iss, patient, scope } = await client.tokenIntrospection(config, tokens.access_token)
    assert.deepEqual([active, client_id, sub, iss, patient, scope], [true, 'web', 'amy', site.base, 'p1', tokens.scope])
  }
  await client.tokenRevocation(web, tokens.access_token)
  assert.deepEqual(await client.tokenIntrospection(api, tokens.access_token), { active: false })
})

test('openid-client signs the person out (RP-Initiated Logout 1.0): back at the registered address, and the refresh token outlives it', async () => {
  const config = await discovered('web', undefined, client.ClientSecretBasic('web-secret'))
  const { url, checks } = await authorizationUrl(config)
  const browser = new Browser(site.box)
  await browser.open(url)
  await browser.submit({ username: 'amy', password: 'amy-password' })
  if (browser.redirected === undefined) await browser.submit({ decision: 'allow' })
  const tokens = await client.authorizationCodeGrant(config, new URL(browser.redirected ?? ''), checks)
  const out = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: 'http://127.0.0.1/signed-out', state: 's' }
  await browser.open(client.buildEndSessionUrl(config, out))
  assert.equal(browser.redirected, 'http://127.0.0.1/signed-out?state=s')
  await browser.open(url)
  assert.match(browser.page, /name="password"/)
  assert.equal(typeof (await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token, 'string')
})

test('openid-client learns of a refusal from the redirect: error, state and iss (RFC 9207)', async () => {
  const config = await discovered('native')
  const { url, checks } = await authorizationUrl(config)
  url.searchParams.set('response_type', 'token')
  await assert.rejects(client.authorizationCodeGrant(config, await allow(site, url, 'amy'), checks), {
    error: 'unsupported_response_type',
  })
})

test('openid-client refuses what another server would answer: a foreign iss, a code for another verifier', async () => {
  const config = await discovered('native')
  const { url, checks } = await authorizationUrl(config)
  const answer = await allow(site, url, 'amy')
  const foreign = new URL(answer)
  foreign.searchParams.set('iss', 'https://evil.example')
  await assert.rejects(client.authorizationCodeGrant(config, foreign, checks))
  const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
  await assert.rejects(client.authorizationCodeGrant(config, answer, other), { error: 'invalid_grant' })
  assert.equal((await client.authorizationCodeGrant(config, answer, checks)).token_type, 'bearer')
})

test('openid-client pushes its request (RFC 9126): the browser carries a reference only, once', async () => {
  const assertion = client.PrivateKeyJwt({ key: ec.privateKey, kid: EC_KID })
  for (const [id, authentication] of [
    ['native', client.None()],
    ['web', client.ClientSecretBasic('web-secret')],
    ['web', client.ClientSecretPost('web-secret')],
    ['signed', assertion],
  ] as const) {
    const config = await discovered(id, undefined, authentication)
    const { url, checks } = await authorizationUrl(config, client.buildAuthorizationUrlWithPAR)
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
    const tokens = await client.authorizationCodeGrant(config, await allow(site, url, 'amy'), checks)
    assert.deepEqual([tokens.claims()?.sub, tokens.patient], ['amy', 'p1'], id)
    const again = new Browser(site.box)
    await again.open(url)
    assert.deepEqual([again.status, again.redirected], [400, undefined], 'taken once')
  }
})

test('openid-client learns at once what is wrong with a pushed request', async () => {
  const config = await discovered('native')
  await assert.rejects(client.buildAuthorizationUrlWithPAR(config, { redirect_uri: 'https://evil.example/cb', scope: 'openid' }), {
    error: 'invalid_request',
    status: 400,
  })
})
