// Which rows a search walks: postings in the order of the answer where they are dense, else what an index finds rare; every conjunct that the
// walk itself does not make true then filters (store-layout.md, "Order is ours").
import type { Criterion } from '../criterion.ts'
import { and } from '../plan.ts'
import { dateBounds } from '../range.ts'
import { few } from './candidates.ts'
import { checkCost } from './cost.ts'
import { type Compiler, targets, terms } from './filter.ts'
import { list, raw, type Sql, sql } from './fragment.ts'
import { SYSTEM } from './schema.ts'

/** `x` is the row of `res`. `clustered`: over postings `c` in the order of (sdate, rid), which `rid` then names before `x` is looked up. */
export interface Walk {
  /** Ends where a condition may follow. */
  readonly from: Sql
  readonly clustered: boolean
  readonly rid: Sql
  /** Over every row of the type. */
  readonly whole: boolean
  /** What is left to be asked of each row. */
  readonly rest: Criterion
}

const conjuncts = (criterion: Criterion): readonly Criterion[] => (criterion.kind === 'and' ? criterion.of.flatMap(conjuncts) : [criterion])

/** The patient in whose compartment every match is, and the conjunct that says no more than that. */
const patientOf = (compiler: Compiler, parts: readonly Criterion[]): { readonly rid: number; readonly said?: Criterion } | undefined => {
  for (const part of parts) {
    if (part.kind !== 'compartment' || part.patients.length !== 1) continue
    const [rid] = targets(compiler, 'Patient', part.patients[0] ?? '')
    return rid === undefined ? undefined : { rid, said: part }
  }
  for (const part of parts) {
    // Whoever refers to a patient is in the patient's compartment, unless the index has met one who is not.
    if (part.kind !== 'reference' || part.type !== 'Patient' || compiler.names.find('outside', part.param) !== undefined) continue
    const [rid] = targets(compiler, 'Patient', part.id)
    if (rid !== undefined) return { rid }
  }
  return undefined
}

/** The first coded conjunct that is one term. */
const termOf = (compiler: Compiler, parts: readonly Criterion[]): { readonly term: number; readonly said: Criterion } | undefined => {
  for (const part of parts) {
    if (part.kind !== 'token' || compiler.names.find('identifier', part.param) !== undefined) continue
    const [term, other] = terms(compiler, part)
    if (term !== undefined && other === undefined) return { term, said: part }
  }
  return undefined
}

/** Between which clinical dates all matches are, where a date parameter is the clinical date of all that have it. */
const between = (compiler: Compiler, parts: readonly Criterion[]): Sql => {
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const part of parts) {
    if (part.kind !== 'date' || compiler.names.find('askew', part.param) !== undefined) continue
    const ways = dateBounds(part.comparator, part.value.from, part.value.to).map((bounds) => ({
      least: Math.max(...bounds.map(({ side, op, value }) => (side === 'lo' && op.startsWith('>') ? value : Number.NEGATIVE_INFINITY))),
      // What begins after it ends is not there: a bound of the end is one of the beginning.
      most: Math.min(...bounds.map(({ op, value }) => (op.startsWith('<') ? value : Number.POSITIVE_INFINITY))),
    }))
    least = Math.max(least, Math.min(...ways.map((way) => way.least)))
    most = Math.min(most, Math.max(...ways.map((way) => way.most)))
  }
  const from = Number.isFinite(least) ? sql`c.sdate >= ${least} AND ` : raw('')
  return Number.isFinite(most) ? sql`${from}c.sdate <= ${most} AND ` : from
}

const byId = (parts: readonly Criterion[], type: number): Sql | undefined => {
  for (const part of parts)
    if (part.kind === 'id' && part.ids.length > 0) return sql`res x WHERE x.id IN ${list(part.ids)} AND x.type = ${type} AND `
  return undefined
}

/** The walk for one type and its criterion. */
export const driver = (compiler: Compiler, criterion: Criterion, type: number): Walk => {
  checkCost(criterion)
  const parts = conjuncts(criterion)
  const named = byId(parts, type)
  if (named) return { from: named, clustered: false, whole: false, rid: raw('x.rid'), rest: criterion }
  const patient = patientOf(compiler, parts)
  const rids = patient ? undefined : few(compiler, criterion, type)
  if (rids) {
    const from = sql`(SELECT DISTINCT rid FROM (${rids})) c CROSS JOIN res x ON x.rid = c.rid WHERE `
    return { from, clustered: false, whole: false, rid: raw('x.rid'), rest: criterion }
  }
  const coded = termOf(compiler, parts)
  const said = [patient?.said, coded?.said]
  return {
    from: sql`post c CROSS JOIN res x ON x.rid = c.rid WHERE c.pat = ${patient?.rid ?? SYSTEM} AND c.term = ${coded?.term ?? -type} AND ${between(compiler, parts)}`,
    clustered: true,
    whole: !patient && !coded,
    rid: raw('c.rid'),
    rest: and(...parts.filter((part) => !said.includes(part))),
  }
}

/** The rows of one type that satisfy the criterion are those of the walk of which this holds too. */
export const live = (type: number): Sql => sql`${raw('x.body IS NOT NULL')} AND x.type = ${type}`
