// The index rows of one resource: all removed, all written, in every write of it.
import type { IndexEntry, Indexed } from '../entries.ts'
import { instant } from '../range.ts'
import type { Connection } from './database.ts'
import { raw, sql } from './fragment.ts'
import { type Names, NO_SYSTEM, URL_SYSTEM } from './names.ts'
import { SYSTEM } from './schema.ts'

export interface Row {
  readonly rid: number
  readonly type: number
  readonly sdate: number
}

/** The rid of a resource; a row without a body stands for one that is only referenced. */
export const ridOf = (db: Connection, type: number, id: string): number =>
  db.row<{ rid: number }>(sql`SELECT rid FROM res WHERE type = ${type} AND id = ${id}`)?.rid ??
  db.execute('INSERT INTO res(type, id, ver, updated, sdate, method) VALUES(?, ?, 0, 0, 0, 0)', type, id).id

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

/** Adds to `terms` what the resource is posted under; an occurrence of a composite (a negative rid) is posted under nothing. */
const insertEntry = (db: Connection, names: Names, rid: number, entry: IndexEntry, terms: Set<number>): void => {
  if (entry.kind === 'identifier') {
    const system = names.intern('system', entry.system)
    db.execute('INSERT OR IGNORE INTO ident VALUES(?, ?, ?, ?)', entry.code, names.intern('identifier', entry.param), system, rid)
    return
  }
  const param = names.intern('param', entry.param)
  const tag = (code: string, system: number): void => {
    const term = names.term(param, code, system)
    db.execute('INSERT OR IGNORE INTO tag VALUES(?, ?, ?)', rid, param, term)
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
      db.execute('INSERT OR IGNORE INTO str VALUES(?, ?, ?, ?)', param, entry.folded, entry.value, rid)
      break
    case 'date':
      db.execute('INSERT OR IGNORE INTO dat VALUES(?, ?, ?, ?)', param, instant(entry.from), instant(entry.to), rid)
      break
    case 'number':
      db.execute(
        'INSERT OR IGNORE INTO qty VALUES(?, ?, ?, ?, ?)',
        rid,
        param,
        entry.value,
        names.intern('system', entry.system),
        entry.code,
      )
      break
    case 'reference': {
      const target = ridOf(db, names.intern('type', entry.type), entry.id)
      db.execute('INSERT OR IGNORE INTO link VALUES(?, ?, ?)', rid, param, target)
      // An occurrence of a composite has a negative rid and is nobody's referrer.
      if (rid > 0) db.execute('INSERT OR IGNORE INTO ref VALUES(?, ?, ?)', target, param, rid)
      break
    }
    case 'composite': {
      const occurrence = (db.row<{ least: number | null }>(raw('SELECT min(occ) AS least FROM comp'))?.least ?? 0) - 1
      db.execute('INSERT INTO comp VALUES(?, ?, ?)', rid, param, occurrence)
      for (const part of entry.parts) insertEntry(db, names, occurrence, part, terms)
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

/** Writes the index rows of the resource. */
export const insertIndex = (db: Connection, names: Names, { rid, type, sdate }: Row, indexed: Indexed): void => {
  markExceptions(names, sdate, indexed)
  const terms = new Set([-type])
  for (const entry of indexed.entries) insertEntry(db, names, rid, entry, terms)
  const patient = indexed.compartments.length > 0 ? names.intern('type', 'Patient') : 0
  const patients = new Set(indexed.compartments.map((id) => ridOf(db, patient, id)))
  for (const pat of patients) db.execute('INSERT INTO member VALUES(?, ?)', rid, pat)
  // One row at a time: a statement that selected them would sort them first, at twice the price.
  for (const pat of [SYSTEM, ...patients])
    for (const term of terms) db.execute('INSERT INTO post VALUES(?, ?, ?, ?)', pat, term, sdate, rid)
}
