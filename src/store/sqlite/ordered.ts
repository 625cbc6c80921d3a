// Walks whose rows come in the order of the answer, so that they stop at the page's end (store-layout.md, "Order is ours").
import type { Criterion } from '../criterion.ts'
import type { SearchPlan, SortKey } from '../store.ts'
import { live, type Walk } from './driver.ts'
import { type Compiler, filter } from './filter.ts'
import { limit, raw, type Sql, sql, type Value } from './fragment.ts'

/** One type of the plan, and how its rows are walked. */
export interface Source {
  readonly type: number
  readonly where: Criterion
  readonly walk: Walk
}

/** Where the rows come in the order of the answer as they are walked, so that the walk stops at the limit. */
export interface Ordered {
  readonly type: number
  readonly from: Sql
  readonly key: Sql
  readonly tie: Sql
  readonly descending: boolean
  /** The key is text; else a number. */
  readonly textual?: true
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
    ...(sort.kind === 'id' && { textual: true }),
  }
}

/** The walk of a plan in its order; undefined where only sorting makes it. */
export const ordered = (compiler: Compiler, plan: SearchPlan, [source, ...others]: readonly Source[]): Ordered | undefined => {
  if (!source || others.length > 0 || plan.sort.length > 1) return undefined
  return byColumn(compiler, source, plan.sort) ?? byDate(compiler, source, plan.sort)
}

/** What comes after a position; the first bound is what an index seeks. */
const onwards = ({ key, tie, descending }: Ordered, [value = null, rid = null]: readonly Value[]): Sql =>
  descending ? sql` AND (${key}, ${tie}) < (${value}, ${rid})` : sql` AND ${key} >= ${value} AND (${key} > ${value} OR ${tie} < ${rid})`

/** The rows of a walk after a position, in order, `count` at most: what follows SELECT and its columns. */
export const inOrder = (order: Ordered, start: readonly Value[] | undefined, count: number): Sql => {
  const { from, key, tie, descending } = order
  const after = start ? onwards(order, start) : raw('')
  return sql`FROM ${from}${after} ORDER BY ${key} ${raw(descending ? 'DESC' : 'ASC')}, ${tie} DESC ${limit(count)}`
}
