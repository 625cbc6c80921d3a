// The decision index: policies by what must hold of the requests that they grant (facts.ts), so that a decision evaluates only those
// that can grant it and answers as if it had evaluated all (P-09). Each policy stands in one place, under its most telling fact.
import type { Facts } from './facts.ts'
import { findAlong, type PrefixTree, prefixTree } from './prefix-tree.ts'

/** What a decision looks policies up by; undefined where the request has none. */
export interface Keys {
  readonly method: string | undefined
  readonly uri: string | undefined
  readonly user: string | undefined
  readonly client: string | undefined
  readonly operation: string | undefined
  /** `params.resource/type` */
  readonly type: string | undefined
  /** The names of the user's Roles, each once. */
  readonly roles: readonly string[]
}

interface Indexed {
  readonly facts: Facts
  readonly roleName: string | undefined
}

const KEYED = ['user', 'client', 'operation', 'type'] as const

type Keyed = (typeof KEYED)[number]

/** The policies of one link, or of none. */
export interface Slice<T> {
  /** Those of which nothing is known that an index could use. */
  readonly always: readonly T[]
  readonly keyed: ReadonlyArray<{ readonly by: Keyed; readonly values: ReadonlyMap<string, readonly T[]> }>
  readonly byUri: PrefixTree<T> | undefined
  /** Policies with a `roleName`. */
  readonly byRole: ReadonlyMap<string, Slice<T>>
}

const keyOf = ({ facts }: Indexed): Keyed | undefined => KEYED.find((by) => facts[by] !== undefined)

const grouped = <T>(policies: readonly T[], key: (policy: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const policy of policies) {
    const group = groups.get(key(policy))
    if (group) group.push(policy)
    else groups.set(key(policy), [policy])
  }
  return groups
}

const withoutRole = <T extends Indexed>(policies: readonly T[], byRole: Slice<T>['byRole']): Slice<T> => {
  const others = policies.filter((policy) => keyOf(policy) === undefined)
  const byUri = others.flatMap((policy) => (policy.facts.uri === undefined ? [] : [[policy.facts.uri, policy] as const]))
  return {
    always: others.filter(({ facts }) => facts.uri === undefined),
    keyed: KEYED.flatMap((by) => {
      const under = policies.filter((policy) => keyOf(policy) === by)
      return under.length > 0 ? [{ by, values: grouped(under, ({ facts }) => facts[by] ?? '') }] : []
    }),
    byUri: byUri.length > 0 ? prefixTree(byUri) : undefined,
    byRole,
  }
}

/** The index of these policies. */
export const sliceOf = <T extends Indexed>(policies: readonly T[]): Slice<T> => {
  const roles = grouped(
    policies.filter(({ roleName }) => roleName !== undefined),
    ({ roleName }) => roleName ?? '',
  )
  return withoutRole(
    policies.filter(({ roleName }) => roleName === undefined),
    new Map([...roles].map(([name, of]) => [name, withoutRole(of, new Map())])),
  )
}

/** The first policy of a slice that `first` picks, among those whose facts hold of the request. */
export const findIn = <T, Of extends Keys>(
  slice: Slice<T>,
  asked: Of,
  first: (policies: readonly T[], asked: Of) => T | undefined,
): T | undefined => {
  for (const { by, values } of slice.keyed) {
    const key = asked[by]
    const under = key === undefined ? undefined : values.get(key)
    const found = under && first(under, asked)
    if (found !== undefined) return found
  }
  const along = slice.byUri && asked.uri !== undefined ? findAlong(slice.byUri, asked.uri, first, asked) : undefined
  const found = along ?? (slice.always.length === 0 ? undefined : first(slice.always, asked))
  if (found !== undefined || slice.byRole.size === 0) return found
  for (const role of asked.roles) {
    const under = slice.byRole.get(role)
    const inRole = under && findIn(under, asked, first)
    if (inRole !== undefined) return inRole
  }
  return undefined
}
