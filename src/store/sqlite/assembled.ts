// A page as one text that SQLite puts together: its bodies are neither made strings of, one by one, nor written as bytes again.
import type { Assembly, SearchPage } from '../store.ts'
import type { Compiler } from './filter.ts'
import { type Sql, sql, type Value } from './fragment.ts'
import type { Found } from './include.ts'
import { inOrder, type Ordered } from './ordered.ts'

/** Where a page ends, if there is another: the row without its body, and its sort keys. */
export type Last = Omit<Found, 'body'> & Readonly<Record<`k${number}`, Value>>

/** What is said of a row, NULL where its body is larger than was allowed. */
export type Within = (said: Sql) => Sql

export interface Assembled {
  /** A body is larger than was allowed. */
  readonly withheld?: true
  /** Absent where nothing is found. */
  readonly assembled?: NonNullable<SearchPage['assembled']>
  readonly last: Last | undefined
}

/** One row as it stands in the page, copied once; the place of each follows on its own, since a row's text holds anything. */
const rowsOf = (order: Ordered, [start, middle, after, end]: Assembly, within: Within, from: Sql): Sql => {
  const text = within(sql`concat(${start}, x.id, ${middle}, x.body, ${after}, x.id, ${end})`)
  return sql`SELECT ${order.tie} AS rid, x.id AS id, ${order.key} AS k, ${text} AS text ${from}`
}

/** `rid/bytes/key/id` of a row; no id has a slash or a space (R4 datatypes.html#id). */
const placeOf = (places: string, from: number, to: number): readonly string[] => places.slice(from, to).split('/')

/** The page of a walk, and whether another follows: the row after the last is read with it, and cut off. */
export const assemble = (
  { db }: Compiler,
  order: Ordered,
  assembly: Assembly,
  { start, count, within }: { readonly start: readonly Value[] | undefined; readonly count: number; readonly within: Within },
): Assembled => {
  const [found, whole, bytes, places] = db.columns<[count: number, whole: number, text: Uint8Array | null, places: string | null]>(
    sql`SELECT count(*), count(text), CAST(group_concat(text, ',') AS BLOB), group_concat(concat_ws('/', rid, octet_length(text), k, id), ' ')
      FROM (${rowsOf(order, assembly, within, inOrder(order, start, count + 1))})`,
  ) ?? [0, 0, null, null]
  if (whole < found) return { withheld: true, last: undefined }
  if (bytes === null || places === null) return { last: undefined }
  if (found <= count) return { assembled: { bytes, count: found }, last: undefined }
  const beyond = places.lastIndexOf(' ')
  const [, length] = placeOf(places, beyond + 1, places.length)
  const [rid, , key = '', id = ''] = placeOf(places, places.lastIndexOf(' ', beyond - 1) + 1, beyond)
  const last = { rid: Number(rid), type: order.type, id, k0: order.textual ? key : Number(key), k1: Number(rid) }
  return { assembled: { bytes: bytes.subarray(0, bytes.length - Number(length) - 1), count }, last }
}
