// One unit of changes: preconditions, text, history and index rows; anything but success undoes the unit.
import type { Clock } from '../../http/runtime.ts'
import { ALL, type Criterion } from '../criterion.ts'
import type { Indexed } from '../entries.ts'
import { isAll } from '../plan.ts'
import type { Change, ChangeOutcome, ResourceStore } from '../store.ts'
import { keyOf, type Target } from '../target.ts'
import { absent } from './absent.ts'
import { driver, live } from './driver.ts'
import { type Compiler, filter } from './filter.ts'
import { sql } from './fragment.ts'
import { clearIndex, insertIndex } from './index-rows.ts'
import type { Done } from './queue.ts'
import { current, METHODS, stored, type Version } from './read.ts'
import { startUnit, type Unit } from './unit.ts'

const matching = (writing: Writing, { type, ifNoneExist }: Change): readonly Version[] => {
  const index = writing.names.find('type', type)
  if (!ifNoneExist || index === undefined) return []
  writing.unit.flush()
  const { from, rest, rid } = driver(writing, ifNoneExist, index)
  return writing.db.rows<Version>(sql`SELECT x.* FROM ${from}${live(index)} AND ${filter(writing, rest, 'x', rid)} LIMIT 2`)
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

/** A unit on its way. */
interface Writing extends Compiler {
  readonly clock: Clock
  readonly unit: Unit
}

/** Does the row, which is there, satisfy the criterion: asked of SQL only where there is something to ask. */
const satisfied = (writing: Writing, { type, id }: Change, where: Criterion): boolean => {
  if (isAll(where)) return true
  writing.unit.flush()
  return current(writing, { type, id, where }) !== undefined
}

const METHOD = { create: METHODS.indexOf('create'), update: METHODS.indexOf('update'), delete: METHODS.indexOf('delete') }

const NOTHING_INDEXED: Indexed = { entries: [], compartments: [], date: 0 }

/** The row with its new state; what it was stays in the history. */
const writeRow = ({ db, unit }: Writing, { rid, type, id, ver, updated, sdate, method, body }: Version, row: Version | undefined): void => {
  // Rows of an earlier change of the same resource must be there to be changed.
  if (unit.hasWritten(rid)) unit.flush()
  if (row?.body) db.execute('UPDATE history SET body = ? WHERE rid = ? AND ver = ?', row.body, rid, row.ver)
  if (row) clearIndex(db, row)
  if (unit.isFresh(rid)) db.execute('INSERT INTO res VALUES(?, ?, ?, ?, ?, ?, ?, ?)', rid, type, id, ver, updated, sdate, method, body)
  else
    db.execute('UPDATE res SET ver = ?, updated = ?, sdate = ?, method = ?, body = ? WHERE rid = ?', ver, updated, sdate, method, body, rid)
  unit.rows.add('history', [rid, type, ver, updated, method])
  unit.wrote(rid)
}

const apply = (writing: Writing, change: Change, row: Version | undefined): ChangeOutcome => {
  const { names, unit, clock } = writing
  const type = names.intern('type', change.type)
  const rid = unit.claim(type, change.id)
  const ver = (row?.ver ?? 0) + 1
  const updated = Math.max(clock.now(), row?.updated ?? 0)
  const exists = row !== undefined && row.body !== null
  const body = change.action === 'put' ? (change.compose?.(ver, updated) ?? null) : null
  if (change.action === 'put' && body === null) throw new Error('A change without text')
  const indexed = change.index?.() ?? NOTHING_INDEXED
  const sdate = Math.round(indexed.date)
  const method = change.action === 'delete' ? METHOD.delete : exists ? METHOD.update : METHOD.create
  const next: Version = { rid, type, id: change.id, ver, updated, sdate, method, body }
  writeRow(writing, next, row)
  if (body === null) return { outcome: 'deleted', version: ver, updated }
  insertIndex(writing, next, indexed)
  if (!satisfied(writing, change, change.submitted)) return { outcome: 'refused' }
  return { outcome: exists ? 'updated' : 'created', resource: stored(writing, next) }
}

/** The current row, which is not looked for where it cannot be there. */
const currentOf = (writing: Writing, { type: name, id }: Change): Version | undefined => {
  const type = writing.names.find('type', name)
  if (type === undefined || writing.unit.isFresh(writing.unit.claim(type, id))) return undefined
  return current(writing, { type: name, id, where: ALL })
}

const changeOne = (writing: Writing, change: Change): ChangeOutcome => {
  const [match, other] = matching(writing, change)
  if (other) return { outcome: 'ambiguous' }
  if (match) return { outcome: 'matched', resource: stored(writing, match) }
  const row = currentOf(writing, change)
  const visible = row !== undefined && satisfied(writing, change, change.stored)
  const failed = precondition(change, row, visible)
  if (failed) return failed
  if (row && change.action === 'put' && identical(row, change)) return { outcome: 'unchanged', resource: stored(writing, row) }
  return apply(writing, change, row)
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
  const unit = startUnit(compiler.db)
  const writing: Writing = { ...compiler, clock, unit }
  for (const { type, id, action } of changes) if (action === 'put') unit.claim(compiler.names.intern('type', type), id)
  const written: ChangeOutcome[] = []
  for (const change of changes) {
    const outcome = changeOne(writing, change)
    written.push(outcome)
    if (!KEPT.has(outcome.outcome)) return { value: written, keep: false }
  }
  unit.flush()
  const value = withAbsent(compiler, changes, written)
  return { value, keep: value.every(({ outcome }) => KEPT.has(outcome)) }
}

/** Index entries anew, of what is still the version that they were made of. */
export const reindexUnit = (compiler: Compiler, rows: Parameters<ResourceStore['reindex']>[0]): Done<void> => {
  const { db } = compiler
  const unit = startUnit(db)
  for (const { type, id, version, index } of rows) {
    const row = current(compiler, { type, id, where: ALL })
    if (!row || row.ver !== version || row.body === null) continue
    const indexed = index()
    const sdate = Math.round(indexed.date)
    clearIndex(db, row)
    db.execute('UPDATE res SET sdate = ? WHERE rid = ?', sdate, row.rid)
    insertIndex({ ...compiler, unit }, { ...row, sdate }, indexed)
  }
  unit.flush()
  return { value: undefined, keep: true }
}
