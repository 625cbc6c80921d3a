// The grammar of SMART scopes (SMART App Launch 2.2 §scopes; v1 and v2; aidbox-behaviour §5.4). What does not parse is never granted.
import type { Permission } from '../fhir/access.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'

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
const COMMON_PARAMETERS: ReadonlySet<string> = new Set(['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag'])

/** Filters of the resource itself: no results, includes, chains or reverse chains (§5.4). */
const isFilter = (name: string): boolean =>
  !name.includes('.') && (!name.startsWith('_') || COMMON_PARAMETERS.has(name.split(':')[0] ?? ''))

const queryOf = (text: string): Parameters | undefined => {
  try {
    const query = parseParameters(text)
    return query.entries.length > 0 && query.entries.every(([name, value]) => isFilter(name) && value !== '') ? query : undefined
  } catch {
    return undefined
  }
}

/** The v2 spelling of a set of permissions. */
export const spellPermissions = (permissions: ReadonlySet<Permission>): string => ORDER.filter((one) => permissions.has(one)).join('')

/** Reads a resource scope; undefined for anything else. A query is for v2 scopes of a named type in `patient/` and `user/` only. */
export const parseScope = (text: string): ResourceScope | undefined => {
  const [, context, type, spelling, query] = SCOPE.exec(text) ?? []
  if (!type || !spelling || (context !== 'patient' && context !== 'user' && context !== 'system')) return undefined
  const permissions = new Set(V1.get(spelling) ?? ORDER.filter((one) => spelling.includes(one)))
  if (query === undefined) return { text, context, type, permissions, spelling, query: undefined }
  if (type === '*' || V1.has(spelling) || context === 'system') return undefined
  const parsed = queryOf(query)
  return parsed && { text, context, type, permissions, spelling, query: parsed }
}

/** The resource scopes of a list, in order. */
export const resourceScopes = (scope: readonly string[]): readonly ResourceScope[] =>
  scope.flatMap((text) => {
    const parsed = parseScope(text)
    return parsed ? [parsed] : []
  })
