// The process (issue 3, "What a new user does"): what it prints, its log, its lock, its idempotent second start, its graceful end.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

/** No test ends later than this, whatever the process does, and no process outlives its file. */
const LIMIT = { timeout: 300_000 }
const folder = mkdtempSync(join(tmpdir(), 'emberbox-cli-'))
const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

interface Started {
  readonly child: ChildProcess
  text(): string
  /** Resolves to the exit status. */
  readonly ended: Promise<number | null>
}

const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Started => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], { env: { PATH: process.env.PATH, ...env } })
  children.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  void ended.then(() => children.delete(child))
  return { child, text: () => output, ended }
}

/** Waits for a text; a process that ends without it, or never says it, fails the test with what it said. */
const says = async ({ child, text, ended }: Started, expected: string): Promise<void> => {
  let open = true
  void ended.then(() => {
    open = false
  })
  for (let tries = 0; tries < 1_200 && open && !text().includes(expected); tries++) await new Promise((resolve) => setTimeout(resolve, 50))
  if (!text().includes(expected)) child.kill('SIGKILL')
  assert.ok(text().includes(expected), `it says "${expected}":\n${text()}`)
}

test(
  'serve: announces itself, logs each request as JSON, keeps a second process off, stops gracefully; a second start writes nothing',
  LIMIT,
  async () => {
    const port = await freePort()
    const args = ['serve', 'bundles/demo', '--port', String(port), '--data', join(folder, 'one.db')]
    const first = command(args)
    await says(first, 'Open ')
    assert.match(first.text(), new RegExp(`FHIR base +http://localhost:${port}/fhir`))
    assert.match(first.text(), /Loaded .*Patient \d+/)
    assert.match(first.text(), /amy: password amy-demo-password/)
    const health = await fetch(`http://127.0.0.1:${port}/health`)
    const { digest, ...rest } = (await health.json()) as Record<string, unknown>
    assert.deepEqual(rest, { status: 'pass', live: true, ready: true })
    assert.match(String(digest), /^[0-9a-f]{64}$/)
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`, { method: 'HEAD' })).status, 200)
    const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'a-code-nobody-may-log', client_id: 'demo-app' })
    const denied = await fetch(`http://127.0.0.1:${port}/auth/token`, { method: 'POST', body })
    assert.equal(denied.status, 400)

    const second = command(['serve', 'bundles/demo', '--port', String(await freePort()), '--data', join(folder, 'one.db')])
    assert.equal(await second.ended, 1)
    assert.match(second.text(), /lock|in use|another process/i)
    assert.doesNotMatch(second.text(), /\n\s+at /, 'no stack')

    first.child.kill('SIGTERM')
    assert.equal(await first.ended, 0)
    const lines = first
      .text()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Record<string, unknown> => JSON.parse(line))
    const logged = lines.filter(({ msg }) => msg === 'request').map(({ method, path, status }) => `${method} ${path} ${status}`)
    assert.deepEqual(logged, ['GET /health 200', 'HEAD /health 200', 'POST /auth/token 400'])
    assert.doesNotMatch(first.text(), /a-code-nobody-may-log|demo-ehr-secret/)

    const again = command(args)
    await says(again, 'Open ')
    assert.match(again.text(), /Bundles +0 entries applied, \d+ unchanged/)
    again.child.kill('SIGTERM')
    assert.equal(await again.ended, 0)
  },
)

test('check: exactly the 12 diagnostics of the folder of 12 mistakes and exit status 1; the demo passes', LIMIT, async () => {
  const wrong = command(['check', 'test/bundle/fixtures/mistakes'])
  assert.equal(await wrong.ended, 1)
  const lines = wrong
    .text()
    .split('\n')
    .filter((line) => /:\d+:\d+ (?:error|warning) /.test(line))
  assert.equal(lines.length, 12)
  const right = command(['check', 'bundles/demo'])
  assert.equal(await right.ended, 0)
  assert.match(right.text(), /^0 errors, 0 warnings/m)
})

test('a command line that cannot be read is one line on what is wrong, and a non-zero status', LIMIT, async () => {
  const wrong = [
    [['serve', '--prot', '1'], 1, /--prot/],
    [['serv'], 2, /^there is no command "serv"; did you mean "serve"\?; emberbox --help lists them$/m],
    [['check', '--discard'], 1, /^--discard is an option of keys, not of check$/m],
  ] as const
  for (const [args, status, message] of wrong) {
    const started = command(args)
    assert.equal(await started.ended, status, args.join(' '))
    assert.match(started.text(), message)
    assert.equal(started.text().trim().split('\n').length, 1, 'no stack, no page of help')
  }
})

test('--help and --version answer and end', LIMIT, async () => {
  const help = command(['serve', '-h'])
  assert.equal(await help.ended, 0)
  assert.match(help.text(), /emberbox serve \[paths…\]/)
  const version = command(['--version'])
  assert.equal(await version.ended, 0)
  assert.match(version.text(), /^\d+\.\d+\.\d+\n$/)
})
