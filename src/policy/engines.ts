// The engines of AccessPolicy as one visible table (aidbox-behaviour §3.3). Each compiles a policy to a test of the request object.
import type { Site } from './diagnostics.ts'
import { compileJsonSchema } from './json-schema.ts'
import { compileMatcho } from './matcho/compile.ts'
import { every, leaf, type Matcher, never, some } from './matcho/matcher.ts'
import { at, isMap, type Json } from './matcho/value.ts'

/** What engines read of a policy, and of an item of `complex`. */
export type PolicySource = Json

type Engine = (policy: PolicySource, site: Site) => Matcher

const ALLOW: Matcher = leaf('allow', () => true)

const matcho: Engine = (policy, site) => {
  if (isMap(policy.matcho)) return compileMatcho(policy.matcho, site.in('matcho'))
  site.error('a matcho policy needs a `matcho` pattern')
  return never(policy)
}

/** Exactly one of `and` and `or` per level; an empty list is an error, not true (P-11). */
const complex: Engine = (policy, site) => {
  const key = policy.and === undefined ? 'or' : 'and'
  if (policy.and !== undefined && policy.or !== undefined) site.error('a complex policy has `and` or `or`, not both; nest them')
  const items: unknown = policy[key]
  if (!Array.isArray(items) || items.length === 0) {
    site.in(key).error(`a complex policy needs a list of policies in \`${key}\``)
    return never(policy)
  }
  const of = items.map((item: unknown, index) => compileEngine(item, site.in(key, String(index))))
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

export const ENGINES: ReadonlyMap<string, Engine> = new Map<string, Engine>([
  ['allow', () => ALLOW],
  ['matcho', matcho],
  ['json-schema', (policy, site) => compileJsonSchema(policy.schema, site.in('schema'))],
  ['complex', complex],
  ['allow-rpc', allowRpc],
  ['matcho-rpc', matchoRpc],
  ['sql', refused('the engine sql needs PostgreSQL and is not served; say it with matcho')],
  ['clj', refused('the engine clj was removed from Aidbox; say it with matcho')],
  ['search', refused('the engine search is not served yet; say it with matcho')],
  ['json-logic', refused('the engine json-logic is not served yet; say it with matcho or json-schema')],
  ['signed-rpc', refused('the engine signed-rpc is not served; use matcho-rpc')],
  ['smart-on-fhir', refused('scopes are enforced without a policy; use allow, matcho or complex instead of smart-on-fhir')],
])

/** Compiles a policy, or an item of a complex one, by its engine. What is wrong is said to `site`, and then it never grants. */
export const compileEngine = (policy: unknown, site: Site): Matcher => {
  const name = isMap(policy) ? policy.engine : undefined
  const engine = typeof name === 'string' ? ENGINES.get(name) : undefined
  if (isMap(policy) && engine) return engine(policy, site)
  site.in('engine').error(`unknown engine ${JSON.stringify(name)}; known are ${[...ENGINES.keys()].slice(0, 6).join(' ')}`)
  return never(policy)
}
