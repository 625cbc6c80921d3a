// The limit of creates: a bare loop that inserts the same body and the same index rows with the same durability, one commit each.
import Database from 'better-sqlite3'

const [, , file = '', id = '', seconds = '3'] = process.argv
const db = new Database(file)
db.pragma('locking_mode = EXCLUSIVE')
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.pragma('cache_size = -8192')
db.pragma('temp_store = MEMORY')

type Row = Record<string, string | number | null>
const template = db.prepare('SELECT * FROM res WHERE id = ?').get(id) as Row & { rid: number }
const INDEX_TABLES = ['post', 'tag', 'member', 'ref', 'link', 'ident', 'str', 'dat', 'qty']
const statements = INDEX_TABLES.flatMap((table) =>
  (db.prepare(`SELECT * FROM ${table} WHERE rid = ?`).all(template.rid) as Row[]).map((row) => ({
    insert: db.prepare(`INSERT INTO ${table}(${Object.keys(row)}) VALUES(${Object.keys(row).map((name) => `@${name}`)})`),
    row,
  })),
)
const { rid: _, ...resource } = template
const insertResource = db.prepare(`INSERT INTO res(${Object.keys(resource)}) VALUES(${Object.keys(resource).map((name) => `@${name}`)})`)
const insertHistory = db.prepare('INSERT INTO history(rid, type, ver, at, method, body) VALUES(?, ?, 1, ?, 0, NULL)')

let count = 0
const insert = db.transaction(() => {
  const rid = Number(insertResource.run({ ...resource, id: `n${count}` }).lastInsertRowid)
  insertHistory.run(rid, template.type, template.updated)
  for (const { insert: one, row } of statements) one.run({ ...row, rid })
})
const began = process.cpuUsage()
const end = performance.now() + Number(seconds) * 1000
while (performance.now() < end) {
  insert()
  count++
}
const { user, system } = process.cpuUsage(began)
console.log(JSON.stringify({ perCpuSecond: count / ((user + system) / 1e6) }))
