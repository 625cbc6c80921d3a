// Client assertions on a whole box (security-requirements O-20, O-21, O-26, J-03, J-08, J-11; RFC 7523 §3, SMART App Launch 2.2
// §client-confidential-asymmetric): signed, addressed, fresh, once, by a key of that very client.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CompactEncrypt, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { JWT_BEARER } from '../../../src/oauth/client/assertion.ts'
import { createScenario, ISSUER, type Scenario } from './scenario.ts'

const own = await generateKeyPair('RS384', { extractable: true })
const foreign = await generateKeyPair('RS384', { extractable: true })
const curve = await generateKeyPair('ES384', { extractable: true })
const jwkOf = async (key: typeof own, kid: string, alg: string): Promise<JWK> => ({
  ...(await exportJWK(key.publicKey)),
  kid,
  alg,
  use: 'sig',
})
const KEYS: readonly JWK[] = [
  await jwkOf(own, 'k1', 'RS384'),
  await jwkOf(curve, 'ec', 'ES384'),
  await jwkOf(own, 'twice', 'RS384'),
  await jwkOf(foreign, 'twice', 'RS384'),
  { ...(await jwkOf(own, 'encrypts', 'RS384')), use: 'enc' },
]

/** The backend's keys, and everything else that the box might be made to ask for. */
const outside = (fetched: string[]) => async (url: string | URL | Request) => {
  fetched.push(String(url))
  return new Response(JSON.stringify({ keys: KEYS }), { status: String(url).startsWith('https://keys.example/') ? 200 : 404 })
}
const createBackends = async (options: Parameters<typeof createScenario>[0] = {}) => {
  const fetched: string[] = []
  return { ...(await createScenario({ ...options, fetch: outside(fetched) })), fetched }
}

let count = 0
interface Change {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: Parameters<SignJWT['sign']>[0]
}
const assertion = ({ time }: Pick<Scenario, 'time'>, { claims = {}, header = {}, key = own.privateKey }: Change = {}): Promise<string> => {
  const now = Math.floor(time.now / 1_000)
  const all = { iss: 'backend', sub: 'backend', aud: `${ISSUER}/auth/token`, exp: now + 300, iat: now, jti: `j${count++}`, ...claims }
  return new SignJWT(all).setProtectedHeader({ alg: 'RS384', kid: 'k1', typ: 'JWT', ...header }).sign(key)
}
const ask = ({ token }: Pick<Scenario, 'token'>, client_assertion: string, more: Record<string, string> = {}) =>
  token({ grant_type: 'client_credentials', scope: 'system/Patient.rs', client_assertion_type: JWT_BEARER, client_assertion, ...more })

const scenario = await createBackends()
after(() => scenario.box.close())
const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const refused = async (jwt: string | Promise<string>, name: string): Promise<void> => {
  const { status, body } = await ask(scenario, await jwt)
  assert.deepEqual([status, body.error, body.access_token], [401, 'invalid_client', undefined], name)
}

test('O-20, O-26: a good assertion, for issuer or token URL, by RSA or by curve; 300 seconds', async () => {
  const ec = { header: { alg: 'ES384', kid: 'ec' }, key: curve.privateKey }
  for (const change of [{}, { claims: { aud: ISSUER } }, { claims: { aud: [ISSUER, `${ISSUER}/auth/token`] } }, ec]) {
    const { status, body } = await ask(scenario, await assertion(scenario, change))
    assert.deepEqual([status, body.expires_in, body.refresh_token], [200, 300, undefined])
  }
})

test('O-20: claims that are missing, foreign, stale, too far ahead or not of their type', async () => {
  const now = Math.floor(scenario.time.now / 1_000)
  const rows: ReadonlyArray<Record<string, unknown>> = [
    ...[
      { iss: 'other' },
      { sub: 'other' },
      { iss: 'service', sub: 'service' },
      { iss: undefined },
      { sub: undefined },
      { sub: ['backend'] },
    ],
    ...[{ aud: 'https://evil.example/auth/token' }, { aud: `${ISSUER}/tenant/b/auth/token` }, { aud: `${ISSUER}/auth/token/` }],
    ...[
      { aud: [`${ISSUER}/auth/token`, 'https://evil.example'] },
      { aud: [] },
      { aud: undefined },
      { aud: { url: ISSUER } },
      { aud: `${ISSUER}/auth/revoke` },
    ],
    ...[
      { exp: now - 60 },
      { exp: now + 361 },
      { exp: String(now + 60) },
      { exp: undefined },
      { exp: -1 },
      { exp: 1e308 },
      { exp: [now + 60] },
    ],
    ...[{ nbf: now + 61 }, { nbf: 'x' }, { iat: now + 61 }, { iat: '1' }],
    ...[{ jti: undefined }, { jti: '' }, { jti: 7 }, { jti: 'x'.repeat(2_000) }],
  ]
  for (const claims of rows) await refused(assertion(scenario, { claims }), JSON.stringify(claims).slice(0, 80))
})

