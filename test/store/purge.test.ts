// What has expired is purged (design, Storage), sessions with the last of their tokens included: a small machine runs for years.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenRecord } from '../../src/store/records.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

const clock = { now: () => 0 }
const session = (id: string) => ({
  id,
  type: 'password',
  client: 'c',
  user: 'u',
  login: undefined,
  started: 0,
  authorization: '{}',
  active: true,
})
const token = (hash: string, of: string, expires: number): TokenRecord => ({
  hash,
  kind: 'access',
  session: of,
  issued: 0,
  expires,
  details: '{}',
})

test('a session stays while one of its tokens lives, and goes with the last, expired or revoked', async () => {
  const store = await openStore({ file: ':memory:', clock })
  const { records } = store
  await records.openSession(session('short'), [token('a', 'short', 10)])
  await records.openSession(session('long'), [token('b', 'long', 10), token('c', 'long', 1_000)])
  await records.openSession(session('revoked'), [token('d', 'revoked', 1_000), token('e', 'revoked', 1_000)])
  await records.openSession(session('ended'), [token('f', 'ended', 10)])
  await records.endSession('ended')
  await records.revokeToken('d')
  assert.ok(await records.session('revoked'))
  await records.revokeToken('e')
  await records.purge(11)
  const left = await records.sessionsOf({ user: 'u' })
  assert.deepEqual(
    left.map(({ id }) => id),
    ['long'],
  )
  assert.ok(await records.token('c'))
  await records.purge(1_001)
  assert.deepEqual(await records.sessionsOf({ user: 'u' }), [])
  await store.close()
})

test('O-21: a key is claimed once while it lives, and anew when it has expired, purged or not', async () => {
  let now = 0
  const store = await openStore({ file: ':memory:', clock: { now: () => now } })
  const claim = () => store.records.claimOnce('jti', 'k', now + 10)
  assert.equal(await claim(), true)
  now = 9
  assert.equal(await claim(), false)
  now = 10
  assert.deepEqual((await Promise.all([claim(), claim(), claim()])).filter(Boolean), [true])
  now = 19
  assert.equal(await claim(), false)
  await store.close()
})
