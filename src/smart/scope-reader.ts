// From the text of a scope to what it filters. A scope is read when it is granted (a bad query is `invalid_scope`) and again on every
// request that carries it, so what was read is kept by its text.
import type { Permission } from '../fhir/access.ts'
import type { Definitions } from '../fhir/definitions/definitions.ts'
import type { Parameters } from '../http/parameters.ts'
import { ALL, type Criterion } from '../store/criterion.ts'
import { isChained, parseScope, type ResourceScope } from './scopes.ts'

/** Compiles the query of a granular scope; throws on one without a meaning. `permitted` bounds every hop of its chains. */
export type CompileQuery = (type: string, query: Parameters, permitted: (type: string) => Criterion) => Criterion

export interface ReadScope extends ResourceScope {
  /** A filter that leads to other resources depends on what its bearer may search of them: ask `filterFor`. */
  readonly chained: boolean
  filterFor(permitted: (type: string) => Criterion): Criterion
}

/** `readScope` with what it needs. */
export type ScopeReader = (text: string) => ReadScope | undefined

/** The scopes of a token that grant anything, in order. */
export type ScopesReader = (scope: readonly string[]) => readonly ReadScope[]

/** Distinct lists of scopes kept, and their length in characters: what apps ask for is few and short, but it is the apps' to choose. */
const KEPT = 512
const KEPT_LENGTH = 4096
/** The submitted state of a write is judged without looking at other resources, so a chain cannot bound a write. */
const WRITES: readonly Permission[] = ['c', 'u']

/** Reads one scope. undefined: not a resource scope, of an unknown type, or with a query that cannot be enforced. It grants nothing. */
export const readScope = (text: string, definitions: Definitions, compileQuery: CompileQuery): ReadScope | undefined => {
  const scope = parseScope(text)
  if (!scope || (scope.type !== '*' && !definitions.types.has(scope.type))) return undefined
  const { type, query } = scope
  if (!query) return { ...scope, chained: false, filterFor: () => ALL }
  const chained = isChained(scope)
  if (chained && WRITES.some((permission) => scope.permissions.has(permission))) return undefined
  try {
    const filter = compileQuery(type, query, () => ALL)
    return { ...scope, chained, filterFor: chained ? (permitted) => compileQuery(type, query, permitted) : () => filter }
  } catch {
    return undefined
  }
}

/** For the path of every request: remembers what a list of scopes came to; the oldest list is forgotten first. */
export const rememberingReader = (definitions: Definitions, compileQuery: CompileQuery): ScopesReader => {
  const kept = new Map<string, readonly ReadScope[]>()
  return (scope) => {
    // One text to look up is faster than one for each scope; scopes hold no spaces.
    const key = scope.join(' ')
    const known = kept.get(key)
    if (known) return known
    const read = scope.map((text) => readScope(text, definitions, compileQuery)).filter((one) => one !== undefined)
    if (key.length > KEPT_LENGTH) return read
    const [oldest] = kept.keys()
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(key, read)
    return read
  }
}
