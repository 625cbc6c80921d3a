// The SQLite implementation of the Store port: one file, one connection, one queue of writes.
import type { Clock } from '../../http/runtime.ts'
import type { Store } from '../store.ts'
import { absent } from './absent.ts'
import { type Connection, connect } from './database.ts'
import type { Compiler } from './filter.ts'
import { limit, raw, sql } from './fragment.ts'
import { names } from './names.ts'
import { type Queue, writeQueue } from './queue.ts'
import { current, history, stored, type Version, version } from './read.ts'
import { recordStore } from './records.ts'
import { search } from './search.ts'
import { reindexUnit, writeUnit } from './write.ts'

/**
 * Pages of the write-ahead log between checkpoints: 16 MB. What a token or a create touches lies all over its indexes, and the same pages
 * come back soon, so that four times fewer checkpoints copy far fewer of them (a token costs a tenth less).
 */
const LIVE_CHECKPOINT = 4_000
const IMPORT_CHECKPOINT = 40_000
/** Kilobytes of pages in memory: while it imports, the inner pages of every index; else few, since they count as memory at idle. */
const LIVE_CACHE = 8_192
const IMPORT_CACHE = 65_536

const PRAGMAS = ['synchronous', 'journal_mode', 'automatic_index', 'temp_store', 'locking_mode', 'user_version'] as const
const connections = new WeakMap<Store, Connection>()

/** The settings the store's own connection runs with, for tests and diagnosis. */
export const pragmas = (store: Store): ReadonlyMap<string, unknown> => {
  const db = connections.get(store)
  return new Map(db ? PRAGMAS.map((name) => [name, db.pragma(name)]) : [])
}

const build = (compiler: Compiler, queue: Queue, clock: Clock): Store => {
  const { db, names } = compiler
  return {
    async read(plan) {
      const row = current(compiler, plan)
      return row && stored(compiler, row)
    },
    search: async (plan) => search(compiler, plan),
    history: async (plan) => history(compiler, plan),
    version: async (plan) => version(compiler, plan),
    absent: async (targets) => absent(compiler, targets),
    write: (changes) => queue.write(() => writeUnit(compiler, clock, changes)),
    all: async (type) =>
      db
        .rows<Version>(sql`SELECT * FROM res WHERE type = ${names.find('type', type) ?? -1} AND body IS NOT NULL ORDER BY id`)
        .map((row) => stored(compiler, row)),
    page: async (type, after, count) =>
      db
        .rows<Version>(
          sql`SELECT * FROM res WHERE type = ${names.find('type', type) ?? -1} AND id > ${after} AND body IS NOT NULL ORDER BY id ${limit(count)}`,
        )
        .map((row) => stored(compiler, row)),
    reindex: (rows) => queue.write(() => reindexUnit(compiler, rows)),
    counts: async () => {
      // Both over indexes: what has no body is little, and every body lies beside its row.
      const count = (where: string) =>
        db.lists<[type: number, n: number]>(raw(`SELECT type, count(*) FROM res WHERE ${where} GROUP BY type`))
      const absent = new Map(count('body IS NULL'))
      const there = count('type > 0').map(([type, n]) => [type, n - (absent.get(type) ?? 0)] as const)
      return new Map(there.flatMap(([type, n]) => (n > 0 ? [[names.text(type), n] as const] : [])))
    },
    settings: async (prefix) =>
      new Map(
        db
          .rows<{ name: string; value: string }>(sql`SELECT name, value FROM setting WHERE substr(name, 1, length(${prefix})) = ${prefix}`)
          .map(({ name, value }) => [name, value]),
      ),
    putSettings: (values) =>
      queue.write(() => {
        for (const [name, value] of values) db.execute('INSERT OR REPLACE INTO setting VALUES(?, ?)', name, value)
        return { value: undefined, keep: true }
      }),
    records: recordStore(db, queue, clock),
    async importing(work) {
      db.pragma(`wal_autocheckpoint = ${IMPORT_CHECKPOINT}`)
      db.pragma(`cache_size = -${IMPORT_CACHE}`)
      try {
        return await work()
      } finally {
        db.pragma(`wal_autocheckpoint = ${LIVE_CHECKPOINT}`)
        db.pragma(`cache_size = -${LIVE_CACHE}`)
        db.pragma('wal_checkpoint(TRUNCATE)')
        db.pragma('shrink_memory')
      }
    },
    async close() {
      queue.finish()
      db.close()
    },
  }
}

/** Opens the file, or ':memory:'; rejects when another process holds it or a newer version wrote it. */
export const openStore = async (options: { readonly file: string; readonly clock: Clock }): Promise<Store> => {
  const db = connect(options.file)
  db.pragma(`wal_autocheckpoint = ${LIVE_CHECKPOINT}`)
  const words = names(db)
  const store = build({ db, names: words }, writeQueue(db, words.forget), options.clock)
  connections.set(store, db)
  return store
}
