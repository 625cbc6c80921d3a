// Interned words: resource types, parameters and systems are small integers in every table (store-layout.md: 12 B a key against 110).
import type { Connection } from './database.ts'
import { raw, sql } from './fragment.ts'

/**
 * `identifier` is a parameter with entries in `ident`, so that others need not look there. Two say of a parameter what does not hold of every
 * row: `outside`, that a Patient whom it refers to is one in whose compartment the row is; `askew`, that its dates are one, the clinical date.
 */
const KINDS = { type: 1, param: 2, system: 3, identifier: 4, outside: 5, askew: 6 } as const
export type NameKind = keyof typeof KINDS

/** Said of few parameters, asked of all: that it is not said is remembered too. */
const SAID: ReadonlySet<NameKind> = new Set(['identifier', 'outside', 'askew'])
const NOT_SAID = -1

/** The system of a coded value without one. */
export const NO_SYSTEM = 0
/** Stands for a system in terms that are urls of references, which no token search may find. */
export const URL_SYSTEM = -1

export interface Names {
  find(kind: NameKind, text: string): number | undefined
  intern(kind: NameKind, text: string): number
  text(id: number): string
  /** The id of a coded value; undefined where no resource has it. */
  findTerm(param: number, code: string, system: number): number | undefined
  /** The id of a coded value, made where it is not there. */
  term(param: number, code: string, system: number): number
  types(): ReadonlyMap<string, number>
  /** After a rollback: what was interned in it is gone. */
  forget(): void
}

const CACHED = 10_000
/** Systems of one parameter, and more than there will be. */
const SYSTEMS = 2 ** 26

/** A cache of caches, by number and then by text: to join the two into one key would cost more than both lookups. */
const cacheByNumber = () => {
  const caches = new Map<number, Map<string, number>>()
  let size = 0
  return {
    get: (number: number, text: string): number | undefined => caches.get(number)?.get(text),
    keep(number: number, text: string, value: number): number {
      if (size++ >= CACHED) {
        caches.clear()
        size = 1
      }
      // A text with memory of its own: what was cut out of a resource's text would keep the whole of it.
      const own = Buffer.from(text).toString()
      const known = caches.get(number)
      if (known) known.set(own, value)
      else caches.set(number, new Map([[own, value]]))
      return value
    },
    clear() {
      caches.clear()
      size = 0
    },
  }
}

/** Names over the connection, cached in memory. */
export const names = (db: Connection): Names => {
  const ids = cacheByNumber()
  const terms = cacheByNumber()
  const texts = new Map<number, string>()
  const find = (kind: NameKind, text: string): number | undefined => {
    if (kind === 'system' && text === '') return NO_SYSTEM
    const known = ids.get(KINDS[kind], text)
    if (known !== undefined) return known === NOT_SAID ? undefined : known
    const row = db.row<{ id: number }>(sql`SELECT id FROM name WHERE kind = ${KINDS[kind]} AND text = ${text}`)
    if (row) return ids.keep(KINDS[kind], text, row.id)
    if (SAID.has(kind)) ids.keep(KINDS[kind], text, NOT_SAID)
    return undefined
  }
  const findTerm = (param: number, code: string, system: number): number | undefined => {
    const place = param * SYSTEMS + system
    const known = terms.get(place, code)
    if (known !== undefined) return known
    const row = db.row<{ id: number }>(sql`SELECT id FROM term WHERE param = ${param} AND code = ${code} AND sys = ${system}`)
    return row && terms.keep(place, code, row.id)
  }
  const textOf = (id: number): string => {
    const text = db.row<{ text: string }>(sql`SELECT text FROM name WHERE id = ${id}`)?.text ?? ''
    if (texts.size >= CACHED) texts.clear()
    texts.set(id, text)
    return text
  }
  return {
    find,
    intern: (kind, text) =>
      find(kind, text) ?? ids.keep(KINDS[kind], text, db.execute('INSERT INTO name(kind, text) VALUES(?, ?)', KINDS[kind], text).id),
    text: (id) => texts.get(id) ?? textOf(id),
    findTerm,
    term: (param, code, system) =>
      findTerm(param, code, system) ??
      terms.keep(param * SYSTEMS + system, code, db.execute('INSERT INTO term(param, code, sys) VALUES(?, ?, ?)', param, code, system).id),
    types: () =>
      new Map(db.rows<{ id: number; text: string }>(raw('SELECT id, text FROM name WHERE kind = 1')).map(({ id, text }) => [text, id])),
    forget() {
      ids.clear()
      texts.clear()
      terms.clear()
    },
  }
}
