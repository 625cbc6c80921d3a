// kill -9 during writes, twenty times: every write that was acknowledged is there afterwards (issue 3, Done 7).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ALL } from '../../src/store/criterion.ts'
import { authorizeRead, authorizeSearch } from '../../src/store/plan.ts'
import { openStore, pragmas } from '../../src/store/sqlite/open.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-crash-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'emberbox.db')
const TIMES = 20

/** Runs a writer until it has acknowledged something, and a little longer; resolves to what it acknowledged. */
const killed = (round: number): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/store/crash-writer.ts', file, String(round)])
    let output = ''
    let doomed = false
    child.stdout.on('data', (data) => {
      output += data
      if (doomed) return
      doomed = true
      setTimeout(() => child.kill('SIGKILL'), 5 + ((round * 37) % 90))
    })
    // The last line may have been cut off; what stands on a whole line was acknowledged.
    child.once('close', () => resolve(output.split('\n').slice(0, -1)))
  })

test('every acknowledged write survives kill -9, with its index rows, twenty times over', { timeout: 120_000 }, async () => {
  let acknowledged = 0
  for (let round = 0; round < TIMES; round++) {
    const ids = await killed(round)
    assert.ok(ids.length > 0, 'the writer wrote')
    acknowledged += ids.length
    const store = await openStore({ file, clock: { now: () => 0 } })
    assert.equal(pragmas(store).get('synchronous'), 2, 'FULL on a reopened file')
    for (const id of ids) {
      const found = await store.read(authorizeRead({ type: 'Observation', id, where: ALL }, ALL))
      assert.equal(JSON.parse(found?.text ?? '{}').id, id)
    }
    const where = { kind: 'token', param: 'Observation.code', system: '', code: `round-${round}` } as const
    const plan = { from: [{ type: 'Observation', where }], sort: [], count: 0, total: 'accurate', includes: [] } as const
    const { total = 0 } = await store.search(authorizeSearch(plan, () => ALL))
    assert.ok(total >= ids.length, `${total} are found by their code, ${ids.length} were acknowledged`)
    await store.close()
  }
  assert.ok(acknowledged > TIMES * 5, `${acknowledged} writes were acknowledged`)
})
