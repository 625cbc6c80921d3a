// JWTs as access tokens (security-requirements J-01 to J-08, J-11; RFC 8725, RFC 9068). Every forgery here is also recorded as a live
// token of the session, so that nothing but the check under test stands between it and the FHIR API.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CompactEncrypt, CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK } from 'jose'
import { authenticate } from '../../../src/oauth/bearer.ts'
import { OAuthError } from '../../../src/oauth/errors.ts'
import { tokenKey } from '../../../src/oauth/token-key.ts'
import { bearer, createTestBox, ISSUER, request } from '../box.ts'

const fetched: string[] = []
const box = await createTestBox([], async (url) => {
  fetched.push(String(url))
  return new Response('', { status: 404 })
})
await box.issueCode('c')
const bought = (await box.redeem('c')).body
const [, payload = ''] = String(bought.access_token).split('.')
const CLAIMS: Readonly<Record<string, unknown>> = JSON.parse(Buffer.from(payload, 'base64url').toString())
const own = box.provider.keys.signing()
const HEADER = { alg: 'RS256', typ: 'at+jwt', kid: own.kid }
const now = Math.floor(box.time.now / 1_000)

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
type Key = Parameters<CompactSign['sign']>[0]
interface Forgery {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: Key
}
/** Signed by our own key, unless the row brings another: whole, but for what the row changes. */
const forge = ({ claims = {}, header = {}, key = own.privateKey }: Forgery = {}): Promise<string> => {
  const all = { ...HEADER, ...header }
  const critical = { crit: Object.fromEntries((Array.isArray(header.crit) ? header.crit : []).map((name) => [name, true])) }
  return new CompactSign(Buffer.from(JSON.stringify({ ...CLAIMS, jti: 'forged', ...claims }))).setProtectedHeader(all).sign(key, critical)
}

/** The same for a header in any spelling, which CompactSign would not make. */
const forgeText = async (header: string, body = payload): Promise<string> => {
  const input = `${encode(header)}.${body}`
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', own.privateKey, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

let sessions = 0
/** Makes the text a live access token of a session of amy's. */
const record = async (text: string): Promise<void> => {
  const id = `forged-${sessions++}`
  const authorization = JSON.stringify({ client_id: 'public', user_id: 'amy', scope: ['openid', 'patient/Patient.rs'], context: {} })
  const session = { id, type: 'authorization_code', client: 'public', user: 'amy', login: undefined, started: box.time.now }
  await box.provider.records.openSession({ ...session, authorization, active: true }, [
    { hash: tokenKey(text), kind: 'access', session: id, issued: box.time.now, expires: box.time.now + 3_600_000, details: '{}' },
  ])
}
const outcome = async (text: string): Promise<string> => {
  try {
    return (await authenticate(request('/fhir/Patient/p1', { method: 'GET', headers: bearer(text) }), box.provider)).client?.id ?? 'nobody'
  } catch (error) {
    return error instanceof OAuthError ? `${error.status} ${error.error}` : String(error)
  }
}
const refused = async (rows: ReadonlyArray<readonly [name: string, text: string | Promise<string>]>): Promise<void> => {
  for (const [name, made] of rows) {
    const text = await made
    await record(text)
    assert.equal(await outcome(text), '401 invalid_token', name)
  }
}

test('J-01 to J-07: a recorded token of our own making is taken, so that each row below fails by its own mark', async () => {
  assert.equal(await outcome(await forge()), '401 invalid_token', 'signed, but never issued')
  for (const text of [await forge(), await forgeText(JSON.stringify(HEADER), encode({ ...CLAIMS, jti: 'by hand' }))]) {
    await record(text)
    assert.equal(await outcome(text), 'public')
  }
})

test('J-01: the algorithm is ours, not the header’s', async () => {
  const foreign = await generateKeyPair('RS256')
  const ps = await importJWK(await exportJWK((await generateKeyPair('PS256', { extractable: true })).privateKey), 'PS256')
  const hs = `${encode({ ...HEADER, alg: 'HS256' })}.${payload}`
  const publicKey = await importJWK(own.publicJwk, 'RS256', { extractable: true })
  const pem = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey)
  const mac = (key: string) => createHmac('sha256', key).update(hs).digest('base64url')
  await refused([
    ['none', `${encode({ ...HEADER, alg: 'none' })}.${payload}.`],
    ['None', `${encode({ ...HEADER, alg: 'None' })}.${payload}.`],
    ['HS256 with the public key as PEM', `${hs}.${mac(pem)}`],
    ['HS256 with the public key as JWK', `${hs}.${mac(JSON.stringify(own.publicJwk))}`],
    ['HS256 with nothing', `${hs}.${mac('')}`],
    ['RS256 by another key under our kid', forge({ key: foreign.privateKey })],
    ['PS256 under our kid', forge({ header: { alg: 'PS256' }, key: ps })],
    ['RS384, which we do not sign', forge({ header: { alg: 'RS384' }, key: (await generateKeyPair('RS384')).privateKey })],
    ['no alg', `${encode({ typ: 'at+jwt', kid: own.kid })}.${payload}.AAAA`],
  ])
})

