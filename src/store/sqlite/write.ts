// One unit of changes: preconditions, text, history and index rows; anything but success undoes the unit.
import type { Clock } from '../../http/runtime.ts'
import { ALL, type Criterion } from '../criterion.ts'
import type { Indexed } from '../entries.ts'
import type { Change, ChangeOutcome, ResourceStore } from '../store.ts'
import { keyOf, type Target } from '../target.ts'
import { absent } from './absent.ts'
import { driver, live } from './driver.ts'
import { type Compiler, filter } from './filter.ts'
import { sql } from './fragment.ts'
import { clearIndex, insertIndex, ridOf } from './index-rows.ts'
import type { Done } from './queue.ts'
import { current, METHODS, stored, type Version } from './read.ts'

const matching = (compiler: Compiler, { type, ifNoneExist }: Change): readonly Version[] => {
  const index = compiler.names.find('type', type)
  if (!ifNoneExist || index === undefined) return []
  const { from, rest, rid } = driver(compiler, ifNoneExist, index)
  return compiler.db.rows<Version>(sql`SELECT x.* FROM ${from}${live(index)} AND ${filter(compiler, rest, 'x', rid)} LIMIT 2`)
}

const withoutMeta = (text: string): string => JSON.stringify({ ...JSON.parse(text), meta: undefined })

const identical = (row: Version, change: Change): boolean => {
  if (!change.skipIdentical || row.body === null) return false
  const text = change.compose?.(row.ver, row.updated) ?? ''
  return text === row.body || withoutMeta(text) === withoutMeta(row.body)
}

const precondition = (change: Change, row: Version | undefined, visible: boolean): ChangeOutcome | undefined => {
  const exists = row !== undefined && row.body !== null
  if (exists && !visible) return { outcome: change.action === 'put' && !change.replace ? 'conflict' : 'absent' }
  if (!exists) {
    if (change.ifMatch !== undefined && change.action === 'put' && change.create) return { outcome: 'version-mismatch' }
    if (change.action === 'put' && change.create) return undefined
    return { outcome: row !== undefined && visible ? 'gone' : 'absent' }
  }
  if (change.ifMatch !== undefined && change.ifMatch !== row.ver) return { outcome: 'version-mismatch' }
  return change.action === 'put' && !change.replace ? { outcome: 'conflict' } : undefined
}

/** Does the row, which is there, satisfy the criterion: asked of SQL only where there is something to ask. */
const satisfied = (compiler: Compiler, { type, id }: Change, where: Criterion): boolean =>
  (where.kind === 'and' && where.of.length === 0) || current(compiler, { type, id, where }) !== undefined

const METHOD = { create: METHODS.indexOf('create'), update: METHODS.indexOf('update'), delete: METHODS.indexOf('delete') }

const NOTHING_INDEXED: Indexed = { entries: [], compartments: [], date: 0 }

const apply = (compiler: Compiler, clock: Clock, change: Change, row: Version | undefined): ChangeOutcome => {
  const { db, names } = compiler
  const type = names.intern('type', change.type)
  const rid = row?.rid ?? ridOf(db, type, change.id)
  const ver = (row?.ver ?? 0) + 1
  const updated = Math.max(clock.now(), row?.updated ?? 0)
  const exists = row !== undefined && row.body !== null
  const body = change.action === 'put' ? (change.compose?.(ver, updated) ?? null) : null
  if (change.action === 'put' && body === null) throw new Error('A change without text')
  const indexed = change.index?.() ?? NOTHING_INDEXED
  const sdate = Math.round(indexed.date)
  const method = change.action === 'delete' ? METHOD.delete : exists ? METHOD.update : METHOD.create
  if (row?.body) db.execute('UPDATE history SET body = ? WHERE rid = ? AND ver = ?', row.body, rid, row.ver)
  if (row) clearIndex(db, row)
  db.execute('UPDATE res SET ver = ?, updated = ?, sdate = ?, method = ?, body = ? WHERE rid = ?', ver, updated, sdate, method, body, rid)
  db.execute('INSERT INTO history(rid, type, ver, at, method) VALUES(?, ?, ?, ?, ?)', rid, type, ver, updated, method)
  if (body === null) return { outcome: 'deleted', version: ver, updated }
  insertIndex(db, names, { rid, type, sdate }, indexed)
  if (!satisfied(compiler, change, change.submitted)) return { outcome: 'refused' }
  return {
    outcome: exists ? 'updated' : 'created',
    resource: stored(compiler, { rid, type, id: change.id, ver, updated, sdate, method, body }),
  }
}

const changeOne = (compiler: Compiler, clock: Clock, change: Change): ChangeOutcome => {
  const [match, other] = matching(compiler, change)
  if (other) return { outcome: 'ambiguous' }
  if (match) return { outcome: 'matched', resource: stored(compiler, match) }
  const row = current(compiler, { type: change.type, id: change.id, where: ALL })
  const visible = row !== undefined && satisfied(compiler, change, change.stored)
  const failed = precondition(change, row, visible)
  if (failed) return failed
  if (row && change.action === 'put' && identical(row, change)) return { outcome: 'unchanged', resource: stored(compiler, row) }
  return apply(compiler, clock, change, row)
}

const KEPT: ReadonlySet<string> = new Set(['created', 'updated', 'unchanged', 'matched', 'deleted'])

/** What a change refers to, if it was one: a state that was there before is not judged again. */
const referred = ({ refers }: Change, outcome: ChangeOutcome | undefined): readonly Target[] =>
  refers && (outcome?.outcome === 'created' || outcome?.outcome === 'updated') ? refers.targets : []

/** The outcomes with the targets that are not there, looked for at once for the whole unit. */
const withAbsent = (compiler: Compiler, changes: readonly Change[], outcomes: readonly ChangeOutcome[]): readonly ChangeOutcome[] => {
  const missing = new Set(
    absent(
      compiler,
      changes.flatMap((change, at) => referred(change, outcomes[at])),
    ).map(keyOf),
  )
  if (missing.size === 0) return outcomes
  return outcomes.map((outcome, at) => {
    const change = changes[at]
    const own = change ? referred(change, outcome).filter((target) => missing.has(keyOf(target))) : []
    if (own.length === 0 || !('resource' in outcome)) return outcome
    return change?.refers?.refuse ? { outcome: 'dangling', absent: own } : { ...outcome, absent: own }
  })
}

/** The outcomes up to and including the first that undoes the unit; where references do, all of them. */
export const writeUnit = (compiler: Compiler, clock: Clock, changes: readonly Change[]): Done<readonly ChangeOutcome[]> => {
  const written: ChangeOutcome[] = []
  for (const change of changes) {
    const outcome = changeOne(compiler, clock, change)
    written.push(outcome)
    if (!KEPT.has(outcome.outcome)) return { value: written, keep: false }
  }
  const value = withAbsent(compiler, changes, written)
  return { value, keep: value.every(({ outcome }) => KEPT.has(outcome)) }
}

/** Index entries anew, of what is still the version that they were made of. */
export const reindexUnit = (compiler: Compiler, rows: Parameters<ResourceStore['reindex']>[0]): Done<void> => {
  const { db, names } = compiler
  for (const { type, id, version, index } of rows) {
    const row = current(compiler, { type, id, where: ALL })
    if (!row || row.ver !== version || row.body === null) continue
    const indexed = index()
    const sdate = Math.round(indexed.date)
    clearIndex(db, row)
    db.execute('UPDATE res SET sdate = ? WHERE rid = ?', sdate, row.rid)
    insertIndex(db, names, { ...row, sdate }, indexed)
  }
  return { value: undefined, keep: true }
}
