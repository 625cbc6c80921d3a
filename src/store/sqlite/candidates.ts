// Few rows among which all are that satisfy a criterion, where an index leads to them: found by asking the index first, since which of
// several conditions is rare depends on what is stored (store-layout.md: "drive by the rarest term").
import type { Criterion } from '../criterion.ts'
import { type Compiler, targets, terms, termsOf } from './filter.ts'
import { join, limit, list, raw, type Sql, sql } from './fragment.ts'
import { URL_SYSTEM } from './names.ts'
import { SYSTEM } from './schema.ts'

/** More are not few: a walk in the order of the answer then comes to its end soon. */
const FEW = 2_000

type Of<Kind extends Criterion['kind']> = Extract<Criterion, { kind: Kind }>

const NONE = raw('SELECT 0 AS rid WHERE 0')

const posted = (ids: readonly number[]): Sql => sql`SELECT rid FROM post WHERE pat = ${SYSTEM} AND term IN ${list(ids)}`

const ofToken = (compiler: Compiler, part: Of<'token'>): Sql | undefined => {
  if (part.code === undefined) return undefined
  const ids = terms(compiler, part)
  const identifier = compiler.names.find('identifier', part.param)
  const ways = [
    ...(ids.length > 0 ? [posted(ids)] : []),
    ...(identifier !== undefined ? [sql`SELECT rid FROM ident WHERE val = ${part.code} AND param = ${identifier}`] : []),
  ]
  return ways.length === 0 ? NONE : join(ways, ' UNION ALL ')
}

const ofTokens = (compiler: Compiler, { param, codes }: Of<'tokens'>): Sql => {
  const index = compiler.names.find('param', param)
  const ids = index === undefined ? [] : termsOf(compiler, index, codes)
  return ids.length === 0 ? NONE : posted(ids)
}

/** The text that follows all that start with this one, in the order of code points; undefined where there is none. */
const following = (text: string): string | undefined => {
  const points = [...text]
  const last = points.pop()?.codePointAt(0)
  if (last === undefined || /\p{Surrogate}/u.test(text)) return undefined
  if (last === 0x10ffff) return following(points.join(''))
  return points.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1)
}

const ofString = ({ names }: Compiler, { param, match, value }: Of<'string'>): Sql | undefined => {
  const end = match === 'starts' ? following(value) : undefined
  if (end === undefined) return undefined
  const index = names.find('param', param)
  return index === undefined ? NONE : sql`SELECT rid FROM str WHERE param = ${index} AND val >= ${value} AND val < ${end}`
}

const ofReference = (compiler: Compiler, { param, type, id }: Of<'reference'>): Sql => {
  const index = compiler.names.find('param', param)
  const rids = targets(compiler, type, id)
  return index === undefined || rids.length === 0 ? NONE : sql`SELECT rid FROM ref WHERE tgt IN ${list(rids)} AND param = ${index}`
}

/** Of uris and urls, which are terms too. */
const ofUrl = ({ names }: Compiler, param: string, code: string, system: Sql): Sql => {
  const index = names.find('param', param)
  if (index === undefined) return NONE
  const ids = sql`SELECT id FROM term WHERE param = ${index} AND code = ${code} AND ${system}`
  return sql`SELECT rid FROM post WHERE pat = ${SYSTEM} AND term IN (${ids})`
}

/** By a hop from, or to, few others. */
const ofRelated = (compiler: Compiler, { kind, param, where, ...related }: Of<'chain' | 'has'>): Sql | undefined => {
  const type = compiler.names.find('type', related.type)
  if (type === undefined) return NONE
  const others = few(compiler, where, type)
  if (!others) return undefined
  const index = compiler.names.find('param', param)
  if (index === undefined) return NONE
  return kind === 'chain'
    ? sql`SELECT rid FROM ref WHERE tgt IN (${others}) AND param = ${index}`
    : sql`SELECT tgt AS rid FROM link WHERE rid IN (${others}) AND param = ${index}`
}

const candidates = (compiler: Compiler, part: Criterion, type: number): Sql | undefined => {
  switch (part.kind) {
    case 'id':
      return part.ids.length === 0 ? NONE : sql`SELECT rid FROM res WHERE type = ${type} AND id IN ${list(part.ids)}`
    case 'token':
      return ofToken(compiler, part)
    case 'tokens':
      return ofTokens(compiler, part)
    case 'string':
      return ofString(compiler, part)
    case 'reference':
      return ofReference(compiler, part)
    case 'uri':
      return part.match === 'exact' ? ofUrl(compiler, part.param, part.value, raw('sys >= 0')) : undefined
    case 'reference-url':
      return ofUrl(compiler, part.param, part.url, sql`sys = ${URL_SYSTEM}`)
    case 'compartment':
      return part.patients.some((patient) => targets(compiler, 'Patient', patient).length > 0) ? undefined : NONE
    case 'chain':
    case 'has':
      return ofRelated(compiler, part)
    default:
      return undefined
  }
}

/** SQLite takes 500 selects in one compound. */
const UNITED = 250

const union = (ways: readonly Sql[]): Sql => {
  if (ways.length <= UNITED) return join(ways, ' UNION ALL ')
  const parts = Array.from({ length: Math.ceil(ways.length / UNITED) }, (_, at) => ways.slice(at * UNITED, (at + 1) * UNITED))
  return union(parts.map((some) => sql`SELECT rid FROM (${union(some)})`))
}

const isFew = ({ db }: Compiler, rids: Sql): boolean =>
  (db.row<{ n: number }>(sql`SELECT count(*) AS n FROM (SELECT 1 FROM (${rids}) ${limit(FEW + 1)})`)?.n ?? 0) <= FEW

/** A statement for the rids of rows among which all of this type are that satisfy the criterion; undefined where no index leads to few. */
export const few = (compiler: Compiler, criterion: Criterion, type: number): Sql | undefined => {
  if (criterion.kind === 'and') {
    for (const part of criterion.of) {
      const found = few(compiler, part, type)
      if (found) return found
    }
    return undefined
  }
  if (criterion.kind === 'or') {
    const ways: Sql[] = []
    for (const part of criterion.of) {
      const found = few(compiler, part, type)
      if (!found) return undefined
      ways.push(found)
    }
    return ways.length === 0 ? NONE : union(ways)
  }
  const found = candidates(compiler, criterion, type)
  return found && isFew(compiler, found) ? found : undefined
}
