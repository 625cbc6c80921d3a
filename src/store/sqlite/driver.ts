// Which rows a search walks: the rarest-looking conjunct drives, every conjunct filters (store-layout.md, "Order is ours").
import type { Criterion } from '../criterion.ts'
import { type Compiler, targets, terms } from './filter.ts'
import { list, raw, type Sql, sql } from './fragment.ts'
import { SYSTEM } from './schema.ts'

/** `x` is the row of `res`; with `clustered` the walk is over postings `c` in the order of (sdate, rid). */
export interface Driver {
  readonly from: Sql
  readonly clustered: boolean
}

const conjuncts = (criterion: Criterion): readonly Criterion[] => (criterion.kind === 'and' ? criterion.of.flatMap(conjuncts) : [criterion])

const distinct = (rids: Sql): Driver => ({
  from: sql`(SELECT DISTINCT rid FROM ${rids}) c CROSS JOIN res x ON x.rid = c.rid WHERE `,
  clustered: false,
})

const selective = (compiler: Compiler, parts: readonly Criterion[], type: number): Driver | undefined => {
  for (const part of parts) {
    if (part.kind === 'id' && part.ids.length > 0)
      return { from: sql`res x WHERE x.id IN ${list(part.ids)} AND x.type = ${type} AND `, clustered: false }
    if (part.kind !== 'token' || part.code === undefined) continue
    const identifier = compiler.names.find('identifier', part.param)
    const plain = terms(compiler, part).length > 0
    if (identifier !== undefined && !plain) return distinct(sql`ident WHERE val = ${part.code} AND param = ${identifier}`)
  }
  return undefined
}

/** The walk for one type and its criterion; ends where a condition may follow. */
export const driver = (compiler: Compiler, criterion: Criterion, type: number): Driver => {
  const parts = conjuncts(criterion)
  const found = selective(compiler, parts, type)
  if (found) return found
  const compartment = parts.find((part) => part.kind === 'compartment' && part.patients.length === 1)
  const patient = compartment?.kind === 'compartment' ? targets(compiler, 'Patient', compartment.patients[0] ?? '')[0] : undefined
  const coded = parts
    .flatMap((part) =>
      part.kind === 'token' && compiler.names.find('identifier', part.param) === undefined ? [terms(compiler, part)] : [],
    )
    .find((ids) => ids.length === 1)
  if (patient === undefined) {
    for (const part of parts) {
      if (part.kind !== 'reference') continue
      const rids = targets(compiler, part.type, part.id)
      const param = compiler.names.find('param', part.param)
      if (rids.length > 0 && param !== undefined) return distinct(sql`ref WHERE tgt IN ${list(rids)} AND param = ${param}`)
    }
  }
  const from = sql`post c CROSS JOIN res x ON x.rid = c.rid WHERE c.pat = ${patient ?? SYSTEM} AND c.term = ${coded?.[0] ?? -type} AND `
  return { from, clustered: true }
}

/** The rows of one type that satisfy the criterion are those of the driver of which this holds too. */
export const live = (type: number): Sql => sql`${raw('x.body IS NOT NULL')} AND x.type = ${type}`
