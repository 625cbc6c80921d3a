// The grammar of SMART scopes (SMART App Launch 2.2 §scopes; v1 and v2; aidbox-behaviour §5.4). What does not parse is never granted.
// What a query means, and whether it means anything, is scope-reader.ts's to say.
import type { Permission } from '../fhir/access.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { remembering } from '../http/remember.ts'

export type ScopeContext = 'patient' | 'user' | 'system'

export interface ResourceScope {
  /** As it was spelt. */
  readonly text: string
  readonly context: ScopeContext
  /** A resource type, or `*`. */
  readonly type: string
  readonly permissions: ReadonlySet<Permission>
  /** The permission part as it was spelt: `read`, `rs`, `*` … */
  readonly spelling: string
  readonly query: Parameters | undefined
  /** The query part as it was spelt, without its `?`; '' for none. */
  readonly queryText: string
}

export const LAUNCH_SCOPES: ReadonlySet<string> = new Set(['launch', 'launch/patient', 'launch/encounter'])
export const IDENTITY_SCOPES: ReadonlySet<string> = new Set(['openid', 'fhirUser', 'profile', 'email', 'groups'])
export const REFRESH_SCOPES: ReadonlySet<string> = new Set(['offline_access', 'online_access'])

const ORDER: readonly Permission[] = ['c', 'r', 'u', 'd', 's']
const V1: ReadonlyMap<string, readonly Permission[]> = new Map([
  ['read', ['r', 's']],
  ['write', ['c', 'u', 'd']],
  ['*', ORDER],
])
const SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|c?r?u?d?s?)(?:\?(.+))?$/
/** A resource scope with a query part, well formed or not. */
const GRANULAR = /^(?:patient|user|system)\/[^?]*\?/
/** scope-token of RFC 6749 §3.3: no space, quote or backslash. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Filters of the resource itself and chains from it, each with a value; never the reverse chain (aidbox-behaviour §5.4). */
const queryOf = (text: string): Parameters | undefined => {
  try {
    const query = parseParameters(text)
    const isFilter = ([name, value]: readonly [string, string]): boolean => value !== '' && !name.includes('_has')
    return query.entries.length > 0 && query.entries.every(isFilter) ? query : undefined
  } catch {
    return undefined
  }
}

/** Is this a resource scope with a query part? Asked for with a query that has no meaning, it is an error rather than left out. */
export const isGranular = (text: string): boolean => GRANULAR.test(text)

/** Written like a resource scope: then nothing but the grammar makes it known. */
export const looksLikeResourceScope = (text: string): boolean => /^(?:patient|user|system)\//.test(text)

/** Does any hop of the query lead to another resource? */
export const isChained = ({ query }: ResourceScope): boolean => query?.entries.some(([name]) => name.includes('.')) ?? false

const sameSet = (one: readonly Permission[], other: ReadonlySet<Permission>): boolean =>
  one.length === other.size && one.every((permission) => other.has(permission))

/** Permissions spelt in v2, or in v1 where `like` is a v1 spelling and v1 has a word for them. */
export const spellPermissions = (permissions: ReadonlySet<Permission>, like = ''): string => {
  const word = V1.has(like) ? [...V1].find(([, meant]) => sameSet(meant, permissions))?.[0] : undefined
  return word ?? ORDER.filter((one) => permissions.has(one)).join('')
}

/** The same scopes are asked for again and again. */
const REMEMBERED = 2_000

/** Reads a resource scope; undefined for anything else. A query is for v2 scopes of a named type in `patient/` and `user/` only. */
export const parseScope = remembering(REMEMBERED, (text): ResourceScope | undefined => {
  const [, context, type, spelling, queryText = ''] = SCOPE.exec(text) ?? []
  if (!type || !spelling || !SCOPE_TOKEN.test(text)) return undefined
  if (context !== 'patient' && context !== 'user' && context !== 'system') return undefined
  const permissions = new Set(V1.get(spelling) ?? ORDER.filter((one) => spelling.includes(one)))
  if (queryText === '') return { text, context, type, permissions, spelling, query: undefined, queryText }
  if (type === '*' || V1.has(spelling) || context === 'system') return undefined
  const query = queryOf(queryText)
  return query && { text, context, type, permissions, spelling, query, queryText }
})

/** The resource scopes of a list, in order. */
export const resourceScopes = (scope: readonly string[]): readonly ResourceScope[] =>
  scope.flatMap((text) => {
    const parsed = parseScope(text)
    return parsed ? [parsed] : []
  })

/** Does the scope make a request SMART's business: a launch or a resource scope? */
export const isSmartScope = (text: string): boolean => LAUNCH_SCOPES.has(text) || parseScope(text) !== undefined
