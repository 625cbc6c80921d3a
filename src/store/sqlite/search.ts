// One search: the page in keyset order, its total, its includes.
import type { SearchPage, SearchPlan } from '../store.ts'
import { assemble, type Last } from './assembled.ts'
import { driver, live } from './driver.ts'
import { type Compiler, filter } from './filter.ts'
import { join, limit, raw, type Sql, sql, type Value } from './fragment.ts'
import { type Found, included } from './include.ts'
import { latest } from './latest.ts'
import { inOrder, type Ordered, ordered, type Source } from './ordered.ts'
import { after, cursor, type Order, orderBy, orders, position } from './sort.ts'

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

/** The rows of a page, or their text, and the last of them where another page follows. */
interface Part {
  readonly rows: readonly Row[]
  readonly assembled?: SearchPage['assembled']
  readonly last: Last | undefined
}

const part = (rows: readonly Row[], count: number): Part => ({
  rows: rows.slice(0, count),
  last: rows.length > count ? rows[count - 1] : undefined,
})

const walked = (compiler: Compiler, order: Ordered, start: readonly Value[] | undefined, count: number): Part => {
  const { key, tie, type } = order
  const found = compiler.db.lists<[rid: number, id: string, body: string, key: Value]>(
    sql`SELECT ${tie}, x.id, x.body, ${key} ${inOrder(order, start, count + 1)}`,
  )
  return part(
    found.map(([rid, id, body, k0]) => ({ rid, type, id, body, k0, k1: rid })),
    count,
  )
}

const sorted = (parts: readonly Sql[], order: readonly Order[], start: readonly Value[] | undefined, count: number): Sql => {
  const from = start ? sql`WHERE ${after(order, start)}` : raw('')
  return sql`SELECT x.rid, x.type, x.id, x.body, p.* FROM (SELECT * FROM (${join(parts, ' UNION ALL ')}) ${from} ORDER BY ${orderBy(order)}
    ${limit(count + 1)}) p CROSS JOIN res x ON x.rid = p.${raw(`k${order.length - 1}`)} ORDER BY ${orderBy(order)}`
}

const page = (compiler: Compiler, plan: SearchPlan, sources: readonly Source[]): Part => {
  const { count } = plan
  const order = orders(compiler, plan.sort)
  const start = plan.after === undefined ? undefined : position(compiler, plan.after, order.length - 1)
  const walk = start?.[0] === null ? undefined : ordered(compiler, plan, sources)
  if (walk) {
    const found = plan.assembly
      ? { rows: [], ...assemble(compiler, walk, plan.assembly, { start, count }) }
      : walked(compiler, walk, start, count)
    // What has no key comes after all that has one.
    if (!walk.partial || found.last) return found
  }
  const columns = join(
    order.map(({ expression }, at) => sql`${expression}${raw(` AS k${at}`)}`),
    ', ',
  )
  const parts = selects(compiler, sources, columns)
  return part(parts.length === 0 ? [] : compiler.db.rows<Row>(sorted(parts, order, start, count)), count)
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

const nextOf = (compiler: Compiler, plan: SearchPlan, last: Last): string =>
  cursor(
    Array.from({ length: Math.max(1, plan.sort.length) }, (_, at) => last[`k${at}`] ?? null),
    `${compiler.names.text(last.type)}/${last.id}`,
  )

/** Runs the plan. */
export const search = (compiler: Compiler, plan: SearchPlan): SearchPage => {
  const sources = sourcesOf(compiler, plan)
  if (plan.latest) return newest(compiler, plan, sources, plan.latest)
  const { rows, assembled, last } = plan.count > 0 ? page(compiler, plan, sources) : part([], 0)
  return {
    matches: rows.map(shownBy(compiler)),
    ...(assembled && { assembled }),
    included: includedBy(compiler, plan, rows),
    total: plan.total === 'accurate' ? total(compiler, sources) : undefined,
    next: last && nextOf(compiler, plan, last),
  }
}
