// A Criterion as a condition on one row: never NULL, so that `not` is the exact complement, and one lookup by rid each
// (store-layout.md, trap 2: `(SELECT 1 …) IS NOT NULL`, not EXISTS).
import type { Criterion } from '../criterion.ts'
import { type Bounds, dateBounds, numberBounds } from '../range.ts'
import { checkCost } from './cost.ts'
import type { Connection } from './database.ts'
import { FALSE, join, list, raw, type Sql, sql, TRUE } from './fragment.ts'
import { type Names, URL_SYSTEM } from './names.ts'

export interface Compiler {
  readonly db: Connection
  readonly names: Names
}

/** The row a condition is about: its rid as an expression, and its alias where columns of `res` are needed. */
interface Row {
  readonly rid: Sql
  readonly alias: string
}

type Of<Kind extends Criterion['kind']> = Extract<Criterion, { kind: Kind }>

const some = (query: Sql): Sql => sql`(${query}) IS NOT NULL`
const both = (parts: readonly Sql[]): Sql => (parts.length === 0 ? TRUE : sql`(${join(parts, ' AND ')})`)
const either = (parts: readonly Sql[]): Sql => (parts.length === 0 ? FALSE : sql`(${join(parts, ' OR ')})`)

const boundsSql = (bounds: Bounds, low: string, high: string): Sql =>
  either(bounds.map((all) => both(all.map(({ side, op, value }) => sql`${raw(`${side === 'lo' ? low : high} ${op} `)}${value}`))))

/** The rids of a referenced resource of this id, at most one per type. */
export const targets = ({ db, names }: Compiler, type: string | undefined, id: string): readonly number[] => {
  const types = type === undefined ? [...names.types().values()] : [names.find('type', type)]
  const known = types.filter((one) => one !== undefined)
  if (known.length === 0) return []
  if (known.length === 1) return db.columns<[rid: number]>(sql`SELECT rid FROM res WHERE type = ${known[0] ?? 0} AND id = ${id}`) ?? []
  return db.rows<{ rid: number }>(sql`SELECT rid FROM res WHERE type IN ${list(known)} AND id = ${id}`).map((row) => row.rid)
}

/** The ids of the terms a token criterion names by its code. */
export const terms = ({ db, names }: Compiler, { param, system, code }: Of<'token'>): readonly number[] => {
  const index = names.find('param', param)
  const sys = system === undefined ? undefined : names.find('system', system)
  if (index === undefined || code === undefined || (system !== undefined && sys === undefined)) return []
  if (sys === undefined)
    return db.rows<{ id: number }>(sql`SELECT id FROM term WHERE param = ${index} AND code = ${code} AND sys >= 0`).map(({ id }) => id)
  const term = names.findTerm(index, code, sys)
  return term === undefined ? [] : [term]
}

/** One lookup of a row: a condition on the rows that a table has of it under a parameter. */
interface Lookup {
  readonly table: 'tag' | 'ident' | 'str' | 'dat' | 'qty' | 'link'
  readonly param: number
  readonly test: Sql
}

const look = ({ table, param, test }: Lookup, row: Row): Sql =>
  test === FALSE ? FALSE : some(sql`SELECT 1 FROM ${raw(table)} WHERE rid = ${row.rid} AND param = ${param} AND ${test}`)

const within = (column: string, ids: readonly number[]): Sql => (ids.length === 0 ? FALSE : sql`${raw(column)} IN ${list(ids)}`)

/** Where a code is looked for: among the coded values, and the identifiers. */
const tokenLookups = (compiler: Compiler, criterion: Of<'token'>): readonly Lookup[] => {
  const { names } = compiler
  const param = names.find('param', criterion.param)
  const coded: readonly Lookup[] = param === undefined ? [] : [{ table: 'tag', param, test: within('term', terms(compiler, criterion)) }]
  const identifier = names.find('identifier', criterion.param)
  const system = criterion.system === undefined ? undefined : names.find('system', criterion.system)
  if (identifier === undefined || (criterion.system !== undefined && system === undefined)) return coded
  const bySystem = system === undefined ? raw('sys >= 0') : sql`sys = ${system}`
  return [...coded, { table: 'ident', param: identifier, test: sql`${bySystem} AND val = ${criterion.code ?? null}` }]
}

/** A system without a code. */
const ofSystem = ({ names }: Compiler, criterion: Of<'token'>, row: Row): Sql => {
  const system = names.find('system', criterion.system ?? '')
  if (system === undefined) return FALSE
  const parts: Sql[] = []
  const param = names.find('param', criterion.param)
  if (param !== undefined) {
    const tagged = sql`SELECT 1 FROM tag g CROSS JOIN term t ON t.id = g.term WHERE g.rid = ${row.rid} AND g.param = ${param}`
    parts.push(some(sql`${tagged} AND sys = ${system}`))
  }
  const identifier = names.find('identifier', criterion.param)
  if (identifier !== undefined) parts.push(look({ table: 'ident', param: identifier, test: sql`sys = ${system}` }, row))
  return either(parts)
}

