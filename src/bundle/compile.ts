// Configuration resources to tables: all of them, or every reason why not. Both bundles and REST writes come this way (design, decision 2).
import { createHash } from 'node:crypto'
import type { Definitions } from '../fhir/definitions/definitions.ts'
import { withSearchParameters } from '../fhir/definitions/extend.ts'
import { compileSearchParameters } from '../fhir/search/search-parameters.ts'
import type { Api } from '../fhir/types/api.ts'
import type { Operation } from '../fhir/types/operation.ts'
import { ExactNumber, stringifyJson } from '../http/json.ts'
import type { AuthConfig } from '../oauth/types/auth-config.ts'
import type { Client } from '../oauth/types/client.ts'
import type { IdentityProvider } from '../openid/types/identity-provider.ts'
import type { TokenIntrospector } from '../openid/types/token-introspector.ts'
import { compilePolicies } from '../policy/compile.ts'
import type { AccessPolicy } from '../policy/types/access-policy.ts'
import type { Scope } from '../smart/types/scope.ts'
import { apiPathProblems } from './api-paths.ts'
import type { Tables } from './tables.ts'

export interface TableProblem {
  readonly type: string
  readonly id: string
  readonly path: readonly string[]
  readonly message: string
  readonly severity: 'error' | 'warning'
  readonly code?: string
}

export type TableCompilation =
  | { readonly ok: true; readonly tables: Tables; readonly warnings: readonly TableProblem[] }
  | { readonly ok: false; readonly problems: readonly TableProblem[] }

type Resource = Readonly<Record<string, unknown>>

/** A frozen copy in canonical form: keys in order, every number a JavaScript number (configuration holds no decimals). */
const canonical = (value: unknown): unknown => {
  if (value instanceof ExactNumber) return value.valueOf()
  if (Array.isArray(value)) return Object.freeze(value.map(canonical))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.freeze(Object.fromEntries(members.map(([key, item]) => [key, canonical(item)])))
}

/** Resources of one type by id. They were schema-checked, so they have the type's shape. */
const byId = <T>(resources: readonly Resource[], type: string): ReadonlyMap<string, T> =>
  new Map<string, T>(resources.filter(({ resourceType }) => resourceType === type).map((resource) => [String(resource.id), resource as T]))

const digestOf = (resources: readonly Resource[]): string => {
  const texts = resources.map((resource) => stringifyJson(resource)).sort()
  return createHash('sha256').update(texts.join('\n')).digest('hex')
}

/** What the tables are made of. */
export const TABLE_TYPES: ReadonlySet<string> = new Set([
  ...['Client', 'AccessPolicy', 'Scope', 'Operation', 'Api', 'IdentityProvider', 'TokenIntrospector', 'AuthConfig'],
  'SearchParameter',
])

/** Compiles every table from schema-checked resources; types that are no table (User, Role, FHIR's others) are left out. */
export const compileTables = (given: Iterable<Record<string, unknown>>, definitions: Definitions): TableCompilation => {
  const resources = [...given]
    .filter(({ resourceType }) => TABLE_TYPES.has(String(resourceType)))
    .map((resource): Resource => canonical(resource) as Resource)
  const searched = compileSearchParameters(
    definitions,
    resources.filter(({ resourceType }) => resourceType === 'SearchParameter'),
  )
  const compilation = compilePolicies(
    resources.filter(({ resourceType }) => resourceType === 'AccessPolicy'),
    withSearchParameters(definitions, searched.parameters),
  )
  const found = (compilation.ok ? compilation.warnings : compilation.diagnostics).map(
    ({ policy, ...rest }): TableProblem => ({ type: 'AccessPolicy', id: policy, ...rest }),
  )
  found.push(...searched.problems.map((problem): TableProblem => ({ type: 'SearchParameter', severity: 'error', ...problem })))
  const apis = byId<Api>(resources, 'Api')
  found.push(
    ...apiPathProblems(apis.values(), definitions.types).map((problem): TableProblem => ({ type: 'Api', severity: 'error', ...problem })),
  )
  const authConfigs = [...byId<AuthConfig>(resources, 'AuthConfig').values()]
  for (const { id } of authConfigs.slice(1)) {
    found.push({ type: 'AuthConfig', id, path: [], message: 'there can be one AuthConfig only', severity: 'error' })
  }
  if (!compilation.ok || found.some(({ severity }) => severity === 'error')) return { ok: false, problems: found }
  const tables: Tables = Object.freeze({
    clients: byId<Client>(resources, 'Client'),
    policies: Object.freeze(compilation.policies),
    accessPolicies: byId<AccessPolicy>(resources, 'AccessPolicy'),
    scopes: byId<Scope>(resources, 'Scope'),
    operations: byId<Operation>(resources, 'Operation'),
    apis,
    identityProviders: byId<IdentityProvider>(resources, 'IdentityProvider'),
    tokenIntrospectors: byId<TokenIntrospector>(resources, 'TokenIntrospector'),
    authConfig: authConfigs[0],
    searchParameters: Object.freeze(searched.parameters),
    digest: digestOf(resources),
  })
  return { ok: true, tables, warnings: found }
}