test('J-02: a header that brings keys, or that must be understood, is refused though our key signed it; nothing is fetched', async () => {
  const rows: ReadonlyArray<Record<string, unknown>> = [
    ...[{ jwk: own.publicJwk }, { x5c: ['MIIB'] }, { x5u: 'https://evil.example/x' }, { jku: 'https://evil.example/jwks' }, { x5t: 'AA' }],
    ...[{ crit: ['exp'], exp: 1 }, { cty: 'JWT' }, { zip: 'DEF' }, { unknown: 1 }],
  ]
  await refused(rows.map((header) => [JSON.stringify(header), forge({ header })] as const))
  assert.deepEqual(fetched, [])
})

test('J-03: kid is one of our kids', async () => {
  for (const kid of ['../../dev/null', "' OR 1=1--", 'k'.repeat(10_000), '', '__proto__', 1, null, [own.kid]]) {
    await refused([[String(kid).slice(0, 20), forge({ header: { kid } })]])
  }
  await refused([['none', forge({ header: { kid: undefined } })]])
})

test('J-04: typ says at+jwt: an ID, refresh, launch or logout token and an assertion open nothing', async () => {
  const typed = ['JWT', 'jwt', 'logout+jwt', 'client-authentication+jwt', 'AT+JWT', 'application/at+jwt', '', undefined]
  await refused([
    ['the ID token', String(bought.id_token)],
    ['the refresh token', `${bought.refresh_token}.x.y`],
    ...typed.map((typ) => [`typ ${typ}`, forge({ header: { typ } })] as const),
  ])
  assert.equal(await outcome(String(bought.refresh_token)), '401 invalid_token', 'a refresh token as it is')
})

test('J-05: aud is one base of this server, iss exactly this server', async () => {
  const foreign = [`${ISSUER}/tenant/b/fhir`, `${ISSUER}/fhir/`, 'https://evil.example/fhir', 'public', '', undefined, null, 7]
  const mixed = [[`${ISSUER}/fhir`, 'https://evil.example'], [`${ISSUER}/fhir`], []]
  await refused([...foreign, ...mixed].map((aud) => [`aud ${JSON.stringify(aud)}`, forge({ claims: { aud } })] as const))
  const issuers = [`${ISSUER}/`, 'https://BOX.example', 'https://evil.example', `${ISSUER}/tenant/b`, [ISSUER], undefined]
  await refused(issuers.map((iss) => [`iss ${JSON.stringify(iss)}`, forge({ claims: { iss } })] as const))
})

