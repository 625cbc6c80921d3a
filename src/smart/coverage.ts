// Which scope is within which: for Client.scope, for consent, for a narrowed refresh (RFC 6749 §6).
import type { Parameters } from '../http/parameters.ts'
import { parseScope, type ResourceScope, spellPermissions } from './scopes.ts'

const holds = (query: Parameters | undefined, [name, value]: readonly [string, string]): boolean =>
  query?.getAll(name).includes(value) ?? false

/** Every row of `narrow` is a row of `wide`: more filters are narrower, since filters are ANDed. */
const rowsWithin = (wide: ResourceScope, narrow: ResourceScope): boolean =>
  wide.context === narrow.context &&
  (wide.type === '*' || wide.type === narrow.type) &&
  (wide.query?.entries ?? []).every((entry) => holds(narrow.query, entry))

/** Is `narrow` the same as `wide` or narrower. */
export const covers = (wide: string, narrow: string): boolean => {
  if (wide === narrow) return true
  const [outer, inner] = [parseScope(wide), parseScope(narrow)]
  if (!outer || !inner) return false
  return rowsWithin(outer, inner) && [...inner.permissions].every((one) => outer.permissions.has(one))
}

/** Is the scope within the list as a whole: each of its permissions within one of them. */
export const coveredBy = (allowed: readonly string[], scope: string): boolean => {
  if (allowed.includes(scope)) return true
  const inner = parseScope(scope)
  if (!inner) return false
  const outers = allowed.map(parseScope).filter((one) => one !== undefined)
  return [...inner.permissions].every((one) => outers.some((outer) => outer.permissions.has(one) && rowsWithin(outer, inner)))
}

const commonType = (asked: ResourceScope, allowed: ResourceScope): string | undefined => {
  if (asked.type === '*' || asked.type === allowed.type) return allowed.type
  return allowed.type === '*' ? asked.type : undefined
}

/** Both queries, in the words in which they were written; a filter that both have once. */
const bothQueries = (asked: ResourceScope, allowed: ResourceScope): string => {
  const parts = [asked, allowed].flatMap(({ queryText }) => queryText.split('&')).filter((part) => part !== '')
  return [...new Set(parts)].join('&')
}

/** What both scopes allow, in the form that was asked (v1 or v2), undefined where it is nothing or has no spelling of its own. */
const intersect = (asked: ResourceScope, allowed: ResourceScope): string | undefined => {
  const type = commonType(asked, allowed)
  const permissions = new Set([...asked.permissions].filter((one) => allowed.permissions.has(one)))
  if (asked.context !== allowed.context || type === undefined || permissions.size === 0) return undefined
  const query = bothQueries(asked, allowed)
  // A query has a meaning in v2 only.
  const spelling = spellPermissions(permissions, query === '' ? asked.spelling : '')
  const text = `${asked.context}/${type}.${spelling}${query === '' ? '' : `?${query}`}`
  return parseScope(text)?.text
}

/** The part of `scope` that the list allows: itself, narrower scopes, or none. */
export const narrowed = (allowed: readonly string[], scope: string): readonly string[] => {
  if (coveredBy(allowed, scope)) return [scope]
  const asked = parseScope(scope)
  if (!asked) return []
  return allowed.flatMap((text) => {
    const one = parseScope(text)
    const common = one && intersect(asked, one)
    return common === undefined ? [] : [common]
  })
}
