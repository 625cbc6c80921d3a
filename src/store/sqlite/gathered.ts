// The index rows of a unit, gathered by table and inserted together in the order of their keys, many in one statement: what an index takes
// in order costs it a fraction, and most of what is left is the call itself (at 200,000 resources 140 µs became 65 for each).
import type { Connection } from './database.ts'
import type { Value } from './fragment.ts'

type Row = readonly (string | number)[]

/** Each with its statement and the columns of its key, in order, which is the order of its columns. */
const TABLES = {
  history: { into: 'INSERT INTO history(rid, type, ver, at, method) VALUES', columns: 5 },
  tag: { into: 'INSERT OR IGNORE INTO tag VALUES', columns: 3 },
  member: { into: 'INSERT INTO member VALUES', columns: 2 },
  link: { into: 'INSERT OR IGNORE INTO link VALUES', columns: 3 },
  ref: { into: 'INSERT OR IGNORE INTO ref VALUES', columns: 3 },
  ident: { into: 'INSERT OR IGNORE INTO ident VALUES', columns: 4 },
  str: { into: 'INSERT OR IGNORE INTO str VALUES', columns: 4 },
  dat: { into: 'INSERT OR IGNORE INTO dat VALUES', columns: 4 },
  qty: { into: 'INSERT OR IGNORE INTO qty VALUES', columns: 6 },
  comp: { into: 'INSERT INTO comp VALUES', columns: 3 },
  post: { into: 'INSERT INTO post VALUES', columns: 4 },
} as const

export type Table = keyof typeof TABLES
const KINDS: readonly Table[] = ['history', 'tag', 'member', 'link', 'ref', 'ident', 'str', 'dat', 'qty', 'comp', 'post']

/** Rows of one statement: the most that fit, then the next. */
const SIZES = [32, 4, 1] as const

const STATEMENTS = new Map(
  Object.entries(TABLES).map(([table, { into, columns }]) => {
    const row = `(${Array(columns).fill('?').join(',')})`
    return [table, SIZES.map((size) => `${into} ${Array(size).fill(row).join(',')}`)] as const
  }),
)

/** Texts in the order of UTF-16, which is near enough to SQLite's. */
const byKey = (one: Row, other: Row): number => {
  for (let at = 0; at < one.length; at++) {
    const value = one[at] ?? 0
    const against = other[at] ?? 0
    if (value !== against) return value < against ? -1 : 1
  }
  return 0
}

const insert = (db: Connection, table: string, rows: readonly Row[]): void => {
  let at = 0
  for (const [which, text] of (STATEMENTS.get(table) ?? []).entries()) {
    const size = SIZES[which] ?? 1
    for (; at + size <= rows.length; at += size) {
      const values: Value[] = []
      for (let row = at; row < at + size; row++) for (const value of rows[row] ?? []) values.push(value)
      db.run({ text, values })
    }
  }
}

export interface Gathered {
  add(table: Table, row: Row): void
  /** Inserts what was added since the last time. */
  flush(): void
}

/** Versions stay in the order in which they were added: it is that of all changes. */
export const gathered = (db: Connection): Gathered => {
  const rows = new Map<Table, Row[]>(KINDS.map((table) => [table, []]))
  return {
    add: (table, row) => void rows.get(table)?.push(row),
    flush() {
      for (const [table, list] of rows) {
        if (list.length === 0) continue
        insert(db, table, table === 'history' ? list : list.sort(byKey))
        rows.set(table, [])
      }
    },
  }
}