test('O-20, J-03: keys and algorithms that are not this client’s', async () => {
  const pem = await exportSPKI(own.publicKey)
  const body = encode({ iss: 'backend', sub: 'backend', aud: ISSUER, exp: Math.floor(scenario.time.now / 1_000) + 60, jti: 'h' })
  const hs = `${encode({ alg: 'HS256', kid: 'k1', typ: 'JWT' })}.${body}`
  const rows: ReadonlyArray<readonly [string, string | Promise<string>]> = [
    ['another’s key under our kid', assertion(scenario, { key: foreign.privateKey })],
    ['an unknown kid', assertion(scenario, { header: { kid: 'k2' } })],
    ['a kid that two keys have', assertion(scenario, { header: { kid: 'twice' } })],
    ['a key for encryption', assertion(scenario, { header: { kid: 'encrypts' } })],
    ['a path as kid', assertion(scenario, { header: { kid: '../../dev/null' } })],
    ['SQL as kid', assertion(scenario, { header: { kid: "' OR 1=1--" } })],
    ['10 KB of kid', assertion(scenario, { header: { kid: 'k'.repeat(10_000) } })],
    ['a number as kid', assertion(scenario, { header: { kid: 1 } })],
    ['alg none', `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`],
    ['HS256 with the public key', `${hs}.${createHmac('sha256', pem).update(hs).digest('base64url')}`],
    ['PS384 by the RS384 key', `${encode({ alg: 'PS384', kid: 'k1' })}.${body}.AAAA`],
    ['typ of an access token', assertion(scenario, { header: { typ: 'at+jwt' } })],
    ['its own jwk', assertion(scenario, { header: { jwk: KEYS[0] } })],
    ['its own x5c', assertion(scenario, { header: { x5c: ['x'] } })],
    ['x5u', assertion(scenario, { header: { x5u: 'https://evil.example/x' } })],
    ['not a JWT', 'x'],
    ['two members of one name', `${encode('{"alg":"none","alg":"RS384","kid":"k1"}')}.${body}.AAAA`],
    ['1 MB', 'a'.repeat(1_000_000)],
  ]
  for (const [name, jwt] of rows) await refused(jwt, name)
  assert.deepEqual(new Set(scenario.fetched), new Set(['https://keys.example/backend.json']))
})

test('O-20: RS256 is only for keys that were registered for it', async () => {
  const rs256 = await generateKeyPair('RS256')
  await refused(assertion(scenario, { header: { alg: 'RS256' }, key: rs256.privateKey }), 'RS256 under a key of RS384')
})

test('O-21: jku is the registered URL byte for byte, or nothing; it is never asked', async () => {
  const before = scenario.fetched.length
  for (const jku of [
    'https://evil.example/backend.json',
    'https://keys.example/backend.json#',
    'https://keys.example/backend.json?',
    'https://keys.example:443/backend.json',
    'https://KEYS.example/backend.json',
    'https://keys.example/./backend.json',
    'https://keys.example@evil.example/backend.json',
    'http://keys.example/backend.json',
    ['https://keys.example/backend.json'],
  ]) {
    await refused(assertion(scenario, { header: { jku } }), String(jku))
  }
  const { status } = await ask(scenario, await assertion(scenario, { header: { jku: 'https://keys.example/backend.json' } }))
  assert.equal(status, 200)
  assert.equal(scenario.fetched.length, before)
})

test('J-08: an encrypted assertion is not decrypted, and costs nothing', async () => {
  const key = await importJWK(await exportJWK(own.publicKey), 'RSA-OAEP-256')
  const jwe = await new CompactEncrypt(Buffer.from('{}')).setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' }).encrypt(key)
  await refused(jwe, 'RSA-OAEP')
  await refused(
    `${encode({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2_000_000_000, p2s: 'AAAA' })}.a.a.a.a`,
    'PBES2 of 2 billion rounds',
  )
})

test('J-11: a signature of zeros, of the wrong length or in DER, and a key on another curve', async () => {
  const good = await assertion(scenario, { header: { alg: 'ES384', kid: 'ec' }, key: curve.privateKey })
  const [header = '', body = '', signature = ''] = good.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const half = bytes.subarray(0, 48)
  for (const [name, bad] of [
    ['r = s = 0', Buffer.alloc(96)],
    ['s = 0', Buffer.concat([half, Buffer.alloc(48)])],
    ['r = 0', Buffer.concat([Buffer.alloc(48), half])],
    ['half', half],
    ['one byte more', Buffer.concat([bytes, Buffer.alloc(1)])],
    ['empty', Buffer.alloc(0)],
    ['r and s swapped', Buffer.concat([bytes.subarray(48), half])],
    ['DER', Buffer.concat([Buffer.from([0x30, 0x64, 0x02, 0x30]), half, Buffer.from([0x02, 0x30]), bytes.subarray(48)])],
  ] as const) {
    await refused(`${header}.${body}.${bad.toString('base64url')}`, name)
  }
  const p256 = await generateKeyPair('ES256')
  await refused(assertion(scenario, { header: { alg: 'ES256', kid: 'ec' }, key: p256.privateKey }), 'another curve')
  assert.equal((await ask(scenario, good)).status, 200)
})

test('O-20, D-06: jti counts once, 50 at a time, per client, and across a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-jti-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'box.db')
  const first = await createBackends({ data })
  const jwt = await assertion(first)
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(first, jwt)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  await first.box.close()
  const second = await createBackends({ data })
  const again = await ask(second, jwt)
  assert.deepEqual([again.status, again.body.error], [401, 'invalid_client'])
  assert.equal((await ask(second, await assertion(second))).status, 200)
  await second.box.close()
})
