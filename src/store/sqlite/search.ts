// One search: the page in keyset order, its total, its includes.
import type { SearchPage, SearchPlan } from '../store.ts'
import { driver, live } from './driver.ts'
import { type Compiler, filter } from './filter.ts'
import { join, raw, type Sql, sql, type Value } from './fragment.ts'
import { type Found, included } from './include.ts'
import { latest } from './latest.ts'
import { after, cursor, type Order, orderBy, orders, position } from './sort.ts'

const sources = (compiler: Compiler, plan: SearchPlan, columns: Sql): readonly Sql[] =>
  plan.from.flatMap(({ type, where }) => {
    const index = compiler.names.find('type', type)
    if (index === undefined) return []
    return [sql`SELECT ${columns} FROM ${driver(compiler, where, index).from}${live(index)} AND ${filter(compiler, where, 'x')}`]
  })

type Row = Found & Record<`k${number}`, Value>

/** The common page, one type by clinical date: walks the postings and stops at the limit. */
const walked = (compiler: Compiler, plan: SearchPlan, start: readonly Value[] | undefined): Sql | undefined => {
  const [only] = plan.from
  const type = only && compiler.names.find('type', only.type)
  if (!only || type === undefined || plan.from.length > 1 || plan.sort.length > 0) return undefined
  const walk = driver(compiler, only.where, type)
  if (!walk.clustered) return undefined
  const from = start ? sql`(c.sdate, c.rid) < (${start[0] ?? 0}, ${start[1] ?? 0}) AND ` : raw('')
  return sql`SELECT x.rid, x.type, x.id, x.body, c.sdate AS k0, c.rid AS k1 FROM ${walk.from}${from}${live(type)}
    AND ${filter(compiler, only.where, 'x')} ORDER BY c.sdate DESC, c.rid DESC LIMIT ${plan.count + 1}`
}

const sorted = (parts: readonly Sql[], order: readonly Order[], start: readonly Value[] | undefined, count: number): Sql => {
  const from = start ? sql`WHERE ${after(order, start)}` : raw('')
  return sql`SELECT x.rid, x.type, x.id, x.body, p.* FROM (SELECT * FROM (${join(parts, ' UNION ALL ')}) ${from} ORDER BY ${orderBy(order)}
    LIMIT ${count + 1}) p CROSS JOIN res x ON x.rid = p.${raw(`k${order.length - 1}`)} ORDER BY ${orderBy(order)}`
}

const page = (compiler: Compiler, plan: SearchPlan): readonly Row[] => {
  const order = orders(compiler, plan.sort)
  const start = plan.after === undefined ? undefined : position(compiler, plan.after, order.length - 1)
  const walk = walked(compiler, plan, start)
  if (walk) return compiler.db.rows<Row>(walk)
  const columns = join(
    order.map(({ expression }, at) => sql`${expression}${raw(` AS k${at}`)}`),
    ', ',
  )
  const parts = sources(compiler, plan, columns)
  return parts.length === 0 ? [] : compiler.db.rows<Row>(sorted(parts, order, start, plan.count))
}

const total = (compiler: Compiler, plan: SearchPlan): number => {
  const parts = sources(compiler, plan, raw('x.rid'))
  if (parts.length === 0) return 0
  return compiler.db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${join(parts, ' UNION ALL ')})`)?.n ?? 0
}

const shownBy =
  ({ names }: Compiler) =>
  ({ type, id, body }: Found): SearchPage['matches'][number] => ({ type: names.text(type), id, text: body })

const includedBy = (compiler: Compiler, plan: SearchPlan, found: readonly Found[]): SearchPage['included'] =>
  plan.includes.length > 0 ? included(compiler, plan, found).map(shownBy(compiler)) : []

const newest = (compiler: Compiler, plan: SearchPlan, of: NonNullable<SearchPlan['latest']>): SearchPage => {
  const parts = sources(compiler, plan, raw('x.rid, x.sdate'))
  const found = parts.length === 0 ? [] : latest(compiler, join(parts, ' UNION ALL '), of)
  return { matches: found.map(shownBy(compiler)), included: includedBy(compiler, plan, found), total: undefined, next: undefined }
}

/** Runs the plan. */
export const search = (compiler: Compiler, plan: SearchPlan): SearchPage => {
  if (plan.latest) return newest(compiler, plan, plan.latest)
  const rows = plan.count > 0 ? page(compiler, plan) : []
  const found = rows.slice(0, plan.count)
  const last = rows.length > plan.count ? found.at(-1) : undefined
  const keys = Math.max(1, plan.sort.length)
  return {
    matches: found.map(shownBy(compiler)),
    included: includedBy(compiler, plan, found),
    total: plan.total === 'accurate' ? total(compiler, plan) : undefined,
    next:
      last &&
      cursor(
        Array.from({ length: keys }, (_, at) => last[`k${at}`] ?? null),
        `${compiler.names.text(last.type)}/${last.id}`,
      ),
  }
}
