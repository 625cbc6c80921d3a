// How tokens are recorded (security-requirements O-12: by hash; RFC 6749 §10.10: 128 random bits and more).
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { hashClientSecret, sha256 } from '../../src/oauth/secret.ts'
import { newToken, tokenKey } from '../../src/oauth/token-key.ts'
import type { Client } from '../../src/oauth/types/client.ts'
import { createTestBox } from './box.ts'

const made = (now: number) => newToken({ clock: { now: () => now }, random: { bytes: (length) => randomBytes(length) } })

test('RFC 6749 §10.10: two tokens of one millisecond share 8 characters of time and no more', () => {
  const [one, other] = [made(1_700_000_000_000), made(1_700_000_000_000)]
  assert.equal(one.length, 43)
  assert.equal(one.slice(0, 8), other.slice(0, 8))
  assert.notEqual(one.slice(8, 16), other.slice(8, 16))
})

test('a token is found under its time and its hash, and its text is in neither', () => {
  const token = made(1_700_000_000_000)
  assert.equal(tokenKey(token), `${token.slice(0, 8)}.${sha256(token)}`)
  assert.ok(!tokenKey(token).includes(token.slice(8, 20)))
  for (const odd of ['', '.', 'a.b', 'literal']) assert.ok(tokenKey(odd).endsWith(sha256(odd)), odd)
})

test('JWTs of one second have keys that begin alike: jti stands first in their claims', async () => {
  const service: Client = {
    resourceType: 'Client',
    id: 'jwt',
    secret: hashClientSecret('s'),
    grant_types: ['client_credentials'],
    auth: { client_credentials: { token_format: 'jwt' } },
  }
  const box = await createTestBox([service])
  const tokens: string[] = []
  for (let n = 0; n < 2; n++) {
    const { body } = await box.post('/auth/token', { grant_type: 'client_credentials', client_id: 'jwt', client_secret: 's' })
    tokens.push(String(body.access_token))
  }
  const [one = '', other = ''] = tokens.map(tokenKey)
  assert.match(Buffer.from(tokens[0]?.split('.')[1] ?? '', 'base64url').toString(), /^\{"jti":"/)
  assert.equal(one.slice(0, 10), other.slice(0, 10))
  assert.notEqual(one, other)
})
