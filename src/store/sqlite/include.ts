// _include and _revinclude: one query per include and hop over all rows of the page, never one per row.
import { TooCostly } from '../errors.ts'
import type { Include, SearchPlan } from '../store.ts'
import { type Compiler, filter } from './filter.ts'
import { join, limit, raw, type Sql, sql } from './fragment.ts'

export interface Found {
  readonly rid: number
  readonly type: number
  readonly id: string
  readonly body: string
}

const HOPS = 10
/** All on one page: a page of a thousand Patients has millions of what refers to them (security-requirements R-04). */
const MOST = 10_000

const checkNumber = (rows: readonly Found[]): void => {
  if (rows.length > MOST)
    throw new TooCostly(`More than ${MOST} resources are included: ask for fewer matches, or for the others by themselves`)
}

type Reached = Pick<Found, 'rid' | 'type'>

/** The rows that an include is for. */
const startOf = ({ names }: Compiler, { of }: Include, rows: readonly Reached[]): readonly Reached[] => {
  if (of === undefined) return rows
  const wanted = names.find('type', of)
  return rows.filter(({ type }) => type === wanted)
}

const hop = (compiler: Compiler, include: Include, rows: readonly Reached[]): readonly Found[] => {
  const param = compiler.names.find('param', include.param)
  const rids = startOf(compiler, include, rows).map(({ rid }) => rid)
  if (param === undefined || rids.length === 0) return []
  const wanted: Sql[] = []
  for (const target of include.targets) {
    const type = compiler.names.find('type', target.type)
    if (type !== undefined) wanted.push(sql`(x.type = ${type} AND ${filter(compiler, target.where, 'x')})`)
  }
  if (wanted.length === 0) return []
  const edge = include.reverse ? raw('e.rid AS rid FROM json_each') : raw('e.tgt AS rid FROM json_each')
  const on = include.reverse ? raw('ref e ON e.tgt = j.value') : raw('link e ON e.rid = j.value')
  const found = compiler.db.rows<Found>(
    sql`SELECT x.rid, x.type, x.id, x.body FROM (SELECT DISTINCT ${edge}(${JSON.stringify(rids)}) j CROSS JOIN ${on} AND e.param = ${param}) c
      CROSS JOIN res x ON x.rid = c.rid WHERE x.body IS NOT NULL AND (${join(wanted, ' OR ')}) ORDER BY x.rid
      ${limit(MOST + 1)}`,
  )
  checkNumber(found)
  return found
}

/** What the plan includes beside these matches, each resource once. */
export const included = (compiler: Compiler, plan: SearchPlan, matches: readonly Found[]): readonly Found[] => {
  const seen = new Set(matches.map((row) => row.rid))
  const rows: Found[] = []
  let frontier: readonly Reached[] = matches
  for (let at = 0; at < HOPS && frontier.length > 0; at += 1) {
    const fresh: Found[] = []
    for (const include of plan.includes) {
      if (at > 0 && !include.iterate) continue
      for (const row of hop(compiler, include, frontier)) {
        if (seen.has(row.rid)) continue
        seen.add(row.rid)
        fresh.push(row)
      }
    }
    for (const row of fresh) rows.push(row)
    checkNumber(rows)
    frontier = fresh
  }
  return rows
}
