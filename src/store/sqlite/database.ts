// One connection to one file: pragmas, the lock against a second process, migrations, and prepared statements by text.
import Database from 'better-sqlite3'
import type { Sql, Value } from './fragment.ts'
import { MIGRATIONS } from './schema.ts'

export interface Connection {
  /** All rows of a fragment; its text is the key of the prepared statement. */
  rows<Row>(query: Sql): Row[]
  row<Row>(query: Sql): Row | undefined
  /** The first row as a list, in the order of its columns: for hot paths, where a name for each value costs more than the lookup. */
  columns<Columns extends readonly (Value | Uint8Array)[]>(query: Sql): Columns | undefined
  /** All rows as lists. */
  lists<Columns extends readonly Value[]>(query: Sql): Columns[]
  /** Runs and says how many rows changed. */
  run(query: Sql): number
  /** The same with the values given apart, for the fixed statements of hot paths. */
  execute(text: string, ...values: Value[]): { readonly changes: number; readonly id: number }
  script(text: string): void
  readonly inTransaction: boolean
  pragma(name: string): unknown
  close(): void
}

const STATEMENTS = 500

const statements = (prepare: (text: string) => Database.Statement): ((text: string) => Database.Statement) => {
  const cache = new Map<string, Database.Statement>()
  return (text) => {
    let statement = cache.get(text)
    if (statement) cache.delete(text)
    else statement = prepare(text)
    cache.set(text, statement)
    if (cache.size > STATEMENTS) cache.delete(cache.keys().next().value ?? '')
    return statement
  }
}

const migrate = (db: Database.Database, file: string): void => {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > MIGRATIONS.length) throw new Error(`${file} was written by a newer version of this program`)
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) db.exec(step)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
  })()
}

/** Settings of store-layout.md; the exclusive lock is taken before anything is written and lives as long as the process. */
const prepare = (db: Database.Database): void => {
  db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('automatic_index = OFF')
  db.pragma('temp_store = MEMORY')
  db.pragma('foreign_keys = OFF')
  db.pragma('cache_size = -8192')
  db.pragma('trusted_schema = OFF')
  db.exec('BEGIN IMMEDIATE; COMMIT')
}

/** Why the file cannot be used, where SQLite's own words would not name it. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['SQLITE_BUSY', 'is in use by another process'],
  ['SQLITE_NOTADB', 'is not a database'],
  ['SQLITE_CORRUPT', 'is damaged'],
  ['SQLITE_READONLY', 'cannot be written'],
  ['SQLITE_CANTOPEN', 'cannot be opened'],
  ['SQLITE_FULL', 'has no room left on its disk'],
])

const reason = (error: unknown): string | undefined =>
  error instanceof Database.SqliteError ? REASONS.get(error.code.split('_', 2).join('_')) : undefined

/** The file, locked and migrated. Throws an Error that names it and says why it cannot be used. */
const opened = (file: string): Database.Database => {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { timeout: 0 })
    prepare(db)
    migrate(db, file)
    return db
  } catch (error) {
    db?.close()
    const why = reason(error)
    throw why === undefined ? error : new Error(`${file} ${why}`)
  }
}

/** Opens, locks and migrates the file, or ':memory:'. */
export const connect = (file: string): Connection => {
  const db = opened(file)
  const statement = statements((text) => db.prepare(text))
  const listing = statements((text) => db.prepare(text).raw())
  return {
    rows: <Row>(query: Sql) => statement(query.text).all(query.values) as Row[],
    row: <Row>(query: Sql) => statement(query.text).get(query.values) as Row | undefined,
    columns: <Columns extends readonly (Value | Uint8Array)[]>(query: Sql) => listing(query.text).get(query.values) as Columns | undefined,
    lists: <Columns extends readonly Value[]>(query: Sql) => listing(query.text).all(query.values) as Columns[],
    run: (query) => statement(query.text).run(query.values).changes,
    execute(text, ...values) {
      const done = statement(text).run(values)
      return { changes: done.changes, id: Number(done.lastInsertRowid) }
    },
    script: (text) => {
      db.exec(text)
    },
    get inTransaction() {
      return db.inTransaction
    },
    pragma: (name) => db.pragma(name, { simple: true }),
    close() {
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
}
