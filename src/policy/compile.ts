// AccessPolicies, compiled and indexed by what they are linked to, so that 10,000 cost what the relevant few cost (P-09).
import type { Definitions } from '../fhir/definitions/definitions.ts'
import { type Slice, sliceOf } from './decision-index.ts'
import { type PolicyDiagnostic, type Site, siteOf } from './diagnostics.ts'
import { compileEngine, type PolicySource } from './engines.ts'
import { type Facts, factsOf } from './facts.ts'
import { lintPolicy } from './lint/lint.ts'
import { type Linked, lintUnreachable } from './lint/unreachable.ts'
import { looksAtWho } from './looks-at.ts'
import type { Matcher } from './matcho/matcher.ts'
import { isMap } from './matcho/value.ts'

export interface CompiledPolicy {
  readonly id: string
  readonly matcher: Matcher
  readonly facts: Facts
  readonly roleName: string | undefined
  /** Where it is asked: everywhere, only at /rpc, or anywhere but there. */
  readonly type: 'rest' | 'rpc' | undefined
  /** It looks at nothing but who asks. */
  readonly ofWho: boolean
}

/** The policies of one kind of request, by what they are linked to: ids of users, clients and operations; and those linked to nothing. */
export interface PolicyIndex {
  readonly users: ReadonlyMap<string, Slice<CompiledPolicy>>
  readonly clients: ReadonlyMap<string, Slice<CompiledPolicy>>
  readonly operations: ReadonlyMap<string, Slice<CompiledPolicy>>
  readonly global: Slice<CompiledPolicy>
}

/** Immutable: a change of policies compiles new ones beside these, and swaps them whole (P-17). */
export interface CompiledPolicies {
  readonly global: readonly CompiledPolicy[]
  /** By `Client/x`, `User/x` or `Operation/x`. */
  readonly linked: ReadonlyMap<string, readonly CompiledPolicy[]>
  /** The same for decisions. */
  readonly index: { readonly rest: PolicyIndex; readonly rpc: PolicyIndex }
  /** Those that name searches; undefined where there are none. /rpc never asks them. */
  readonly bounded: PolicyIndex | undefined
}

export type Compilation =
  | { readonly ok: true; readonly policies: CompiledPolicies; readonly warnings: readonly PolicyDiagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly PolicyDiagnostic[] }

const LINKABLE = ['Client', 'User', 'Operation']

/** `{reference: 'Client/x'}`, `{reference: '/Operation/x'}` or `{resourceType, id}`. */
const linkKey = (link: unknown): string | undefined => {
  if (!isMap(link)) return undefined
  const text = link.reference ?? (link.resourceType && link.id ? `${link.resourceType}/${link.id}` : undefined)
  const [, type = '', id] = typeof text === 'string' ? (/^\/?([A-Za-z]+)\/([^/\s]+)$/.exec(text) ?? []) : []
  return LINKABLE.includes(type) ? `${type}/${id}` : undefined
}

/** undefined: a global policy. A link that cannot be read is an error, never a global policy (aidbox-behaviour §0.6). */
const linksOf = (policy: PolicySource, site: Site): readonly string[] | undefined => {
  if (policy.link === undefined) return undefined
  const links: readonly unknown[] = Array.isArray(policy.link) ? policy.link : [policy.link]
  if (links.length === 0) site.error('an empty `link` does not make a policy global; leave it out or name what it is linked to')
  return links.flatMap((link, at) => {
    const key = linkKey(link)
    if (key) return [key]
    site.in(String(at)).error(`a link refers to a ${LINKABLE.join(', ')}, as in {reference: "Client/my-app"}`)
    return []
  })
}

const typeOf = (policy: PolicySource, site: Site): CompiledPolicy['type'] => {
  if (policy.type === 'rest' || policy.type === 'rpc' || policy.type === undefined) return policy.type
  if (policy.type === 'scope') {
    site.error(
      'policies of type scope are not served: a token is held to its SMART scopes without one; say the rest with a policy of type rest',
    )
    return undefined
  }
  site.error('the type of a policy is rest or rpc')
  return undefined
}

