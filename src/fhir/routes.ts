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

/** One pattern with the rows of its methods. */
interface Pattern<Handler> {
  readonly parts: readonly string[]
  readonly rows: ReadonlyMap<Method, Row<Handler>>
}

/** The patterns in the order in which they first stand in the rows. */
export type Routes<Handler> = ReadonlyArray<Pattern<Handler>>

/** Compiles the rows, before any request. */
export const routesOf = <Handler>(rows: ReadonlyArray<Row<Handler>>): Routes<Handler> => {
  const patterns = [...new Set(rows.map(({ pattern }) => pattern))]
  return patterns.map((pattern) => ({
    parts: pattern === '' ? [] : pattern.split('/'),
    rows: new Map(rows.filter((row) => row.pattern === pattern).map((row) => [row.method, row])),
  }))
}

const isName = (segment: string): boolean => segment.startsWith('$') || segment.startsWith('_') || segment === 'metadata'

const fitsPart = (part: string, segment: string): boolean => {
  if (part === '$name') return segment.startsWith('$')
  return part.startsWith(':') ? !isName(segment) : part === segment
}

const fits = (parts: readonly string[], segments: readonly string[]): boolean =>
  parts.length === segments.length && parts.every((part, at) => fitsPart(part, segments[at] ?? ''))

type Bindings = Readonly<Record<string, string>>

const bind = (parts: readonly string[], segments: readonly string[]): Bindings => {
  const bindings: Record<string, string> = {}
  parts.forEach((part, at) => {
    if (part === '$name' || part.startsWith(':')) bindings[part.slice(1)] = segments[at] ?? ''
  })
  return bindings
}

const check = ({ type, id, vid, target }: Bindings, { serves, owns }: Pick<RouteInput<unknown>, 'serves' | 'owns'>): void => {
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
  readonly routes: Routes<Handler>
}

const allowed = (fitting: Routes<unknown>): string => [...new Set(fitting.flatMap(({ rows }) => [...rows.keys()]))].join(', ')

/** The row and the route of a request. Throws FhirError 400, 404, or 405 with Allow. */
export const routeOf = <Handler>(input: RouteInput<Handler>): { readonly row: Row<Handler>; readonly route: Route } => {
  const { segments, format, routes } = input
  const fitting = routes.filter(({ parts }) => fits(parts, segments))
  const [first] = fitting
  if (!first) throw new FhirError('not-found', NOT_HERE)
  check(bind(first.parts, segments), input)
  const method = input.method === 'HEAD' ? 'GET' : input.method
  const match = fitting.find(({ rows }) => rows.has(method))
  const row = match?.rows.get(method)
  if (!match || !row) throw new FhirError('not-supported', 'this method is not supported here', { headers: { allow: allowed(fitting) } })
  const { type, id, vid, target, name } = bind(match.parts, segments)
  const operation = format === 'fhir' ? `Fhir${row.operation}` : row.operation
  return { row, route: { interaction: name ?? row.interaction, operation, permissions: row.permissions, type, id, vid, target, name } }
}
