// From method and segments to a row of the interactions' table (R4 http.html). Rows are data: interactions/table.ts.
import type { Method } from '../http/request.ts'
import type { Permission } from './access.ts'
import { isId } from './ids.ts'
import { FhirError } from './outcome.ts'
import type { Format } from './request.ts'

/** `pattern` is written as R4 does, relative to the base; `$name` matches any operation. */
export interface Row<Handler> {
  readonly method: Method
  readonly pattern: string
  /** FHIR's code (valueset-type-restful-interaction). */
  readonly interaction: string
  /** Aidbox's Operation id without its `Fhir`. */
  readonly operation: string
  readonly permissions: readonly Permission[]
  readonly handler: Handler
}

export interface Route {
  readonly interaction: string
  /** Aidbox's Operation id: `FhirRead`, and `Read` in its own format. */
  readonly operation: string
  readonly permissions: readonly Permission[]
  readonly type: string | undefined
  readonly id: string | undefined
  /** The version of a vread. */
  readonly vid: string | undefined
  /** The type that a compartment search asks for, or `*`. */
  readonly target: string | undefined
  /** With its `$`. */
  readonly name: string | undefined
}

const NOT_HERE = 'there is nothing of this name here'

type Bindings = Readonly<Record<string, string>>

const partsOf = new Map<string, readonly string[]>()

/** A pattern's parts, split once. */
const split = (pattern: string): readonly string[] => {
  const known = partsOf.get(pattern)
  if (known) return known
  const parts = pattern === '' ? [] : pattern.split('/')
  partsOf.set(pattern, parts)
  return parts
}

const isName = (segment: string): boolean => segment.startsWith('$') || segment.startsWith('_') || segment === 'metadata'

const fits = (part: string, segment: string): boolean => {
  if (part === '$name') return segment.startsWith('$')
  return part.startsWith(':') ? !isName(segment) : part === segment
}

const bind = (pattern: string, segments: readonly string[]): Bindings | undefined => {
  const parts = split(pattern)
  if (parts.length !== segments.length || !parts.every((part, at) => fits(part, segments[at] ?? ''))) return undefined
  const bindings: Record<string, string> = {}
  for (const [at, part] of parts.entries()) {
    if (part === '$name' || part.startsWith(':')) bindings[part.slice(1)] = segments[at] ?? ''
  }
  return bindings
}

const check = ({ type, id, vid, target }: Bindings, { serves, owns }: RouteInput<unknown>): void => {
  if (type !== undefined && !serves(type)) throw new FhirError('not-found', NOT_HERE)
  if (id !== undefined && !isId(id, type !== undefined && owns(type))) throw new FhirError('value', 'the id is not valid')
  if (vid !== undefined && !isId(vid, false)) throw new FhirError('value', 'the version is not valid')
  if (target !== undefined && target !== '*' && !serves(target)) throw new FhirError('not-found', NOT_HERE)
}

interface RouteInput<Handler> {
  readonly method: Method
  /** Below the base. */
  readonly segments: readonly string[]
  readonly format: Format
  readonly serves: (type: string) => boolean
  /** Is the type the configuration's. */
  readonly owns: (type: string) => boolean
  readonly rows: ReadonlyArray<Row<Handler>>
}

/** The row and the route of a request. Throws FhirError 400, 404, or 405 with Allow. */
export const routeOf = <Handler>(input: RouteInput<Handler>): { readonly row: Row<Handler>; readonly route: Route } => {
  const found = input.rows.flatMap((row) => {
    const bindings = bind(row.pattern, input.segments)
    return bindings ? [{ row, bindings }] : []
  })
  const [first] = found
  if (!first) throw new FhirError('not-found', NOT_HERE)
  check(first.bindings, input)
  const method = input.method === 'HEAD' ? 'GET' : input.method
  const match = found.find(({ row }) => row.method === method)
  if (!match) {
    const allow = [...new Set(found.map(({ row }) => row.method))].join(', ')
    throw new FhirError('not-supported', 'this method is not supported here', { headers: { allow } })
  }
  const { row, bindings } = match
  const { type, id, vid, target, name } = bindings
  const operation = input.format === 'fhir' ? `Fhir${row.operation}` : row.operation
  return { row, route: { interaction: name ?? row.interaction, operation, permissions: row.permissions, type, id, vid, target, name } }
}
