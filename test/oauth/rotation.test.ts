// Key rotation (security-requirements J-09): whoever verifies our tokens finds their key, before, during and after.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, mock, test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { type Box, createBox } from '../../src/box.ts'
import { keyFileOf } from '../../src/oauth/keys/file.ts'
import { openKeys } from '../../src/oauth/keys/open.ts'
import { rotateKeyFile } from '../../src/oauth/keys/rotate.ts'
import { signOwn } from '../../src/oauth/keys/sign.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const folder = await mkdtemp(join(tmpdir(), 'emberbox-keys-'))
after(() => rm(folder, { recursive: true }))
const random = { bytes: (length: number) => randomBytes(length) }

const ring = async (name: string) => {
  const time = { now: 1_800_000_000_000 }
  const clock = { now: () => time.now }
  const file = join(folder, name)
  const open = () => openKeys({ file, random, clock })
  await open()
  return { time, file, open, rotate: (discard = false) => rotateKeyFile(file, { clock, discard }) }
}
const kids = (keys: readonly { readonly kid?: string }[]) => keys.map(({ kid }) => kid)

test('the new key is published before it signs, and the old one until its last token has expired', async () => {
  const { time, open, rotate } = await ring('overlap')
  const before = await open()
  const old = before.signing().kid
  const { from } = await rotate()
  assert.ok(from - time.now >= 12 * MINUTE, 'longer than verifiers keep a JWK Set')
  const keys = await open()
  assert.deepEqual([keys.signing().kid, keys.published(HOUR).length], [old, 6])
  assert.deepEqual(keys.secret('csrf'), before.secret('csrf'))
  time.now = from
  const fresh = keys.signing().kid
  assert.notEqual(fresh, old)
  assert.deepEqual(kids(keys.published(HOUR)).slice(0, 1), [fresh])
  time.now = from + HOUR - 1
  assert.ok(kids(keys.published(HOUR)).includes(old))
  time.now = from + HOUR
  assert.ok(!kids(keys.published(HOUR)).includes(old))
  assert.ok(kids(keys.published(30 * DAY)).includes(old), 'where a client’s tokens live for a month')
})

test('a token signed with the key before verifies against what is published, by its kid', async () => {
  const { time, open, rotate } = await ring('verify')
  const token = await signOwn({ sub: 'amy', exp: Math.floor((time.now + HOUR) / 1_000) }, await open(), 'JWT')
  const { from } = await rotate()
  const keys = await open()
  for (const now of [time.now, from, from + 30 * MINUTE]) {
    time.now = now
    const current = await signOwn({ sub: 'amy' }, keys, 'JWT')
    const published = createLocalJWKSet({ keys: [...keys.published(HOUR)] })
    for (const one of [token, current]) await jwtVerify(one, published, { currentDate: new Date(now) })
  }
})

test('the private half of a retired key goes at the next rotation, the public one when nobody can ask for it; the file stays 0600', async () => {
  const { time, file, open, rotate } = await ring('forget')
  const privates = async () =>
    (JSON.parse(await readFile(file, 'utf8')) as { keys: { jwk: { d?: string } }[] }).keys.filter(({ jwk }) => jwk.d)
  await rotate()
  assert.equal((await privates()).length, 6, 'the old one signs until the new one does')
  time.now += DAY
  await rotate()
  assert.equal((await privates()).length, 6)
  assert.equal((await open()).published(365 * DAY).length, 9)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  time.now += 500 * DAY
  const { kept, dropped } = await rotate()
  assert.deepEqual([kept, dropped], [3, 6])
})

test('--discard: the new keys sign at once and no other is left', async () => {
  const { open, rotate } = await ring('discard')
  const old = (await open()).signing().kid
  await rotate(true)
  const keys = await open()
  assert.equal(keys.jwks.keys.length, 3)
  assert.notEqual(keys.signing().kid, old)
})

test('no file, or another rotation under way: an error, and nothing is written', async () => {
  const clock = { now: () => 0 }
  await assert.rejects(rotateKeyFile(join(folder, 'none'), { clock, discard: false }), /there is no key file/)
  const { file, rotate } = await ring('busy')
  const content = await readFile(file, 'utf8')
  await writeFile(`${file}.rotated`, '')
  await assert.rejects(rotate())
  assert.equal(await readFile(file, 'utf8'), content)
})

const published = async (box: Box): Promise<JSONWebKeySet> => (await (await box.request('/.well-known/jwks.json')).json()) as JSONWebKeySet

test('a running server takes the new keys up within a minute; its tokens go on, and their kid is published throughout', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const time = { now: 1_800_000_000_000 }
  const clock = { now: () => time.now }
  const data = join(folder, 'box.db')
  const box = await createBox({
    bundles: ['test/oauth/people-and-apps.yaml', 'test/oauth/backend.yaml'],
    baseUrl: 'http://localhost:8080',
    env: {},
    data,
    clock,
  })
  t.after(() => box.close())
  const mint = async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'backend', client_secret: 'backend-secret' })
    const { access_token } = (await (await box.request('/auth/token', { method: 'POST', body })).json()) as { access_token: string }
    return access_token
  }
  const reads = async (token: string) => (await box.request('/fhir/Patient/p1', { headers: { authorization: `Bearer ${token}` } })).status
  const before = await mint()
  assert.equal((await published(box)).keys.length, 3)
  const { from } = await rotateKeyFile(keyFileOf(data), { clock, discard: false })
  mock.timers.tick(MINUTE)
  for (let tries = 0; tries < 500 && (await published(box)).keys.length === 3; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal((await published(box)).keys.length, 6)
  assert.equal(decodeProtectedHeader(await mint()).kid, decodeProtectedHeader(before).kid)
  time.now = from + 1
  const later = await mint()
  assert.notEqual(decodeProtectedHeader(later).kid, decodeProtectedHeader(before).kid)
  assert.ok(kids((await published(box)).keys).includes(decodeProtectedHeader(later).kid ?? ''))
  assert.deepEqual([await reads(before), await reads(later)], [200, 200])
})

test('the command: says what it did, and refuses what it cannot do', async () => {
  const { file } = await ring('cli.db.keys.json')
  const data = file.replace(/\.keys\.json$/, '')
  const run = (args: readonly string[], env = {}) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'keys', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    })
  const done = run(['rotate', '--data', data])
  assert.equal(done.status, 0, done.stderr)
  assert.match(done.stdout, /new keys, which sign from \d{4}-/)
  assert.equal((JSON.parse(await readFile(file, 'utf8')) as { keys: unknown[] }).keys.length, 6)
  assert.deepEqual([run(['rotate', '--data', join(folder, 'nowhere')]).status, run(['turn']).status], [1, 2])
  const given = run(['rotate', '--data', data], { BOX_SECURITY_AUTH_KEYS_PRIVATE: 'canary' })
  assert.deepEqual([given.status, given.stderr.includes('canary')], [1, false])
})
