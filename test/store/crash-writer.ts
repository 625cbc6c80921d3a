// Writes without end, and says each id once its write is acknowledged: for crash.test.ts, which kills it.
import { writeSync } from 'node:fs'
import { ALL } from '../../src/store/criterion.ts'
import { authorizeChanges } from '../../src/store/plan.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

const [, , file = '', round = '0'] = process.argv
const store = await openStore({ file, clock: { now: () => Date.now() } })
const bounds = { stored: ALL, submitted: ALL }

const write = async (id: string): Promise<void> => {
  const change = {
    type: 'Observation',
    id,
    action: 'put',
    compose: (version: number) => JSON.stringify({ resourceType: 'Observation', id, meta: { version } }),
    index: () => ({
      entries: [{ kind: 'token', param: 'Observation.code', system: '', code: `round-${round}` } as const],
      compartments: ['p1'],
      date: Number(round),
    }),
    ...bounds,
    create: true,
    replace: false,
  } as const
  const [result] = await store.write(authorizeChanges([change], () => bounds))
  if (result?.outcome === 'created') writeSync(1, `${id}\n`)
}

for (let at = 0; ; at += 4) await Promise.all([0, 1, 2, 3].map((part) => write(`r${round}-${at + part}`)))
