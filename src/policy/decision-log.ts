// The latest denials, for whom a policy lets look them up by the id that the denied response carried (X-Request-Id): who asked for what,
// and the first condition that failed in each policy. Of the values that were found it keeps only those that route a request.
import type { AccessRequest, Permission } from '../fhir/access.ts'
import type { Clock } from '../http/runtime.ts'
import type { Principal } from '../oauth/principal.ts'
import type { Denial } from './authorize.ts'
import type { PolicyAnswer, ScopeAnswer } from './explain.ts'
import { isMissing } from './matcho/value.ts'

/** Why one policy did not grant. `found` is the value only at the paths in `SHOWN`; elsewhere it says what kind of value was there. */
export type LoggedPolicy =
  | { readonly id: string; readonly why: 'no-role' | 'failed' }
  | { readonly id: string; readonly why: 'mismatch'; readonly path: string; readonly expected: unknown; readonly found: unknown }

export interface LoggedDenial {
  readonly time: string
  readonly method: string
  readonly path: string
  readonly operation: string
  readonly interaction: string
  readonly client?: string
  readonly user?: string
  /** `scope`: no granted scope covers the request; `policy`: no policy grants it. */
  readonly reason: Denial['reason']
  readonly scopes?: { readonly granted: readonly string[]; readonly uncovered: readonly Permission[] }
  readonly policies: readonly LoggedPolicy[]
}

export interface DecisionLog {
  record(denied: {
    readonly denial: Denial
    readonly access: AccessRequest
    readonly principal: Principal
    readonly scopes: ScopeAnswer
    readonly policies: readonly PolicyAnswer[]
  }): void
  /** The denials of a request, in order: a batch may have several. Empty: unknown, or pushed out by later ones. */
  find(id: string): readonly LoggedDenial[]
}

/** Requests kept; those of nobody in particular are kept apart, so that strangers cannot push the others out. */
const KEPT = 1_000
const KEPT_ANONYMOUS = 200
/** Policies asked for the log's sake, and kept, of one denial: it must not cost more than the decision did by orders of magnitude. */
export const LOGGED_POLICIES = 50
/** Denials kept of one request: a batch has as many as it has entries. */
const KEPT_EACH = 50

/** What routes a request and is in the request's log line already. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['request-method', 'uri', 'operation.id', 'params.resource/type', 'params._m'],
  ...['client.id', 'client.type', 'user.id'],
])

const kindOf = (value: unknown): string => {
  if (isMissing(value)) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A policy may compare with something that is nobody's to read in a log: a header's value, a key. */
const isSensitive = (path: string, expected: unknown): boolean =>
  /(^|\.)(headers|token)(\.|$)|secret|password|api-?key/i.test(path) || /secret|password|api-?key/i.test(JSON.stringify(expected) ?? '')

const logged = (answer: PolicyAnswer): readonly LoggedPolicy[] => {
  if (answer.granted) return []
  if (answer.why !== 'mismatch') return [{ id: answer.id, why: answer.why }]
  const { expected, but, path } = answer.mismatch
  const at = path.join('.')
  const found = SHOWN.has(at) && !isMissing(but) ? but : kindOf(but)
  return [{ id: answer.id, why: 'mismatch', path: at, expected: isSensitive(at, expected) ? '(not shown)' : expected, found }]
}

const put = (log: Map<string, LoggedDenial[]>, id: string, denial: LoggedDenial, kept: number): void => {
  const before = log.get(id)
  if (before) {
    if (before.length < KEPT_EACH) before.push(denial)
    return
  }
  log.set(id, [denial])
  const oldest = log.size > kept ? log.keys().next().value : undefined
  if (oldest !== undefined) log.delete(oldest)
}

/** A log in memory: it lives as long as the box does, across changes of its tables. */
export const createDecisionLog = (clock: Clock): DecisionLog => {
  const known = new Map<string, LoggedDenial[]>()
  const anonymous = new Map<string, LoggedDenial[]>()
  return {
    record: ({ denial, access, principal, scopes, policies }) => {
      const { request, operation, interaction } = access
      const entry: LoggedDenial = {
        time: new Date(clock.now()).toISOString(),
        method: request.method,
        path: request.path,
        operation,
        interaction,
        ...(denial.client !== undefined && { client: denial.client }),
        ...(denial.user !== undefined && { user: denial.user }),
        reason: denial.reason,
        ...(scopes.enforced && { scopes: { granted: scopes.granted, uncovered: scopes.uncovered } }),
        policies: policies.flatMap(logged),
      }
      if (principal.method === 'anonymous') put(anonymous, request.id, entry, KEPT_ANONYMOUS)
      else put(known, request.id, entry, KEPT)
    },
    find: (id) => known.get(id) ?? anonymous.get(id) ?? [],
  }
}
