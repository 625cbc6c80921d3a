// A Criterion as a condition on one row: never NULL, so that `not` is the exact complement, and one lookup by rid each
// (store-layout.md, trap 2: `(SELECT 1 …) IS NOT NULL`, not EXISTS).
import type { Criterion } from '../criterion.ts'
import { TooCostly } from '../errors.ts'
import { type Bounds, dateBounds, numberBounds } from '../range.ts'
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

const DEPTH = 60
const NODES = 800

const size = (criterion: Criterion, depth: number): number => {
  if (depth > DEPTH) throw new TooCostly('The search is nested too deeply')
  switch (criterion.kind) {
    case 'and':
    case 'or':
      return criterion.of.reduce((sum, one) => sum + size(one, depth + 1), 1)
    case 'composite':
      return criterion.parts.reduce((sum, one) => sum + size(one, depth + 1), 1)
    case 'not':
      return 1 + size(criterion.of, depth + 1)
    case 'chain':
    case 'has':
      return 4 + size(criterion.where, depth + 3)
    case 'id':
      return 1 + Math.floor(criterion.ids.length / 20)
    case 'compartment':
      return 1 + Math.floor(criterion.patients.length / 20)
    default:
      return 1
  }
}

/** Throws TooCostly for what SQLite would refuse with an error of its own. */
export const checkCost = (criterion: Criterion): void => {
  if (size(criterion, 0) > NODES) throw new TooCostly('The search has too many conditions')
}

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

const tokenTag = (compiler: Compiler, criterion: Of<'token'>, param: number, row: Row, bySystem: Sql): Sql => {
  if (criterion.code === undefined)
    return some(sql`SELECT 1 FROM tag g CROSS JOIN term t ON t.id = g.term WHERE g.rid = ${row.rid} AND g.param = ${param} AND ${bySystem}`)
  const ids = terms(compiler, criterion)
  if (ids.length === 0) return FALSE
  return some(sql`SELECT 1 FROM tag g WHERE g.rid = ${row.rid} AND g.param = ${param} AND g.term IN ${list(ids)}`)
}

const token = (compiler: Compiler, criterion: Of<'token'>, row: Row): Sql => {
  const { names } = compiler
  const system = criterion.system === undefined ? undefined : names.find('system', criterion.system)
  if (criterion.system !== undefined && system === undefined) return FALSE
  const bySystem = system === undefined ? raw('sys >= 0') : sql`sys = ${system}`
  const parts: Sql[] = []
  const param = names.find('param', criterion.param)
  if (param !== undefined) parts.push(tokenTag(compiler, criterion, param, row, bySystem))
  const identifier = names.find('identifier', criterion.param)
  if (identifier !== undefined) {
    const byCode = criterion.code === undefined ? TRUE : sql`val = ${criterion.code}`
    parts.push(some(sql`SELECT 1 FROM ident WHERE rid = ${row.rid} AND param = ${identifier} AND ${bySystem} AND ${byCode}`))
  }
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
  const parts = [boundsSql(numberBounds(criterion.comparator, criterion.value, criterion.from, criterion.to), 'val', 'val')]
  if (criterion.code !== undefined) parts.push(sql`code = ${criterion.code}`)
  if (criterion.system !== undefined) parts.push(sql`sys = ${compiler.names.find('system', criterion.system) ?? null}`)
  return both(parts)
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

type Valued = Exclude<Criterion, { kind: 'and' | 'or' | 'not' | 'compartment' | 'id' | 'lastUpdated' | 'token' | 'missing' }>

/** Conditions that look in one table under an interned parameter. */
const valued = (compiler: Compiler, criterion: Valued, row: Row): Sql => {
  const param = compiler.names.find('param', criterion.param)
  if (param === undefined) return FALSE
  const at = sql`rid = ${row.rid} AND param = ${param}`
  const tagged = sql`SELECT 1 FROM tag g CROSS JOIN term t ON t.id = g.term WHERE g.rid = ${row.rid} AND g.param = ${param}`
  switch (criterion.kind) {
    case 'tokens': {
      const ids = termsOf(compiler, param, criterion.codes)
      return ids.length === 0
        ? FALSE
        : some(sql`SELECT 1 FROM tag g WHERE g.rid = ${row.rid} AND g.param = ${param} AND g.term IN ${list(ids)}`)
    }
    case 'uri':
      return some(sql`${tagged} AND t.sys >= 0 AND ${uriTest(criterion)}`)
    case 'reference-url':
      return some(sql`${tagged} AND t.sys = ${URL_SYSTEM} AND t.code = ${criterion.url}`)
    case 'string':
      return some(sql`SELECT 1 FROM str WHERE ${at} AND ${stringTest(criterion)}`)
    case 'date':
      return some(
        sql`SELECT 1 FROM dat WHERE ${at} AND ${boundsSql(dateBounds(criterion.comparator, criterion.value.from, criterion.value.to), 'lo', 'hi')}`,
      )
    case 'number':
      return some(sql`SELECT 1 FROM qty WHERE ${at} AND ${numberTest(compiler, criterion)}`)
    case 'reference': {
      const rids = targets(compiler, criterion.type, criterion.id)
      return rids.length === 0 ? FALSE : some(sql`SELECT 1 FROM link WHERE ${at} AND tgt IN ${list(rids)}`)
    }
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
      return either(criterion.of.map((one) => condition(compiler, one, row)))
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
    case 'token':
      return token(compiler, criterion, row)
    case 'missing':
      return missing(compiler.names, criterion, row)
    default:
      return valued(compiler, criterion, row)
  }
}

/** The criterion as a condition on the row of `res` with this alias; `rid` where the row is known before it is looked up. */
export const filter = (compiler: Compiler, criterion: Criterion, alias: string, rid: Sql = raw(`${alias}.rid`)): Sql => {
  checkCost(criterion)
  return condition(compiler, criterion, { rid, alias })
}