test('J-06: times are numbers of seconds that make sense; a minute of skew, no more', async () => {
  const nonsense = ['9999999999', `${now + 60}`, -1, 1e308, true, [now + 60], { value: now }]
  await refused(
    ['exp', 'iat', 'nbf'].flatMap((name) => nonsense.map((value) => [`${name} ${value}`, forge({ claims: { [name]: value } })] as const)),
  )
  await refused([
    ['no exp', forge({ claims: { exp: undefined } })],
    ['no iat', forge({ claims: { iat: undefined } })],
    ['expired', forge({ claims: { exp: now } })],
    ['made in 61 s', forge({ claims: { iat: now + 61 } })],
    ['not before 61 s', forge({ claims: { nbf: now + 61 } })],
  ])
  const skewed = await forge({ claims: { iat: now + 60, nbf: now + 60 } })
  await record(skewed)
  assert.equal(await outcome(skewed), 'public')
})

test('J-07: what is not three parts of base64url with one reading', async () => {
  const [header = '', body = '', signature = ''] = (await forge()).split('.')
  await refused([
    ['five parts', `${header}.${body}.${signature}.x.y`],
    ['two parts', `${header}.${body}`],
    ['dots', '...'],
    ['trailing dots', `${header}.${body}.${signature}..`],
    ['1 MB', `${header}.${'a'.repeat(1_000_000)}.${signature}`],
    ['b64 false', forgeText(JSON.stringify({ ...HEADER, b64: false, crit: ['b64'] }))],
    ['a member twice', forgeText(`{"alg":"none","alg":"RS256","typ":"at+jwt","kid":"${own.kid}"}`)],
    ['a space in the header', forgeText(` ${JSON.stringify(HEADER)}`)],
    ['padding', `${header}=.${body}.${signature}`],
    ['an altered payload', `${header}.${encode({ ...CLAIMS, sub: 'dora' })}.${signature}`],
    ['an altered signature', `${header}.${body}.${signature.slice(0, -4)}AAAA`],
    ['a payload that is no object', new CompactSign(Buffer.from('"x"')).setProtectedHeader(HEADER).sign(own.privateKey)],
    ['a payload that is no JSON', new CompactSign(Buffer.from('x')).setProtectedHeader(HEADER).sign(own.privateKey)],
    ['a payload that is null', new CompactSign(Buffer.from('null')).setProtectedHeader(HEADER).sign(own.privateKey)],
  ])
})

test('J-08: nothing that a caller sends is decrypted', async () => {
  const { kty, n, e } = own.publicJwk
  const encryption = await importJWK({ kty, n, e } as JWK, 'RSA-OAEP-256')
  const jwe = await new CompactEncrypt(Buffer.from(String(bought.access_token)))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'at+jwt', kid: own.kid })
    .encrypt(encryption)
  const slow = encode({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2_000_000_000, p2s: 'AAAA' })
  await refused([
    ['RSA-OAEP', jwe],
    ['PBES2 of 2 billion rounds', `${slow}.a.a.a.a`],
  ])
  const folder = new URL('../../../src/', import.meta.url)
  const files = readdirSync(folder, { recursive: true }).map(String)
  const decrypting = files.filter(
    (file) => file.endsWith('.ts') && /\b\w*[dD]ecrypt\w*\(/.test(readFileSync(new URL(file, folder), 'utf8')),
  )
  assert.deepEqual(decrypting, [])
})

test('J-11: an ES256 token with r = s = 0, of the wrong length, in DER, or by a key on another curve', async () => {
  const es = box.provider.keys.signing('ES256')
  const header = { alg: 'ES256', kid: es.kid }
  const good = await forge({ header, key: es.privateKey })
  await record(good)
  assert.equal(await outcome(good), 'public')
  const [head = '', body = '', signature = ''] = good.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const half = bytes.subarray(0, 32)
  const bad = [Buffer.alloc(64), Buffer.concat([half, Buffer.alloc(32)]), half, Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(0)]
  const other = await generateKeyPair('ES384')
  await refused([
    ...bad.map((one, at) => [`signature ${at}`, `${head}.${body}.${one.toString('base64url')}`] as const),
    ['a key on another curve', forge({ header: { alg: 'ES384', kid: es.kid }, key: other.privateKey })],
    ['the key of another algorithm', forge({ header: { alg: 'ES256', kid: own.kid }, key: es.privateKey })],
  ])
})
