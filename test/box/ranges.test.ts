// A Range as the value of a quantity parameter (R4 search.html#prefix): compared by both of its ends, in a database of an earlier layout too.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-ranges-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const data = join(folder, 'emberbox.db')
const open = async () => {
  const box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'r', data })
  const headers = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/fhir+json' }
  const found = async (query: string): Promise<readonly string[]> => {
    const answer = await box.request(`/fhir/Condition?${query}`, { headers })
    assert.equal(answer.status, 200, query)
    const { entry = [] }: { entry?: readonly { readonly resource: { readonly id: string } }[] } = await answer.json()
    return entry.map(({ resource }) => resource.id).sort()
  }
  const put = (id: string, onset: object) =>
    box.request(`/fhir/Condition/${id}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ resourceType: 'Condition', id, subject: { display: 'Somebody' }, ...onset }),
    })
  return { found, put, close: () => box.close() }
}

const years = (value: number) => ({ value, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' })
const ONSETS: Readonly<Record<string, object>> = {
  at15: { onsetAge: years(15) },
  from10to20: { onsetRange: { low: years(10), high: years(20) } },
  from10to25: { onsetRange: { low: years(10), high: years(25) } },
  from20: { onsetRange: { low: years(20) } },
  to12: { onsetRange: { high: years(12) } },
}
const EXPECTED: ReadonlyArray<readonly [query: string, ids: readonly string[]]> = [
  ['onset-age=15', ['at15']],
  ['onset-age=gt15', ['from10to20', 'from10to25', 'from20']],
  ['onset-age=lt15', ['from10to20', 'from10to25', 'to12']],
  ['onset-age=ge20', ['from10to20', 'from10to25', 'from20']],
  ['onset-age=le12', ['from10to20', 'from10to25', 'to12']],
  ['onset-age=sa15', ['from20']],
  ['onset-age=eb15', ['to12']],
  ['onset-age=ne15', ['from10to20', 'from10to25', 'from20', 'to12']],
  ['onset-age=ap22', ['from10to20', 'from10to25', 'from20']],
  ['onset-age=gt24|http://unitsofmeasure.org|a', ['from10to25', 'from20']],
  ['onset-age=gt24||years', ['from10to25', 'from20']],
  ['onset-age=gt24||months', []],
]

test('R4 search.html#prefix: a Range is compared by its ends, and an open end is beyond every number', async () => {
  const { found, put, close } = await open()
  for (const [id, onset] of Object.entries(ONSETS)) assert.equal((await put(id, onset)).status, 201, id)
  for (const [query, ids] of EXPECTED) assert.deepEqual(await found(query), ids, query)
  await close()
})

test('design, Storage: a database that was indexed without the ends is indexed anew at start', async () => {
  const db = new Database(data)
  db.exec(`DROP TABLE qty;
    CREATE TABLE qty(rid INT NOT NULL, param INT NOT NULL, val REAL NOT NULL, sys INT NOT NULL, code TEXT NOT NULL,
      PRIMARY KEY(rid, param, val, sys, code)) STRICT, WITHOUT ROWID;
    UPDATE setting SET value = 'of an earlier extraction' WHERE name = 'search-index/r4';
    PRAGMA user_version = 4`)
  db.close()
  const { found, close } = await open()
  for (const [query, ids] of EXPECTED) assert.deepEqual(await found(query), ids, query)
  await close()
})
