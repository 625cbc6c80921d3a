// The `$` keys of matcho (aidbox-behaviour §3.5) as one visible table. Each gets its argument, the compiler of sub-patterns and its site.
import type { Site } from '../diagnostics.ts'
import { DEAR, leaf, type Matcher, never } from './matcher.ts'
import { compilePath } from './scalar.ts'
import { at, equal, isMap, isMissing } from './value.ts'

export type Compile = (pattern: unknown, site: Site) => Matcher
type Special = (argument: unknown, compile: Compile, site: Site) => Matcher

const refused = (argument: unknown, site: Site, message: string): Matcher => {
  site.error(message)
  return never(argument)
}

/** A list of candidates from the request: `$one-of: '.user.data.practices'`. */
const candidates = (path: string, site: Site): Matcher => {
  const segments = compilePath(path, site)
  if (!segments) return never(path)
  return leaf(
    { '$one-of': path },
    (value, request) => {
      const list = at(request, segments)
      return Array.isArray(list) && list.some((item) => equal(value, item))
    },
    DEAR,
  )
}

const oneOf: Special = (argument, compile, site) => {
  if (typeof argument === 'string' && argument.startsWith('.')) return candidates(argument, site)
  if (!Array.isArray(argument)) return refused(argument, site, '$one-of needs a list of patterns, or a .path to a list')
  if (argument.length === 0) return refused(argument, site, '$one-of of nothing can never match')
  const of = argument.map((one, index) => compile(one, site.in(String(index))))
  return leaf({ '$one-of': argument }, (value, request) => of.some((one) => one.test(value, request)), DEAR)
}

const enumeration: Special = (argument, _compile, site) => {
  if (typeof argument === 'string' && argument.startsWith('.')) return candidates(argument, site)
  if (!Array.isArray(argument) || argument.length === 0) return refused(argument, site, '$enum needs a list of values')
  if (argument.some((one) => isMap(one) || Array.isArray(one)))
    return refused(argument, site, '$enum lists scalars; use $one-of for patterns')
  const listed = new Set<unknown>(argument.filter((one) => !isMissing(one)))
  const missing = argument.includes(null)
  return leaf({ $enum: argument }, (value) => listed.has(value) || (missing && isMissing(value)))
}

const contains: Special = (argument, compile, site) => {
  const one = compile(argument, site)
  return leaf({ $contains: argument }, (value, request) => Array.isArray(value) && value.some((item) => one.test(item, request)), DEAR)
}

const everyItem: Special = (argument, compile, site) => {
  const one = compile(argument, site)
  return leaf(
    { $every: argument },
    (value, request) => Array.isArray(value) && !isMissing(value) && value.every((item) => one.test(item, request)),
    DEAR,
  )
}

const not: Special = (argument, compile, site) => {
  const one = compile(argument, site)
  return leaf({ $not: argument }, (value, request) => !one.test(value, request), one.cost)
}

const parsed = (value: unknown): unknown => {
  const text = isMap(value) ? (Object.hasOwn(value, 'reference') ? value.reference : undefined) : value
  if (typeof text !== 'string') return undefined
  const [, resourceType, id] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/.exec(text) ?? []
  return resourceType && id ? { resourceType, id } : undefined
}

const reference: Special = (argument, compile, site) => {
  const one = compile(argument, site)
  return leaf(
    { $reference: argument },
    (value, request) => {
      const target = parsed(value)
      return target !== undefined && one.test(target, request)
    },
    DEAR,
  )
}

const presentAll: Special = (argument, compile, site) => {
  if (!Array.isArray(argument) || argument.length === 0) return refused(argument, site, '$present-all needs a list')
  const of = argument.map((one, index) => compile(one, site.in(String(index))))
  return leaf(
    { '$present-all': argument },
    (value, request) => Array.isArray(value) && of.every((one) => value.some((item) => one.test(item, request))),
    DEAR,
  )
}

const lengthOf: Special = (argument, _compile, site) => {
  if (!Number.isSafeInteger(argument)) return refused(argument, site, '$length needs a whole number')
  return leaf({ $length: argument }, (value) => Array.isArray(value) && value.length === argument)
}

export const SPECIALS: ReadonlyMap<string, Special> = new Map([
  ['$one-of', oneOf],
  ['$enum', enumeration],
  ['$contains', contains],
  ['$every', everyItem],
  ['$not', not],
  ['$reference', reference],
  ['$present-all', presentAll],
  ['$length', lengthOf],
])
