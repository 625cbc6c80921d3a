// One search: the page in keyset order, its total, its includes.
import type { Criterion } from '../criterion.ts'
import type { SearchPage, SearchPlan, SortKey } from '../store.ts'
import { driver, live, type Walk } from './driver.ts'
import { type Compiler, filter } from './filter.ts'
import { join, limit, raw, type Sql, sql, type Value } from './fragment.ts'
import { type Found, included } from './include.ts'
import { latest } from './latest.ts'
import { after, cursor, type Order, orderBy, orders, position } from './sort.ts'

/** One type of the plan, and how its rows are walked. */
interface Source {
  readonly type: number
  readonly where: Criterion
  readonly walk: Walk
}

const sourcesOf = (compiler: Compiler, plan: SearchPlan): readonly Source[] =>
  plan.from.flatMap(({ type, where }) => {
    const index = compiler.names.find('type', type)
    return index === undefined ? [] : [{ type: index, where, walk: driver(compiler, where, index) }]
  })

const selects = (compiler: Compiler, sources: readonly Source[], columns: Sql): readonly Sql[] =>
  sources.map(
    ({ type, walk: { from, rest, rid } }) => sql`SELECT ${columns} FROM ${from}${live(type)} AND ${filter(compiler, rest, 'x', rid)}`,
  )

type Row = Found & Record<`k${number}`, Value>

/** Where the rows come in the order of the answer as they are walked, so that the walk stops at the limit. */
interface Ordered {
  readonly type: number
  readonly from: Sql
  readonly key: Sql
  readonly tie: Sql
  readonly descending: boolean
  /** Rows without the key are not among them. */
  readonly partial?: true
}

/** By clinical date, over postings. */
const byDate = (compiler: Compiler, { type, where, walk }: Source, [key]: SearchPlan['sort']): Ordered | undefined => {
  if (!walk.clustered) return undefined
  const from = sql`${walk.from}${live(type)} AND ${filter(compiler, walk.rest, 'x', walk.rid)}`
  const order = { type, from, key: raw('c.sdate'), tie: raw('c.rid'), descending: key?.descending ?? true }
  if (!key) return order
  const param = compiler.names.find('param', key.param)
  // Every date of the parameter is the clinical date of its row.
  if (key.kind !== 'date' || param === undefined || compiler.names.find('askew', key.param) !== undefined) return undefined
  const conjuncts = where.kind === 'and' ? where.of : [where]
  if (conjuncts.some((part) => part.kind === 'date' && part.param === key.param)) return order
  const dated = sql`(SELECT 1 FROM dat WHERE rid = c.rid AND param = ${param}) IS NOT NULL`
  return { ...order, from: sql`${from} AND ${dated}`, partial: true }
}

const COLUMNS: ReadonlyMap<SortKey['kind'], Sql> = new Map([
  ['lastUpdated', raw('x.updated')],
  ['id', raw('x.id')],
])

/** By a column with an index, over all rows of the type: where the walk would be over all of them too. */
const byColumn = (compiler: Compiler, { type, where, walk }: Source, [sort]: SearchPlan['sort']): Ordered | undefined => {
  const key = sort && COLUMNS.get(sort.kind)
  if (!key || !walk.whole) return undefined
  return {
    type,
    from: sql`res x WHERE ${live(type)} AND ${filter(compiler, where, 'x')}`,
    key,
    tie: raw('x.rid'),
    descending: sort.descending,
  }
}

const ordered = (compiler: Compiler, plan: SearchPlan, [source, ...others]: readonly Source[]): Ordered | undefined => {
  if (!source || others.length > 0 || plan.sort.length > 1) return undefined
  return byColumn(compiler, source, plan.sort) ?? byDate(compiler, source, plan.sort)
}

/** What comes after a position; the first bound is what an index seeks. */
const onwards = ({ key, tie, descending }: Ordered, [value = null, rid = null]: readonly Value[]): Sql =>
  descending ? sql` AND (${key}, ${tie}) < (${value}, ${rid})` : sql` AND ${key} >= ${value} AND (${key} > ${value} OR ${tie} < ${rid})`

