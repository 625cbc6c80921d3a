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

/** Distinct scope texts kept, and their length: what apps ask for is few and short, but it is the apps' to choose. */
const KEPT = 2048
const KEPT_LENGTH = 256
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

/** For the path of every request: a reader that remembers what it read; the oldest is forgotten first. */
export const rememberingReader = (definitions: Definitions, compileQuery: CompileQuery): ScopeReader => {
  const kept = new Map<string, ReadScope | undefined>()
  const remember = (text: string): ReadScope | undefined => {
    const read = readScope(text, definitions, compileQuery)
    if (text.length > KEPT_LENGTH) return read
    const [oldest] = kept.keys()
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(text, read)
    return read
  }
  return (text) => {
    const known = kept.get(text)
    return known || kept.has(text) ? known : remember(text)
  }
}