const roleNameOf = (policy: PolicySource, site: Site): string | undefined => {
  if (typeof policy.roleName === 'string' && policy.roleName !== '') return policy.roleName
  if (policy.roleName !== undefined) site.error('roleName is the name of a Role')
  return undefined
}

type Lists = Pick<CompiledPolicies, 'global' | 'linked'>

const indexOf = ({ global, linked }: Lists, wanted: (policy: CompiledPolicy) => boolean): PolicyIndex => {
  const asked = (list: readonly CompiledPolicy[]) => list.filter(wanted)
  const linkedTo = (type: string): PolicyIndex['users'] => {
    const prefix = `${type}/`
    const lists = [...linked].filter(([key]) => key.startsWith(prefix))
    return new Map(lists.map(([key, list]) => [key.slice(prefix.length), sliceOf(asked(list))]))
  }
  return { users: linkedTo('User'), clients: linkedTo('Client'), operations: linkedTo('Operation'), global: sliceOf(asked(global)) }
}

const isBounded = ({ matcher }: CompiledPolicy): boolean => matcher.grant !== undefined

const indexed = (lists: Lists): CompiledPolicies => {
  const plain = (kind: 'rest' | 'rpc') => indexOf(lists, (one) => !isBounded(one) && (one.type ?? kind) === kind)
  const all = [...lists.global, ...[...lists.linked.values()].flat()]
  return {
    ...lists,
    index: { rest: plain('rest'), rpc: plain('rpc') },
    bounded: all.some(isBounded) ? indexOf(lists, isBounded) : undefined,
  }
}

const compilePolicy = (policy: PolicySource, site: Site, definitions: Definitions | undefined): CompiledPolicy => {
  const compiled = {
    id: typeof policy.id === 'string' ? policy.id : '',
    matcher: compileEngine(policy, site, { definitions }),
    facts: factsOf(policy),
    roleName: roleNameOf(policy, site.in('roleName')),
    type: typeOf(policy, site.in('type')),
    ofWho: looksAtWho(policy),
  }
  if ((policy.engine === 'allow-rpc' || policy.engine === 'matcho-rpc') && policy.type !== 'rpc') {
    site.in('type').error(`a policy of engine ${policy.engine} needs type: rpc`)
  }
  if (compiled.matcher.grant && compiled.type === 'rpc') site.in('type').error('searches decide on FHIR resources; /rpc has none')
  return compiled
}

/** Compiles all policies at once: all of them, or every reason why not. Without definitions there are no searches. */
export const compilePolicies = (sources: readonly object[], definitions?: Definitions): Compilation => {
  const found: PolicyDiagnostic[] = []
  const global: CompiledPolicy[] = []
  const linked = new Map<string, CompiledPolicy[]>()
  const linted: Linked[] = []
  for (const source of sources) {
    const policy: PolicySource = { ...source }
    const site = siteOf(typeof policy.id === 'string' ? policy.id : '', found)
    const compiled = compilePolicy(policy, site, definitions)
    const links = linksOf(policy, site.in('link'))
    linted.push({ policy, links, site })
    if (links === undefined) global.push(compiled)
    for (const link of new Set(links)) {
      const list = linked.get(link)
      if (list) list.push(compiled)
      else linked.set(link, [compiled])
    }
  }
  // What does not load is not linted: its errors are what there is to say.
  const wrong = new Set(found.filter(({ severity }) => severity === 'error').map(({ policy }) => policy))
  const sound = linted.filter(({ policy }) => !wrong.has(String(policy.id)))
  for (const { policy, site } of sound) lintPolicy(policy, site)
  lintUnreachable(sound)
  return found.some(({ severity }) => severity === 'error')
    ? { ok: false, diagnostics: found }
    : { ok: true, policies: indexed({ global, linked }), warnings: found }
}
