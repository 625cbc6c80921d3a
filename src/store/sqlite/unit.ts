// What one unit of writes has given out: the rids of its resources in their order before anything refers to them, so that no row stands for
// one that the unit itself brings, and of those that are only referred to. Nothing of it outlives the unit, so a rollback leaves nothing behind.
import type { Connection } from './database.ts'
import { raw, sql } from './fragment.ts'
import { type Gathered, gathered } from './gathered.ts'

export interface Unit {
  readonly rows: Gathered
  /** The rid of a resource that is to be written. */
  claim(type: number, id: string): number
  /** The rid of a resource that is referred to; where there is none, a row without a body stands for it. */
  ridOf(type: number, id: string): number
  /** Has the table of resources no row with this rid yet? */
  isFresh(rid: number): boolean
  /** The row of this rid is there now, with index rows that may still be gathered. */
  wrote(rid: number): void
  hasWritten(rid: number): boolean
  /** A new occurrence of a composite parameter: a negative number. */
  occurrence(): number
  /** Makes everything that was gathered visible to statements. */
  flush(): void
}

/** A unit on the connection. */
export const startUnit = (db: Connection): Unit => {
  const rows = gathered(db)
  const known = new Map<number, Map<string, number>>()
  const fresh = new Map<number, readonly [type: number, id: string]>()
  const owed = new Set<number>()
  const written = new Set<number>()
  let [last, least]: (number | undefined)[] = []

  const claim = (type: number, id: string): number => {
    let ofType = known.get(type)
    if (!ofType) {
      ofType = new Map()
      known.set(type, ofType)
    }
    const given = ofType.get(id)
    if (given !== undefined) return given
    const [stored] = db.columns<[number]>(sql`SELECT rid FROM res WHERE type = ${type} AND id = ${id}`) ?? []
    last ??= db.columns<[number]>(raw('SELECT max(rid) FROM res'))?.[0] ?? 0
    const rid = stored ?? ++last
    if (stored === undefined) fresh.set(rid, [type, id])
    ofType.set(id, rid)
    return rid
  }

  return {
    rows,
    claim,
    ridOf(type, id) {
      const rid = claim(type, id)
      if (fresh.has(rid)) owed.add(rid)
      return rid
    },
    isFresh: (rid) => fresh.has(rid),
    wrote(rid) {
      fresh.delete(rid)
      owed.delete(rid)
      written.add(rid)
    },
    hasWritten: (rid) => written.has(rid),
    occurrence() {
      least ??= Math.min(0, db.columns<[number | null]>(raw('SELECT min(occ) FROM comp'))?.[0] ?? 0)
      return --least
    },
    flush() {
      for (const rid of owed) {
        const [type = 0, id = ''] = fresh.get(rid) ?? []
        db.execute('INSERT INTO res(rid, type, id, ver, updated, sdate, method) VALUES(?, ?, ?, 0, 0, 0, 0)', rid, type, id)
        fresh.delete(rid)
      }
      owed.clear()
      rows.flush()
    },
  }
}