const walked = (compiler: Compiler, plan: SearchPlan, order: Ordered, start: readonly Value[] | undefined): readonly Row[] => {
  const { from, key, tie, descending, type } = order
  const after = start ? onwards(order, start) : raw('')
  const found = compiler.db.lists<[rid: number, id: string, body: string, key: Value]>(
    sql`SELECT ${tie}, x.id, x.body, ${key} FROM ${from}${after}
      ORDER BY ${key} ${raw(descending ? 'DESC' : 'ASC')}, ${tie} DESC ${limit(plan.count + 1)}`,
  )
  return found.map(([rid, id, body, k0]) => ({ rid, type, id, body, k0, k1: rid }))
}

const sorted = (parts: readonly Sql[], order: readonly Order[], start: readonly Value[] | undefined, count: number): Sql => {
  const from = start ? sql`WHERE ${after(order, start)}` : raw('')
  return sql`SELECT x.rid, x.type, x.id, x.body, p.* FROM (SELECT * FROM (${join(parts, ' UNION ALL ')}) ${from} ORDER BY ${orderBy(order)}
    ${limit(count + 1)}) p CROSS JOIN res x ON x.rid = p.${raw(`k${order.length - 1}`)} ORDER BY ${orderBy(order)}`
}

const page = (compiler: Compiler, plan: SearchPlan, sources: readonly Source[]): readonly Row[] => {
  const order = orders(compiler, plan.sort)
  const start = plan.after === undefined ? undefined : position(compiler, plan.after, order.length - 1)
  const walk = start?.[0] === null ? undefined : ordered(compiler, plan, sources)
  const rows = walk && walked(compiler, plan, walk, start)
  // What has no key comes after all that has one.
  if (rows && (!walk.partial || rows.length > plan.count)) return rows
  const columns = join(
    order.map(({ expression }, at) => sql`${expression}${raw(` AS k${at}`)}`),
    ', ',
  )
  const parts = selects(compiler, sources, columns)
  return parts.length === 0 ? [] : compiler.db.rows<Row>(sorted(parts, order, start, plan.count))
}

const total = (compiler: Compiler, sources: readonly Source[]): number => {
  const parts = selects(compiler, sources, raw('x.rid'))
  if (parts.length === 0) return 0
  return compiler.db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (${join(parts, ' UNION ALL ')})`)?.n ?? 0
}

const shownBy =
  ({ names }: Compiler) =>
  ({ type, id, body }: Found): SearchPage['matches'][number] => ({ type: names.text(type), id, text: body })

const includedBy = (compiler: Compiler, plan: SearchPlan, found: readonly Found[]): SearchPage['included'] =>
  plan.includes.length > 0 ? included(compiler, plan, found).map(shownBy(compiler)) : []

const newest = (compiler: Compiler, plan: SearchPlan, sources: readonly Source[], of: NonNullable<SearchPlan['latest']>): SearchPage => {
  const parts = selects(compiler, sources, raw('x.rid, x.sdate'))
  const found = parts.length === 0 ? [] : latest(compiler, join(parts, ' UNION ALL '), of)
  return { matches: found.map(shownBy(compiler)), included: includedBy(compiler, plan, found), total: undefined, next: undefined }
}

/** Runs the plan. */
export const search = (compiler: Compiler, plan: SearchPlan): SearchPage => {
  const sources = sourcesOf(compiler, plan)
  if (plan.latest) return newest(compiler, plan, sources, plan.latest)
  const rows = plan.count > 0 ? page(compiler, plan, sources) : []
  const found = rows.slice(0, plan.count)
  const last = rows.length > plan.count ? found.at(-1) : undefined
  const keys = Math.max(1, plan.sort.length)
  return {
    matches: found.map(shownBy(compiler)),
    included: includedBy(compiler, plan, found),
    total: plan.total === 'accurate' ? total(compiler, sources) : undefined,
    next:
      last &&
      cursor(
        Array.from({ length: keys }, (_, at) => last[`k${at}`] ?? null),
        `${compiler.names.text(last.type)}/${last.id}`,
      ),
  }
}
