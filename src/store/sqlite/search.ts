// One search: the page in keyset order, its total, its includes.
import type { SearchPage, SearchPlan } from '../store.ts'
import { assemble, type Last, type Within } from './assembled.ts'
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

type Row = Omit<Found, 'body'> & { readonly body: string | null } & Record<`k${number}`, Value>

/** Bytes of the bodies of a page: more are several pages, since an answer is put together in memory (R4 search.html#count). */
const PAGE_BYTES = 64 * 1024 * 1024

/** What is said of a row whose body is no larger than each of a page of so many may be; a page of one is as large as it is. */
const withinPage =
  (count: number): Within =>
  (said) =>
    count > 1 ? sql`iif(octet_length(x.body) <= ${Math.floor(PAGE_BYTES / (count + 1))}, ${said}, NULL)` : said

const bodyOf = (count: number): Sql => withinPage(count)(raw('x.body'))

/** The rows of a page, or their text, and the last of them where another page follows. */
interface Part {
  readonly rows: readonly Found[]
  readonly assembled?: SearchPage['assembled']
  /** A body is too large for a page of so many. */
  readonly withheld?: true
  readonly last: Last | undefined
}

const isWhole = (row: Row): row is Row & Found => row.body !== null

const part = (found: readonly Row[], count: number): Part => {
  if (!found.every(isWhole)) return { rows: [], withheld: true, last: undefined }
  return { rows: found.slice(0, count), last: found.length > count ? found[count - 1] : undefined }
}

const walked = (compiler: Compiler, order: Ordered, start: readonly Value[] | undefined, count: number): Part => {
  const { key, tie, type } = order
  const found = compiler.db.lists<[rid: number, id: string, body: string | null, key: Value]>(
    sql`SELECT ${tie}, x.id, ${bodyOf(count)} AS body, ${key} ${inOrder(order, start, count + 1)}`,
  )
  return part(
    found.map(([rid, id, body, k0]) => ({ rid, type, id, body, k0, k1: rid })),
    count,
  )
}

const sorted = (parts: readonly Sql[], order: readonly Order[], start: readonly Value[] | undefined, count: number): Sql => {
  const from = start ? sql`WHERE ${after(order, start)}` : raw('')
  return sql`SELECT x.rid, x.type, x.id, ${bodyOf(count)} AS body, p.* FROM (SELECT * FROM (${join(parts, ' UNION ALL ')}) ${from} ORDER BY ${orderBy(order)}
    ${limit(count + 1)}) p CROSS JOIN res x ON x.rid = p.${raw(`k${order.length - 1}`)} ORDER BY ${orderBy(order)}`
}

const pageOf = (compiler: Compiler, plan: SearchPlan, sources: readonly Source[], count: number): Part => {
  const order = orders(compiler, plan.sort)
  const start = plan.after === undefined ? undefined : position(compiler, plan.after, order.length - 1)
  const walk = start?.[0] === null ? undefined : ordered(compiler, plan, sources)
  if (walk) {
    const found = plan.assembly
      ? { rows: [], ...assemble(compiler, walk, plan.assembly, { start, count, within: withinPage(count) }) }
      : walked(compiler, walk, start, count)
    // What has no key comes after all that has one.
    if (!walk.partial || found.last || found.withheld) return found
  }
  const columns = join(
    order.map(({ expression }, at) => sql`${expression}${raw(` AS k${at}`)}`),
    ', ',
  )
  const parts = selects(compiler, sources, columns)
  return part(parts.length === 0 ? [] : compiler.db.rows<Row>(sorted(parts, order, start, count)), count)
}

/** A page of as many as are asked for, or of fewer where some are large. */
const page = (compiler: Compiler, plan: SearchPlan, sources: readonly Source[], count = plan.count): Part => {
  const found = pageOf(compiler, plan, sources, count)
  return found.withheld ? page(compiler, plan, sources, Math.max(1, Math.floor(count / 4))) : found
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
