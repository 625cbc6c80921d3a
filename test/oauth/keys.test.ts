// Keys that persist, keys from settings, and secrets at rest.
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openKeys } from '../../src/oauth/keys/open.ts'
import { hashPassword, isPasswordHash, verifyPassword } from '../../src/oauth/password.ts'
import { hashClientSecret, verifyClientSecret } from '../../src/oauth/secret.ts'

const clock = { now: () => 1_800_000_000_000 }
const random = { bytes: (length: number) => randomBytes(length) }

test('a key file is made once, mode 0600, and read again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'emberbox-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'keys.json')
  const first = await openKeys({ file, random, clock })
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  const second = await openKeys({ file, random, clock })
  assert.deepEqual(second.jwks, first.jwks)
  assert.deepEqual(second.secret('csrf'), first.secret('csrf'))
  assert.notDeepEqual(first.secret('csrf'), first.secret('cursor'))
  assert.deepEqual(
    first.jwks.keys.map(({ alg }) => alg),
    ['RS256', 'ES256', 'ES384'],
  )
  assert.ok(first.jwks.keys.every((key) => key.d === undefined && key.kid && key.use === 'sig'))
})

test('PEM settings: every usual form, both or none, and a pair', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const publicOf = (pair: typeof rsa) => pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const forms = [
    [rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }), publicOf(rsa), 'RS256'],
    [rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }), publicOf(rsa), 'RS256'],
    [ec.privateKey.export({ type: 'sec1', format: 'pem' }), publicOf(ec), 'ES384'],
  ] as const
  for (const [privatePem, publicPem, alg] of forms) {
    const keys = await openKeys({ privatePem: privatePem.toString(), publicPem, random, clock })
    assert.equal(keys.jwks.keys[0]?.kid, keys.signing(alg).kid)
  }
  const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await assert.rejects(openKeys({ privatePem, random, clock }), /both/)
  await assert.rejects(openKeys({ privatePem, publicPem: publicOf(ec), random, clock }), /belong together/)
})

test('passwords: scrypt of our own and of Aidbox, exact in every byte (L-07); nobody has no password (L-05)', async () => {
  const stored = await hashPassword('pä\0ss', random)
  assert.match(stored, /^\$scrypt\$ln=15,r=8,p=3\$/)
  assert.equal(await verifyPassword('pä\0ss', stored), true)
  assert.equal(await verifyPassword('pä', stored), false)
  assert.equal(await verifyPassword('', undefined), false)
  assert.equal(await verifyPassword('clear', 'clear'), false)
  assert.equal(isPasswordHash('$s0$f0801$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='), true)
})

test('client secrets are stored hashed, and compare only with a hash', () => {
  const stored = hashClientSecret('s3cret')
  assert.equal(hashClientSecret(stored), stored)
  assert.equal(verifyClientSecret('s3cret', stored), true)
  assert.equal(verifyClientSecret(stored, stored), false)
  assert.equal(verifyClientSecret('s3cret', 's3cret'), false)
  assert.equal(verifyClientSecret('s3cret', undefined), false)
})
