// The limit of imports: a bare loop that inserts, resource by resource, the very rows that an import left behind, into the same tables and
// indexes with the same settings and batches. Reading them back is not measured; what was written is counted against what was there.
import assert from 'node:assert/strict'
import Database from 'better-sqlite3'

const [, , source = '', target = '', given = '{}'] = process.argv
const settings: { batch: number; cacheKilobytes: number; checkpoint: number } = JSON.parse(given)
const SYSTEM = 1

type Values = (string | number | null)[]

const from = new Database(source, { readonly: true })
const db = new Database(target)
db.pragma('locking_mode = EXCLUSIVE')
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.pragma('automatic_index = OFF')
db.pragma('temp_store = MEMORY')
db.pragma(`cache_size = -${settings.cacheKilobytes}`)
db.pragma(`wal_autocheckpoint = ${settings.checkpoint}`)

/** Rows with the rid of the resource that they belong to first; an occurrence of a composite parameter (a negative rid) belongs to its owner. */
const owned = (table: string): string =>
  `SELECT t.rid, t.* FROM ${table} t WHERE t.rid BETWEEN @first AND @last
   UNION ALL SELECT c.rid, t.* FROM comp c CROSS JOIN ${table} t ON t.rid = c.occ WHERE c.rid BETWEEN @first AND @last`
const direct = (table: string): string => `SELECT rid, * FROM ${table} WHERE rid BETWEEN @first AND @last`
/** Each term of a resource once for the system and once for each patient whose compartment it is in. */
const POSTINGS = `SELECT x.rid, p.pat, t.term, x.sdate, x.rid FROM res x CROSS JOIN
   (SELECT rid, ${SYSTEM} AS pat FROM res WHERE rid BETWEEN @first AND @last UNION ALL SELECT rid, pat FROM member WHERE rid BETWEEN @first AND @last) p
     ON p.rid = x.rid CROSS JOIN
   (SELECT rid, -type AS term FROM res WHERE rid BETWEEN @first AND @last UNION
    SELECT rid, term FROM tag WHERE rid BETWEEN @first AND @last) t ON t.rid = x.rid WHERE x.rid BETWEEN @first AND @last AND x.body IS NOT NULL`

const TABLES = new Map([
  ['res', direct('res')],
  ['history', direct('history')],
  ['tag', owned('tag')],
  ['member', direct('member')],
  ['link', owned('link')],
  ['ref', 'SELECT rid, tgt, param, rid FROM link WHERE rid BETWEEN @first AND @last'],
  ['ident', owned('ident')],
  ['str', owned('str')],
  ['dat', owned('dat')],
  ['qty', owned('qty')],
  ['comp', direct('comp')],
  ['post', POSTINGS],
])

const SHARED = ['name', 'term']
for (const table of [...SHARED, ...TABLES.keys()]) {
  const parts = from.prepare('SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL').pluck().all(table)
  for (const sql of parts) db.exec(String(sql))
}
const insertInto = (table: string): Database.Statement => {
  const columns = from.prepare(`SELECT count(*) FROM pragma_table_info('${table}')`).pluck().get()
  return db.prepare(`INSERT INTO ${table} VALUES(${Array(Number(columns)).fill('?')})`)
}
const [insertName, insertTerm] = SHARED.map(insertInto)
const steps = [...TABLES].map(([table, query]) => ({ rows: from.prepare(query).raw(), insert: insertInto(table) }))
const terms = from.prepare('SELECT * FROM term WHERE id > ? ORDER BY id LIMIT ?').raw()

interface Insert {
  readonly statement: Database.Statement
  readonly values: Values
}

/** What is inserted of the resources with these rids, resource by resource. */
const read = (first: number, last: number): readonly Insert[] => {
  const byResource = Array.from({ length: last - first + 1 }, (): Insert[] => [])
  for (const { rows, insert } of steps) {
    for (const [rid, ...values] of rows.all({ first, last }) as [number, ...Values][])
      byResource[rid - first]?.push({ statement: insert, values })
  }
  return byResource.flat()
}

let [cpu, wall] = [0, 0]
const measured = (work: readonly Insert[]): void => {
  globalThis.gc?.()
  const [began, before] = [performance.now(), process.cpuUsage()]
  db.transaction(() => {
    for (const { statement, values } of work) statement.run(values)
  })()
  const { user, system } = process.cpuUsage(before)
  cpu += (user + system) / 1e6
  wall += (performance.now() - began) / 1e3
}

const most = Number(from.prepare('SELECT max(rid) FROM res').pluck().get())
if (insertName) measured((from.prepare('SELECT * FROM name').raw().all() as Values[]).map((values) => ({ statement: insertName, values })))
let term = 0
for (let first = 1; first <= most; first += settings.batch) {
  const work = read(first, Math.min(first + settings.batch - 1, most))
  // Words come in with the batches too.
  const share = Math.ceil((Number(from.prepare('SELECT max(id) FROM term').pluck().get()) * settings.batch) / most)
  const words = terms.all(term, share) as Values[]
  term = Number(words.at(-1)?.[0] ?? term)
  measured([...(insertTerm ? words.map((values) => ({ statement: insertTerm, values })) : []), ...work])
}
const [began, before] = [performance.now(), process.cpuUsage()]
db.pragma('wal_checkpoint(TRUNCATE)')
const { user, system } = process.cpuUsage(before)
cpu += (user + system) / 1e6
wall += (performance.now() - began) / 1e3

for (const table of [...SHARED, ...TABLES.keys()]) {
  const [there, here] = [from, db].map((one) => one.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  assert.equal(here, there, `rows of ${table}`)
}
const count = Number(db.prepare('SELECT count(*) FROM res WHERE body IS NOT NULL').pluck().get())
console.log(JSON.stringify({ perCpuSecond: count / cpu, perSecond: count / wall }))