/** The terms of these codes that any resource has. */
export const termsOf = ({ db, names }: Compiler, param: number, codes: Of<'tokens'>['codes']): readonly number[] => {
  const bySystem = new Map<string, string[]>()
  for (const { system, code } of codes) {
    const of = bySystem.get(system)
    if (of) of.push(code)
    else bySystem.set(system, [code])
  }
  return [...bySystem].flatMap(([system, of]) => {
    const sys = names.find('system', system)
    if (sys === undefined) return []
    const some = sql`SELECT value FROM json_each(${JSON.stringify(of)})`
    return db
      .rows<{ id: number }>(sql`SELECT id FROM term WHERE param = ${param} AND sys = ${sys} AND code IN (${some})`)
      .map(({ id }) => id)
  })
}

const slashed = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`)

const uriTest = ({ match, value }: Of<'uri'>): Sql => {
  if (match === 'contains') return sql`instr(t.code, ${value}) > 0`
  if (match === 'exact') return sql`t.code = ${value}`
  if (match === 'below') return sql`(t.code = ${value} OR substr(t.code, 1, length(${slashed(value)})) = ${slashed(value)})`
  const prefix = raw("iif(substr(t.code, -1) = '/', t.code, t.code || '/')")
  return sql`(t.code = ${value} OR substr(${value}, 1, length(${prefix})) = ${prefix})`
}

const stringTest = ({ match, value }: Of<'string'>): Sql => {
  if (match === 'exact') return sql`lit = ${value}`
  return match === 'contains' ? sql`instr(val, ${value}) > 0` : sql`substr(val, 1, length(${value})) = ${value}`
}

const numberTest = (compiler: Compiler, criterion: Of<'number'>): Sql => {
  const parts = [boundsSql(numberBounds(criterion.comparator, criterion.value, criterion.from, criterion.to), 'val', 'high')]
  if (criterion.code !== undefined) parts.push(sql`code = ${criterion.code}`)
  if (criterion.system !== undefined) parts.push(sql`sys = ${compiler.names.find('system', criterion.system) ?? null}`)
  return both(parts)
}

type Looked = Of<'token' | 'string' | 'date' | 'number' | 'reference'>

/** The lookups of which one must find something; undefined where a criterion is more than that. */
const lookups = (compiler: Compiler, criterion: Criterion): readonly Lookup[] | undefined => {
  const of = (table: Lookup['table'], name: string, test: () => Sql): readonly Lookup[] => {
    const param = compiler.names.find('param', name)
    return param === undefined ? [] : [{ table, param, test: test() }]
  }
  switch (criterion.kind) {
    case 'token':
      return criterion.code === undefined ? undefined : tokenLookups(compiler, criterion)
    case 'string':
      return of('str', criterion.param, () => stringTest(criterion))
    case 'date': {
      const { param, comparator, value } = criterion
      return of('dat', param, () => boundsSql(dateBounds(comparator, value.from, value.to), 'lo', 'hi'))
    }
    case 'number':
      return of('qty', criterion.param, () => numberTest(compiler, criterion))
    case 'reference':
      return of('link', criterion.param, () => within('tgt', targets(compiler, criterion.type, criterion.id)))
    default:
      return undefined
  }
}

const looked = (compiler: Compiler, criterion: Looked, row: Row): Sql => {
  const found = lookups(compiler, criterion)
  if (!found) return criterion.kind === 'token' ? ofSystem(compiler, criterion, row) : FALSE
  return either(found.map((one) => look(one, row)))
}

/** SQLite takes an expression of a depth of 1,000, and each of a chain of alternatives adds two. */
const TOGETHER = 100

/** Those that look in one table under one parameter are one lookup: a list of hundreds costs a row little more than its values are compared. */
const alternatives = (compiler: Compiler, of: readonly Criterion[], row: Row): Sql => {
  const open = new Map<string, Lookup[]>()
  const groups: (readonly Lookup[])[] = []
  const parts: Sql[] = []
  for (const one of of) {
    const found = lookups(compiler, one)
    if (!found) parts.push(condition(compiler, one, row))
    for (const lookup of found ?? []) {
      if (lookup.test === FALSE) continue
      const key = `${lookup.table} ${lookup.param}`
      const group = open.get(key)
      if (group && group.length < TOGETHER) {
        group.push(lookup)
        continue
      }
      const fresh = [lookup]
      open.set(key, fresh)
      groups.push(fresh)
    }
  }
  for (const group of groups) {
    const [first] = group
    if (first) parts.push(look({ ...first, test: either(group.map(({ test }) => both([test]))) }, row))
  }
  return either(parts)
}

const missing = (names: Names, { param, missing: lacks }: Of<'missing'>, row: Row): Sql => {
  const held: Sql[] = []
  const index = names.find('param', param)
  const identifier = names.find('identifier', param)
  for (const table of index === undefined ? [] : ['tag', 'link', 'str', 'dat', 'qty', 'comp'])
    held.push(some(sql`SELECT 1 FROM ${raw(table)} WHERE rid = ${row.rid} AND param = ${index ?? 0}`))
  if (identifier !== undefined) held.push(some(sql`SELECT 1 FROM ident WHERE rid = ${row.rid} AND param = ${identifier}`))
  return lacks ? sql`NOT ${either(held)}` : either(held)
}

const related = (compiler: Compiler, criterion: Of<'chain' | 'has'>, param: number, row: Row): Sql => {
  const type = compiler.names.find('type', criterion.type)
  if (type === undefined) return FALSE
  const alias = `${row.alias}y`
  const y = raw(alias)
  const where = condition(compiler, criterion.where, { rid: raw(`${alias}.rid`), alias })
  const edge =
    criterion.kind === 'chain'
      ? sql`link e CROSS JOIN res ${y} ON ${y}.rid = e.tgt WHERE e.rid = ${row.rid}`
      : sql`ref e CROSS JOIN res ${y} ON ${y}.rid = e.rid WHERE e.tgt = ${row.rid}`
  return some(sql`SELECT 1 FROM ${edge} AND e.param = ${param} AND ${y}.type = ${type} AND ${y}.body IS NOT NULL AND ${where}`)
}

const composite = (compiler: Compiler, criterion: Of<'composite'>, param: number, row: Row): Sql => {
  const alias = `${row.alias}o`
  const inner: Row = { rid: raw(`${alias}.occ`), alias: row.alias }
  const parts = criterion.parts.map((part) => condition(compiler, part, inner))
  return some(
    sql`SELECT 1 FROM comp ${raw(alias)} WHERE ${raw(alias)}.rid = ${row.rid} AND ${raw(alias)}.param = ${param} AND ${both(parts)}`,
  )
}

type Valued = Of<'tokens' | 'uri' | 'reference-url' | 'composite' | 'chain' | 'has'>

/** Conditions that look in one table under an interned parameter. */
const valued = (compiler: Compiler, criterion: Valued, row: Row): Sql => {
  const param = compiler.names.find('param', criterion.param)
  if (param === undefined) return FALSE
  const tagged = sql`SELECT 1 FROM tag g CROSS JOIN term t ON t.id = g.term WHERE g.rid = ${row.rid} AND g.param = ${param}`
  switch (criterion.kind) {
    case 'tokens':
      return look({ table: 'tag', param, test: within('term', termsOf(compiler, param, criterion.codes)) }, row)
    case 'uri':
      return some(sql`${tagged} AND t.sys >= 0 AND ${uriTest(criterion)}`)
    case 'reference-url':
      return some(sql`${tagged} AND t.sys = ${URL_SYSTEM} AND t.code = ${criterion.url}`)
    case 'composite':
      return composite(compiler, criterion, param, row)
    case 'chain':
    case 'has':
      return related(compiler, criterion, param, row)
  }
}

const condition = (compiler: Compiler, criterion: Criterion, row: Row): Sql => {
  switch (criterion.kind) {
    case 'and':
      return both(criterion.of.map((one) => condition(compiler, one, row)))
    case 'or':
      return alternatives(compiler, criterion.of, row)
    case 'not':
      return sql`NOT (${condition(compiler, criterion.of, row)})`
    case 'compartment': {
      const rids = criterion.patients.flatMap((patient) => targets(compiler, 'Patient', patient))
      return rids.length === 0 ? FALSE : some(sql`SELECT 1 FROM member m WHERE m.rid = ${row.rid} AND m.pat IN ${list(rids)}`)
    }
    case 'id':
      return criterion.ids.length === 0 ? FALSE : sql`${raw(row.alias)}.id IN ${list(criterion.ids)}`
    case 'lastUpdated': {
      const bounds = dateBounds(criterion.comparator, criterion.value.from, criterion.value.to)
      return boundsSql(bounds, `${row.alias}.updated`, `(${row.alias}.updated + 1)`)
    }
    case 'missing':
      return missing(compiler.names, criterion, row)
    case 'token':
    case 'string':
    case 'date':
    case 'number':
    case 'reference':
      return looked(compiler, criterion, row)
    default:
      return valued(compiler, criterion, row)
  }
}

/** The criterion as a condition on the row of `res` with this alias; `rid` where the row is known before it is looked up. */
export const filter = (compiler: Compiler, criterion: Criterion, alias: string, rid: Sql = raw(`${alias}.rid`)): Sql => {
  checkCost(criterion)
  return condition(compiler, criterion, { rid, alias })
}
