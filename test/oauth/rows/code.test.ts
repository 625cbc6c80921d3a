// Authorization codes on a whole box (security-requirements O-07, O-09, O-10, O-11; RFC 6749 §4.1.2, RFC 7636 §4.6, RFC 9700 §4.8.2).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { VERIFIER } from '../../box/browser.ts'
import { createScenario } from './scenario.ts'

const { box, time, asRoot, codeOf, redeem, refresh, fhir, introspect } = await createScenario()
after(() => box.close())

const refused = async (answer: ReturnType<typeof redeem>, name: string): Promise<void> => {
  const { status, body } = await answer
  assert.deepEqual([status, body.error, body.access_token], [400, 'invalid_grant', undefined], name)
}

test('O-07: a verifier for a code without a challenge is refused, and a challenge without its verifier', async () => {
  const bare = { client_id: 'web', code_challenge: undefined, code_challenge_method: undefined }
  await refused(redeem(await codeOf(bare), 'web'), 'a verifier that nothing asked for')
  await refused(redeem(await codeOf({ client_id: 'web' }), 'web', { code_verifier: '' }), 'none where one was promised')
  const { status } = await redeem(await codeOf(bare), 'web', { code_verifier: '' })
  assert.equal(status, 200, 'a confidential client may do without PKCE')
})

test('O-09: a code is bound to its client, redirect_uri and challenge; a wrong try does not burn it', async () => {
  const code = await codeOf()
  const rows: ReadonlyArray<readonly [string, ReturnType<typeof redeem>]> = [
    ['another client', redeem(code, 'other')],
    ['another confidential client', redeem(code, 'web')],
    ['another redirect_uri', redeem(code, 'app', { redirect_uri: 'http://app.example/cb/' })],
    ['no redirect_uri', redeem(code, 'app', { redirect_uri: '' })],
    ['another verifier', redeem(code, 'app', { code_verifier: `${VERIFIER.slice(0, -1)}x` })],
    ['no verifier', redeem(code, 'app', { code_verifier: '' })],
    ['an unknown code', redeem(`${code}x`)],
    ['the challenge as the verifier', redeem(code, 'app', { code_verifier: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' })],
  ]
  for (const [name, answer] of rows) await refused(answer, name)
  assert.equal((await redeem(code)).status, 200)
})

test('O-09: 256 bits, a minute, this box only', async () => {
  const [one, two] = [await codeOf(), await codeOf()]
  for (const code of [one, two]) assert.match(code, /^[\w-]{43}$/)
  assert.notEqual(one, two)
  const twin = await createScenario()
  await refused(twin.redeem(one), 'another box of the same name')
  await twin.box.close()
  time.now += 59_999
  assert.equal((await redeem(one)).status, 200)
  time.now += 1
  await refused(redeem(two), 'after a minute')
})

test('O-10: a code that comes again kills the access and the refresh token that it bought', async () => {
  const code = await codeOf()
  const { body } = await redeem(code)
  assert.equal((await fhir(body.access_token)).status, 200)
  await refused(redeem(code), 'the second time')
  assert.equal((await fhir(body.access_token)).status, 401)
  assert.deepEqual((await introspect(body.access_token)).body, { active: false })
  await refused(refresh(body.refresh_token), 'the refresh token')
})

test('O-10: who does not know the verifier cannot revoke by replaying a stolen code', async () => {
  const code = await codeOf()
  const { body } = await redeem(code)
  await refused(redeem(code, 'app', { code_verifier: 'a'.repeat(43) }), 'a thief')
  await refused(redeem(code, 'other'), 'another client')
  assert.equal((await fhir(body.access_token)).status, 200)
})

test('O-11: of 50 parallel redemptions one wins, and as the rest are reuse, what it won is dead', async () => {
  const code = await codeOf()
  const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(code)))
  const won = answers.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  for (const { status, body } of answers) assert.ok(status === 200 || body.error === 'invalid_grant')
  assert.equal((await fhir(won[0]?.body.access_token)).status, 401)
  await refused(refresh(won[0]?.body.refresh_token), 'what was won')
})

test('O-09, O-13: a code is worth what its person and its client are worth when it is redeemed', async () => {
  const carl = { userName: 'carl', password: 'carl-password', fhirUser: { reference: 'Patient/p2' } }
  const guest = {
    type: 'smart-app',
    grant_types: ['authorization_code'],
    auth: { authorization_code: { redirect_uri: 'http://app.example/cb', token_format: 'jwt', refresh_token: true } },
  }
  await asRoot('PUT', '/User/carl', carl)
  await asRoot('PUT', '/Client/guest', guest)
  const [hers, his] = [await codeOf({ client_id: 'guest', redirect_uri: 'http://app.example/cb' }), await codeOf({}, 'carl')]
  await asRoot('PUT', '/User/carl', { ...carl, inactive: true })
  await refused(redeem(his), 'a person who was disabled')
  await asRoot('PUT', '/Client/guest', { ...guest, active: false })
  const { status, body } = await redeem(hers, 'guest', { redirect_uri: 'http://app.example/cb' })
  assert.deepEqual([status, body.error, body.access_token], [401, 'invalid_client', undefined])
})
