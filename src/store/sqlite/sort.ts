// Sort keys as expressions over the row `x`, and keyset positions: a resource without the value comes last in both directions.
import { MalformedCursor } from '../errors.ts'
import type { SortKey } from '../store.ts'
import type { Compiler } from './filter.ts'
import { join, raw, type Sql, sql, type Value } from './fragment.ts'

export interface Order {
  readonly expression: Sql
  readonly descending: boolean
}

const expression = (compiler: Compiler, { param, kind, descending }: SortKey): Sql => {
  if (kind === 'lastUpdated' || param === '_lastUpdated') return raw('x.updated')
  if (kind === 'id' || param === '_id') return raw('x.id')
  if (kind === 'clinicalDate') return raw('x.sdate')
  const end = raw(descending ? 'max' : 'min')
  const at = sql`s.rid = x.rid AND s.param = ${compiler.names.find('param', param) ?? 0}`
  switch (kind) {
    case 'date':
      // When it begins, in both directions: that is how a type's clinical dates are posted.
      return sql`(SELECT ${end}(s.lo) FROM dat s WHERE ${at})`
    case 'string':
      return sql`(SELECT ${end}(s.val) FROM str s WHERE ${at})`
    case 'number':
      return sql`(SELECT ${end}(s.val) FROM qty s WHERE ${at})`
    case 'token': {
      const coded = sql`SELECT t.code AS code FROM tag s CROSS JOIN term t ON t.id = s.term WHERE ${at}`
      const identifier = compiler.names.find('identifier', param)
      if (identifier === undefined) return sql`(SELECT ${end}(code) FROM (${coded}))`
      const identified = sql`SELECT s.val AS code FROM ident s WHERE s.rid = x.rid AND s.param = ${identifier}`
      return sql`(SELECT ${end}(code) FROM (${coded} UNION ALL ${identified}))`
    }
    case 'reference':
      return sql`(SELECT ${end}(t.id) FROM link s CROSS JOIN res t ON t.rid = s.tgt WHERE ${at})`
  }
}

/** The order of a search, the resource's identity last. */
export const orders = (compiler: Compiler, sort: readonly SortKey[]): readonly Order[] => [
  ...(sort.length === 0
    ? [{ expression: raw('x.sdate'), descending: true }]
    : sort.map((key) => ({ expression: expression(compiler, key), descending: key.descending }))),
  { expression: raw('x.rid'), descending: true },
]

/** What comes after the position, over columns k0, k1, … */
export const after = (order: readonly Order[], position: readonly Value[]): Sql => {
  const cases: Sql[] = []
  const equal: Sql[] = []
  order.forEach(({ descending }, at) => {
    const column = raw(`k${at}`)
    const value = position[at] ?? null
    if (value !== null) cases.push(join([...equal, sql`(${column} ${raw(descending ? '<' : '>')} ${value} OR ${column} IS NULL)`], ' AND '))
    equal.push(sql`${column} IS ${value}`)
  })
  return sql`(${join(
    cases.map((one) => sql`(${one})`),
    ' OR ',
  )})`
}

export const orderBy = (order: readonly Order[]): Sql =>
  join(
    order.map(({ descending }, at) => raw(`k${at} ${descending ? 'DESC' : 'ASC'} NULLS LAST`)),
    ', ',
  )

/** A position as an opaque string: the sort keys, then the resource by type and id, since a rid tells how much others have written. */
export const cursor = (keys: readonly Value[], resource: string): string =>
  Buffer.from(JSON.stringify([...keys, resource])).toString('base64url')

const malformed = (): MalformedCursor => new MalformedCursor('The page cursor is malformed')

const valuesOf = (text: string, length: number): readonly Value[] => {
  let values: unknown
  try {
    values = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw malformed()
  }
  const plain = (value: unknown): value is Value => value === null || typeof value === 'string' || typeof value === 'number'
  if (!Array.isArray(values) || values.length !== length || !values.every(plain)) throw malformed()
  return values
}

const ridOf = ({ db, names }: Compiler, resource: Value | undefined): number => {
  const [type = '', id = ''] = typeof resource === 'string' ? resource.split('/') : []
  const index = names.find('type', type)
  const row = index === undefined ? undefined : db.row<{ rid: number }>(sql`SELECT rid FROM res WHERE type = ${index} AND id = ${id}`)
  if (!row) throw malformed()
  return row.rid
}

/** The position of a cursor with this many sort keys, the rid last; anything else is MalformedCursor. */
export const position = (compiler: Compiler, text: string, keys: number): readonly Value[] => {
  const values = valuesOf(text, keys + 1)
  return [...values.slice(0, keys), ridOf(compiler, values[keys])]
}
