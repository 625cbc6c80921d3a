// The index rows of one resource: all removed, all written, in every write of it.
import type { IndexEntry, Indexed } from '../entries.ts'
import { instant } from '../range.ts'
import type { Connection } from './database.ts'
import { sql } from './fragment.ts'
import { type Names, NO_SYSTEM, URL_SYSTEM } from './names.ts'
import { SYSTEM } from './schema.ts'
import type { Unit } from './unit.ts'

export interface Row {
  readonly rid: number
  readonly type: number
  readonly sdate: number
}

const OWNED = ['tag', 'member', 'link', 'ident', 'str', 'dat', 'qty', 'comp']

/** Removes every index row of the resource as it was last written. */
export const clearIndex = (db: Connection, { rid, type, sdate }: Row): void => {
  db.execute(
    `DELETE FROM post WHERE (pat, term, sdate, rid) IN (SELECT p.pat, t.term, ?, ? FROM
       (SELECT ${SYSTEM} AS pat UNION ALL SELECT pat FROM member WHERE rid = ?) p CROSS JOIN
       (SELECT -? AS term UNION ALL SELECT term FROM tag WHERE rid = ?) t)`,
    sdate,
    rid,
    rid,
    type,
    rid,
  )
  db.execute('DELETE FROM ref WHERE (tgt, param, rid) IN (SELECT tgt, param, rid FROM link WHERE rid = ?)', rid)
  for (const { occ } of db.rows<{ occ: number }>(sql`SELECT occ FROM comp WHERE rid = ${rid}`))
    for (const table of OWNED) db.execute(`DELETE FROM ${table} WHERE rid = ?`, occ)
  for (const table of OWNED) db.execute(`DELETE FROM ${table} WHERE rid = ?`, rid)
}

/** Where the rows of a resource go. */
export interface Writing {
  readonly names: Names
  readonly unit: Unit
}

/** Adds to `terms` what the resource is posted under; an occurrence of a composite (a negative rid) is posted under nothing. */
const insertEntry = ({ names, unit }: Writing, rid: number, entry: IndexEntry, terms: Set<number>): void => {
  const { rows } = unit
  if (entry.kind === 'identifier') {
    rows.add('ident', [entry.code, names.intern('identifier', entry.param), names.intern('system', entry.system), rid])
    return
  }
  const param = names.intern('param', entry.param)
  const tag = (code: string, system: number): void => {
    const term = names.term(param, code, system)
    rows.add('tag', [rid, param, term])
    if (rid > 0) terms.add(term)
  }
  switch (entry.kind) {
    case 'token':
      tag(entry.code, names.intern('system', entry.system))
      break
    case 'uri':
      tag(entry.value, NO_SYSTEM)
      break
    case 'reference-url':
      tag(entry.url, URL_SYSTEM)
      break
    case 'string':
      rows.add('str', [param, entry.folded, entry.value, rid])
      break
    case 'date':
      rows.add('dat', [param, instant(entry.from), instant(entry.to), rid])
      break
    case 'number':
      rows.add('qty', [rid, param, entry.from, entry.to, names.intern('system', entry.system), entry.code])
      break
    case 'reference': {
      const target = unit.ridOf(names.intern('type', entry.type), entry.id)
      rows.add('link', [rid, param, target])
      // An occurrence of a composite has a negative rid and is nobody's referrer.
      if (rid > 0) rows.add('ref', [target, param, rid])
      break
    }
    case 'composite': {
      const occurrence = unit.occurrence()
      rows.add('comp', [rid, param, occurrence])
      for (const part of entry.parts) insertEntry({ names, unit }, occurrence, part, terms)
      break
    }
  }
}

/** Remembers of which parameters searches may not take for granted what holds of most (names.ts). */
const markExceptions = (names: Names, sdate: number, { entries, compartments }: Indexed): void => {
  let dated = ''
  for (const entry of entries) {
    if (entry.kind === 'reference' && entry.type === 'Patient' && !compartments.includes(entry.id)) names.intern('outside', entry.param)
    if (entry.kind !== 'date') continue
    if (entry.param === dated || instant(entry.from) !== sdate) names.intern('askew', entry.param)
    dated = entry.param
  }
}

/** Gathers the index rows of the resource. */
export const insertIndex = (writing: Writing, { rid, type, sdate }: Row, indexed: Indexed): void => {
  const { names, unit } = writing
  markExceptions(names, sdate, indexed)
  const terms = new Set([-type])
  for (const entry of indexed.entries) insertEntry(writing, rid, entry, terms)
  const patient = indexed.compartments.length > 0 ? names.intern('type', 'Patient') : 0
  const patients = new Set(indexed.compartments.map((id) => unit.ridOf(patient, id)))
  for (const pat of patients) unit.rows.add('member', [rid, pat])
  for (const pat of [SYSTEM, ...patients]) for (const term of terms) unit.rows.add('post', [pat, term, sdate, rid])
}
