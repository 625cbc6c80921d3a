// The newest rows of each value of a token parameter: grouped in one statement, over rows that the principal's criterion let through.
import { TooCostly } from '../errors.ts'
import type { SearchPlan } from '../store.ts'
import type { Compiler } from './filter.ts'
import { type Sql, sql } from './fragment.ts'
import type { Found } from './include.ts'

/** All on one page, so there is an end to it. */
const MOST = 1000

/** `rows` are (rid, sdate). A value is a code, else the text of one without a code; what has neither is its own group. */
export const latest = ({ db, names }: Compiler, rows: Sql, { param, count }: NonNullable<SearchPlan['latest']>): readonly Found[] => {
  const text = sql`(SELECT min(s.val) FROM str s WHERE s.rid = m.rid AND s.param = ${names.find('param', `${param}:text`) ?? 0})`
  const value = sql`coalesce(g.term, ${text}, -m.rid)`
  const tagged = sql`(${rows}) m LEFT JOIN tag g ON g.rid = m.rid AND g.param = ${names.find('param', param) ?? 0}`
  const placed = sql`SELECT m.rid, row_number() OVER (PARTITION BY ${value} ORDER BY m.sdate DESC, m.rid DESC) AS place FROM ${tagged}`
  const found = db.rows<Found>(
    sql`SELECT x.rid, x.type, x.id, x.body FROM (SELECT DISTINCT rid FROM (${placed}) WHERE place <= ${count}) p
      CROSS JOIN res x ON x.rid = p.rid ORDER BY x.sdate DESC, x.rid DESC LIMIT ${MOST + 1}`,
  )
  if (found.length > MOST) throw new TooCostly(`More than ${MOST} are the newest of their kind`)
  return found
}
