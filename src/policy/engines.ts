// The engines of AccessPolicy as one visible table (aidbox-behaviour §3.3). Each compiles a policy to a test of the request object.
import type { Definitions } from '../fhir/definitions/definitions.ts'
import type { Site } from './diagnostics.ts'
import { compileJsonLogic } from './json-logic/compile.ts'
import { compileJsonSchema } from './json-schema.ts'
import { compileMatcho } from './matcho/compile.ts'
import { DEAR, every, leaf, type Matcher, never, some } from './matcho/matcher.ts'
import { at, isMap, type Json } from './matcho/value.ts'
import { compileSearches } from './search/compile.ts'

/** What engines read of a policy, and of an item of `complex`. */
export type PolicySource = Json

/** What engines may need beside the policy. */
export interface EngineContext {
  /** What can be searched for. */
  readonly definitions: Definitions | undefined
  /** Of which complex policy this is an item. */
  readonly within?: 'and' | 'or'
}

type Engine = (policy: PolicySource, site: Site, context: EngineContext) => Matcher

const ALLOW: Matcher = leaf('allow', () => true)

const matcho: Engine = (policy, site) => {
  if (isMap(policy.matcho)) return compileMatcho(policy.matcho, site.in('matcho'))
  site.error('a matcho policy needs a `matcho` pattern')
  return never(policy)
}

/** Exactly one of `and` and `or` per level; an empty list is an error, not true (P-11). */
const complex: Engine = (policy, site, context) => {
  const key = policy.and === undefined ? 'or' : 'and'
  if (policy.and !== undefined && policy.or !== undefined) site.error('a complex policy has `and` or `or`, not both; nest them')
  const items: unknown = policy[key]
  if (!Array.isArray(items) || items.length === 0) {
    site.in(key).error(`a complex policy needs a list of policies in \`${key}\``)
    return never(policy)
  }
  const of = items.map((item: unknown, index) => compileEngine(item, site.in(key, String(index)), { ...context, within: key }))
  return key === 'and' ? every(of) : some(of)
}

const METHOD = ['params', '_m']

const rpc = (policy: PolicySource, site: Site, compile: (pattern: unknown, site: Site) => Matcher): Matcher => {
  const methods = isMap(policy.rpc) ? Object.entries(policy.rpc) : []
  if (methods.length === 0) {
    site.in('rpc').error('this policy needs the methods that it grants in `rpc`')
    return never(policy)
  }
  const table = new Map(methods.map(([method, pattern]) => [method, compile(pattern, site.in('rpc', method))]))
  const matcherOf = (request: unknown) => {
    const method = at(request, METHOD)
    return typeof method === 'string' ? table.get(method) : undefined
  }
  return {
    cost: [...table.values()].reduce((sum, { cost }) => sum + cost, 1),
    test: (value, request) => matcherOf(request)?.test(value, request) ?? false,
    explain: (value, request, path) => {
      const matcher = matcherOf(request)
      return matcher ? matcher.explain(value, request, path) : { expected: [...table.keys()], but: at(request, METHOD), path: METHOD }
    },
  }
}

const allowRpc: Engine = (policy, site) =>
  rpc(policy, site, (value, where) => {
    if (value !== true) where.error('allow-rpc grants a method by `true`; use matcho-rpc for conditions')
    return value === true ? ALLOW : never(value)
  })

/** `{}` is documented as: anyone may call this method. */
const matchoRpc: Engine = (policy, site) =>
  rpc(policy, site, (pattern, where) => {
    if (isMap(pattern) && Object.keys(pattern).length === 0) return ALLOW
    if (isMap(pattern)) return compileMatcho(pattern, where)
    where.error('matcho-rpc needs a pattern for each method')
    return never(pattern)
  })

const refused =
  (advice: string): Engine =>
  (policy, site) => {
    site.in('engine').error(advice)
    return never(policy)
  }

/** Aidbox's documented example, "a practitioner sees their own patients". */
const SQL_AS_SEARCH =
  'search: [{resourceType: Patient, query: "general-practitioner=Practitioner/{{user.data.practitioner_id}}"}]; the README has more'

const isResourceScope = (scope: unknown): boolean => typeof scope === 'string' && /^(patient|user|system)\//.test(scope)

/** The token carries SMART resource scopes: they were enforced before any policy was asked, so they cover the request. */
const HELD_TO_SCOPES: Matcher = {
  cost: DEAR,
  test: (_value, request) => {
    const scope = at(request, ['session', 'scope'])
    return Array.isArray(scope) && scope.some(isResourceScope)
  },
  explain: (value, request, path) =>
    HELD_TO_SCOPES.test(value, request)
      ? undefined
      : { expected: 'a SMART resource scope', but: at(request, ['session', 'scope']), path: [...path, 'session', 'scope'] },
}

/** As Aidbox's samples have it, beside other conditions. By itself it would make scopes grant, which they never do. */
const smartOnFhir: Engine = (policy, site, { within }) => {
  if (within === 'and') return HELD_TO_SCOPES
  site
    .in('engine')
    .error('scopes are enforced without a policy and never grant by themselves; smart-on-fhir stands in an `and` beside others')
  return never(policy)
}

export const ENGINES: ReadonlyMap<string, Engine> = new Map<string, Engine>([
  ['allow', () => ALLOW],
  ['matcho', matcho],
  ['json-schema', (policy, site) => compileJsonSchema(policy.schema, site.in('schema'))],
  ['complex', complex],
  ['allow-rpc', allowRpc],
  ['matcho-rpc', matchoRpc],
  ['json-logic', (policy, site) => compileJsonLogic(policy['json-logic'], site.in('json-logic'))],
  ['search', (policy, site, { definitions }) => compileSearches(policy.search, definitions, site.in('search'))],
  ['smart-on-fhir', smartOnFhir],
  ['sql', refused(`the engine sql needs PostgreSQL and is not served; say it with the engine search, as in ${SQL_AS_SEARCH}`)],
  ['clj', refused('the engine clj was removed from Aidbox; say it with matcho')],
  ['signed-rpc', refused('the engine signed-rpc is not served; use matcho-rpc, so that no grant comes with the request that it grants')],
])

/** Compiles a policy, or an item of a complex one, by its engine. What is wrong is said to `site`, and then it never grants. */
export const compileEngine = (policy: unknown, site: Site, context: EngineContext): Matcher => {
  const name = isMap(policy) ? policy.engine : undefined
  const engine = typeof name === 'string' ? ENGINES.get(name) : undefined
  if (isMap(policy) && engine) return engine(policy, site, context)
  site.in('engine').error(`unknown engine ${JSON.stringify(name)}; known are ${[...ENGINES.keys()].slice(0, 8).join(' ')}`)
  return never(policy)
}
