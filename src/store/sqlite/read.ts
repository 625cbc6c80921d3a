// Reads of single resources, versions and history. A superseded text is in `history`, the current one only in `res`.
import { isAll } from '../plan.ts'
import type { HistoryPlan, ReadPlan, StoredResource } from '../store.ts'
import { type Compiler, filter } from './filter.ts'
import { limit, raw, type Sql, sql } from './fragment.ts'

export const METHODS = ['create', 'update', 'delete'] as const

export interface Version {
  readonly rid: number
  readonly type: number
  readonly id: string
  readonly ver: number
  readonly updated: number
  readonly sdate: number
  readonly method: number
  readonly body: string | null
}

/** The row as the port says it. */
export const stored = ({ names }: Compiler, row: Version): StoredResource => ({
  type: names.text(row.type),
  id: row.id,
  version: row.ver,
  updated: row.updated,
  text: row.body ?? undefined,
  method: METHODS[row.method] ?? 'update',
})

const CURRENT = 'SELECT x.rid, x.ver, x.updated, x.sdate, x.method, x.body FROM res x WHERE x.type = ? AND x.id = ? AND x.ver > 0'
type Current = [rid: number, ver: number, updated: number, sdate: number, method: number, body: string | null]

/** The current row, of a deleted resource too; undefined where absent or not satisfying `where`. */
export const current = ({ db, names }: Compiler, { type: name, id, where }: ReadPlan): Version | undefined => {
  const type = names.find('type', name)
  if (type === undefined) return undefined
  const one: Sql = { text: CURRENT, values: [type, id] }
  const found = db.columns<Current>(isAll(where) ? one : sql`${one} AND ${filter({ db, names }, where, 'x')}`)
  if (!found) return undefined
  const [rid, ver, updated, sdate, method, body] = found
  return { rid, type, id, ver, updated, sdate, method, body }
}

const VERSION = raw(
  'h.rid, h.type, x.id, h.ver, h.at AS updated, 0 AS sdate, h.method, iif(h.ver = x.ver, x.body, h.body) AS body FROM history h CROSS JOIN res x ON x.rid = h.rid',
)

/** One version of a resource whose current state satisfies the plan. */
export const version = (compiler: Compiler, plan: ReadPlan & { readonly version: number }): StoredResource | undefined => {
  const now = current(compiler, plan)
  const row = now && compiler.db.row<Version>(sql`SELECT ${VERSION} WHERE h.rid = ${now.rid} AND h.ver = ${plan.version}`)
  return row && stored(compiler, row)
}

/** Where a version stands in the order of all changes; before everything where it is not known. */
const placeOf = (compiler: Compiler, { type, id, version }: NonNullable<HistoryPlan['after']>): number => {
  const index = compiler.names.find('type', type) ?? -1
  const row = compiler.db.row<{ seq: number }>(
    sql`SELECT h.seq FROM history h WHERE h.rid = (SELECT rid FROM res WHERE type = ${index} AND id = ${id}) AND h.ver = ${version}`,
  )
  return row?.seq ?? 0
}

/** Versions, newest first unless the plan says otherwise. */
export const history = (compiler: Compiler, plan: HistoryPlan) => {
  const type = plan.type === undefined ? undefined : (compiler.names.find('type', plan.type) ?? -1)
  const byType = type === undefined ? raw('') : sql` AND h.type = ${type}`
  const byId = plan.id === undefined ? raw('') : sql` AND h.rid = (SELECT rid FROM res WHERE type = ${type ?? -1} AND id = ${plan.id})`
  const since = plan.since === undefined ? raw('') : sql` AND h.at >= ${plan.since}`
  const [onwards, order] = plan.ascending ? [raw('>'), raw('ASC')] : [raw('<'), raw('DESC')]
  const before = plan.after === undefined ? raw('') : sql` AND h.seq ${onwards} ${placeOf(compiler, plan.after)}`
  const rows = compiler.db.rows<Version>(
    sql`SELECT ${VERSION} WHERE 1${byType}${byId}${since}${before} ORDER BY h.seq ${order} ${limit(plan.count + 1)}`,
  )
  return { versions: rows.slice(0, plan.count).map((row) => stored(compiler, row)), more: rows.length > plan.count }
}
