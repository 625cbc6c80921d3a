// Limits of time and of attempts at the token endpoint (security-requirements L-06, O-13).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword } from '../../src/oauth/password.ts'
import { createTestBox } from './box.ts'

const HOUR = 3_600_000

test('O-13: online_access ends when the browser session idles out, offline_access does not', async () => {
  const box = await createTestBox()
  const { now } = box.time
  await box.provider.records.putLogin({ hash: 'h', user: 'amy', authenticated: now, seen: now, expires: now + 24 * HOUR })
  const buy = async (scope: string) => {
    await box.issueCode(scope, { client_id: 'opaque', login: 'h', scope: [scope] })
    return String((await box.redeem(scope, { client_id: 'opaque' })).body.refresh_token)
  }
  const [online, offline] = [await buy('online_access'), await buy('offline_access')]
  const refresh = (refresh_token: string) => box.post('/auth/token', { grant_type: 'refresh_token', client_id: 'opaque', refresh_token })
  box.time.now += 7 * HOUR
  const renewed = await refresh(online)
  assert.equal(renewed.status, 200)
  box.time.now += HOUR
  const ended = await refresh(String(renewed.body.refresh_token))
  assert.deepEqual([ended.status, ended.body.error], [400, 'invalid_grant'])
  assert.equal((await refresh(offline)).status, 200)
})

test('L-06: the password grant limits guesses as sign-in does, and a right password forgives', async () => {
  const box = await createTestBox()
  box.people.set('bob', { resourceType: 'User', id: 'bob', password: await hashPassword('right', box.provider.random) })
  const ask = (password: string) => box.post('/auth/token', { grant_type: 'password', client_id: 'form', username: 'bob', password })
  for (let n = 0; n < 5; n += 1) assert.equal((await ask('wrong')).status, 400)
  assert.equal((await ask('right')).status, 200)
  for (let n = 0; n < 6; n += 1) assert.equal((await ask('wrong')).status, 400)
  const limited = await ask('right')
  assert.deepEqual([limited.status, limited.body.error], [429, 'invalid_grant'])
  assert.ok(Number(limited.headers.get('retry-after')) > 0)
  box.time.now += 61_000
  assert.equal((await ask('right')).status, 200)
})
