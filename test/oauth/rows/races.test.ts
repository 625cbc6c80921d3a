// The single-use gates on a server process with its database in a file, over 50 real sockets (security-requirements I7, O-11, O-12, O-20,
// D-06): one winner, whose winnings are dead since the rest are reuse; and none of it is forgotten when the process is killed.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Browser, CHALLENGE, VERIFIER } from '../../box/browser.ts'
import { freePort } from '../../box/served.ts'
import { formPost, type RawAnswer, volley } from '../../box/sockets.ts'

const SOCKETS = 50
const folder = mkdtempSync(join(tmpdir(), 'emberbox-races-'))
let port = 0
let base = ''
let server: ChildProcess

/** Starts the command on the same file as before, and waits until it says that it is open. */
const start = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = ['serve', 'test/smart/fixtures.yaml', '--port', String(port), '--base-url', base, '--data', join(folder, 'box.db')]
    server = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], { env: { PATH: process.env.PATH } })
    let output = ''
    const hear = (data: Buffer) => {
      output += data
      if (output.includes('Open ')) resolve()
    }
    server.stdout?.on('data', hear)
    server.stderr?.on('data', hear)
    server.once('exit', () => reject(new Error(output)))
  })
const end = (signal: NodeJS.Signals): Promise<void> =>
  new Promise((resolve) => {
    server.removeAllListeners('exit').once('exit', () => resolve())
    server.kill(signal)
  })

before(async () => {
  port = await freePort()
  base = `http://127.0.0.1:${port}`
  await start()
})
after(async () => {
  await end('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
})

const REDIRECT = 'http://app.example/cb'
const authorize = async (): Promise<string> => {
  const browser = new Browser({ baseUrl: base, request: (request) => fetch(request) })
  const asked = { response_type: 'code', client_id: 'app', redirect_uri: REDIRECT, state: 's', aud: `${base}/fhir` }
  const scope = 'openid launch/patient offline_access patient/Patient.rs'
  const query = new URLSearchParams({ ...asked, scope, code_challenge: CHALLENGE, code_challenge_method: 'S256' })
  await browser.open(`/auth/authorize?${query}`)
  await browser.submit({ username: 'amy', password: 'amy-password' })
  if (browser.redirected === undefined) await browser.submit({ decision: 'allow' })
  return new URL(browser.redirected ?? 'about:blank').searchParams.get('code') ?? ''
}
type Members = Readonly<Record<string, string>>
const redemption = (code: string): Members => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: REDIRECT,
  client_id: 'app',
  code_verifier: VERIFIER,
})
const renewal = (refresh_token = ''): Members => ({ grant_type: 'refresh_token', refresh_token, client_id: 'app' })
const race = (form: Members) => volley(port, formPost('/auth/token', form), SOCKETS)
const bodyOf = ({ body }: RawAnswer): Members => JSON.parse(body)
const ask = async (form: Members): Promise<RawAnswer> => {
  const [answer] = await volley(port, formPost('/auth/token', form), 1)
  return answer ?? assert.fail()
}
const read = async (token = ''): Promise<number> =>
  (await fetch(`${base}/fhir/Patient/p1`, { headers: { authorization: `Bearer ${token}` } })).status

/** Exactly one won, the others were told why not, and what was won is dead. */
const oneWinner = async (answers: readonly RawAnswer[]): Promise<Members> => {
  assert.equal(answers.length, SOCKETS)
  const [won, ...more] = answers.filter(({ status }) => status === 200)
  assert.ok(won && more.length === 0, `${more.length + 1} winners`)
  for (const answer of answers) if (answer !== won) assert.deepEqual([answer.status, bodyOf(answer).error], [400, 'invalid_grant'])
  const winnings = bodyOf(won)
  assert.equal(await read(winnings.access_token), 401)
  assert.equal(bodyOf(await ask(renewal(winnings.refresh_token))).error, 'invalid_grant')
  return winnings
}

test('O-11: 50 sockets redeem one code: one 200, and reuse has killed what it bought, also after kill -9', async () => {
  const code = await authorize()
  const winnings = await oneWinner(await race(redemption(code)))
  await end('SIGKILL')
  await start()
  assert.equal(bodyOf(await ask(redemption(code))).error, 'invalid_grant')
  assert.equal(await read(winnings.access_token), 401)
})

test('O-12: 50 sockets use one rotating refresh token: one 200, and the family is dead, also after kill -9', async () => {
  const bought = bodyOf(await ask(redemption(await authorize())))
  assert.equal(await read(bought.access_token), 200)
  const winnings = await oneWinner(await race(renewal(bought.refresh_token)))
  assert.equal(await read(bought.access_token), 401, 'the token from before the race')
  await end('SIGKILL')
  await start()
  for (const token of [bought, winnings]) assert.equal(bodyOf(await ask(renewal(token.refresh_token))).error, 'invalid_grant')
})

test('D-06: a code that was used once before kill -9 is used after it, and a rotated refresh token rotated', async () => {
  const code = await authorize()
  const bought = bodyOf(await ask(redemption(code)))
  const rotated = bodyOf(await ask(renewal(bought.refresh_token)))
  await end('SIGKILL')
  await start()
  assert.equal(await read(rotated.access_token), 200, 'what was answered is kept')
  assert.equal(bodyOf(await ask(renewal(bought.refresh_token))).error, 'invalid_grant')
  assert.equal(await read(rotated.access_token), 401)
  assert.equal(bodyOf(await ask(redemption(code))).error, 'invalid_grant')
})
