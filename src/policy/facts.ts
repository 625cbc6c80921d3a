// What must hold of every request that a policy grants, as far as it can be read off the policy soundly: the decision index looks
// policies up by it (P-09). A fact that is left out costs time; one that is wrong would take access away.

import { literalPrefix } from './matcho/regex.ts'
import { isLiteral } from './matcho/scalar.ts'
import { isMap, type Json } from './matcho/value.ts'

export interface Facts {
  /** Lower case. */
  readonly methods?: ReadonlySet<string>
  /** The request's path begins with this. */
  readonly uri?: string
  readonly operation?: string
  /** `params.resource/type` */
  readonly type?: string
  readonly client?: string
  readonly user?: string
}

const NONE: Facts = {}

const literal = (value: unknown): string | undefined => (isLiteral(value) ? value : undefined)

const literalAt = (pattern: unknown, key: string): string | undefined =>
  isMap(pattern) && Object.hasOwn(pattern, key) ? literal(pattern[key]) : undefined

const methodsOf = (pattern: unknown): ReadonlySet<string> | undefined => {
  const one = literal(pattern)
  if (one !== undefined) return new Set([one])
  const list: unknown = isMap(pattern) ? pattern.$enum : undefined
  const words: readonly unknown[] = Array.isArray(list) ? list : []
  const methods = words.filter((word) => typeof word === 'string')
  return methods.length > 0 && methods.length === words.length ? new Set(methods) : undefined
}

const uriOf = (pattern: unknown): string | undefined => {
  if (typeof pattern !== 'string') return undefined
  return pattern.startsWith('#') ? literalPrefix(pattern.slice(1)) : literal(pattern)
}

/** Leaves out what is undefined. */
const known = (facts: { readonly [name in keyof Facts]: Facts[name] | undefined }): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))

/** Plain keys of a pattern must all match, whatever stands beside them. */
const ofMatcho = (pattern: Json): Facts =>
  known({
    methods: methodsOf(pattern['request-method']),
    uri: uriOf(pattern.uri),
    operation: literalAt(pattern.operation, 'id'),
    type: literalAt(pattern.params, 'resource/type'),
    client: literalAt(pattern.client, 'id'),
    user: literalAt(pattern.user, 'id'),
  })

const longer = (one: string | undefined, other: string | undefined): string | undefined =>
  (one?.length ?? 0) >= (other?.length ?? 0) ? one : other

/** All hold: of two facts about the same, either is one. */
const both = (one: Facts, other: Facts): Facts => known({ ...other, ...one, uri: longer(one.uri, other.uri) })

const common = (one: string, other: string): string | undefined => {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length === 0 ? undefined : one.slice(0, length)
}

const same = (one: string | undefined, other: string | undefined): string | undefined => (one === other ? one : undefined)

/** One of them holds. */
const either = (one: Facts, other: Facts): Facts =>
  known({
    methods: one.methods && other.methods && new Set([...one.methods, ...other.methods]),
    uri: one.uri === undefined || other.uri === undefined ? undefined : common(one.uri, other.uri),
    operation: same(one.operation, other.operation),
    type: same(one.type, other.type),
    client: same(one.client, other.client),
    user: same(one.user, other.user),
  })

const ofItems = (items: unknown, join: (one: Facts, other: Facts) => Facts): Facts =>
  Array.isArray(items) && items.length > 0 ? items.map(factsOf).reduce(join) : NONE

/** The facts of a policy, or of an item of a complex one. */
export const factsOf = (policy: unknown): Facts => {
  if (!isMap(policy)) return NONE
  if (policy.engine === 'matcho') return isMap(policy.matcho) ? ofMatcho(policy.matcho) : NONE
  if (policy.engine !== 'complex') return NONE
  return policy.and === undefined ? ofItems(policy.or, either) : ofItems(policy.and, both)
}
