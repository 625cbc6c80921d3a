// The entries of a batch or transaction as requests of their own within the enclosing one (R4 http.html#transaction; S-18).
import { segmentsOf } from '../../http/canonical.ts'
import { HttpError } from '../../http/errors.ts'
import type { JsonValue } from '../../http/json.ts'
import { parseParameters } from '../../http/parameters.ts'
import type { Method } from '../../http/request.ts'
import { FhirError } from '../outcome.ts'
import type { FhirRequest } from '../request.ts'
import { isRecord } from '../resource.ts'

export interface BundleEntry {
  readonly fullUrl: string | undefined
  readonly method: Method
  readonly resource: JsonValue | undefined
  readonly request: FhirRequest
}

const METHODS: ReadonlyMap<JsonValue | undefined, Method> = new Map<JsonValue | undefined, Method>([
  ['GET', 'GET'],
  ['HEAD', 'HEAD'],
  ['POST', 'POST'],
  ['PUT', 'PUT'],
  ['PATCH', 'PATCH'],
  ['DELETE', 'DELETE'],
])

/** Members of `entry.request`, and the headers that they stand for. */
const CONDITIONS: ReadonlyArray<readonly [member: string, header: string]> = [
  ['ifMatch', 'if-match'],
  ['ifNoneMatch', 'if-none-match'],
  ['ifModifiedSince', 'if-modified-since'],
  ['ifNoneExist', 'if-none-exist'],
]
/** Of the enclosing request these say something about its own body and answer. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['content-type', 'content-length', 'accept', ...CONDITIONS.map(([, header]) => header)])

/** A Bundle of more is one request that keeps all others waiting (security-requirements R-03). */
const MAX_ENTRIES = 10_000

const refused = (at: number, why: string): FhirError =>
  new FhirError('invalid', `entry ${at}: ${why}`, { expression: `Bundle.entry[${at}].request` })

/** Relative to the base, as Aidbox has it also with a leading slash; never another server's. */
const targetOf = (url: JsonValue | undefined, at: number) => {
  if (typeof url !== 'string' || url === '' || /^\/\/|^[a-z][a-z+.-]*:/i.test(url) || url.includes('#')) {
    throw refused(at, 'the url is not relative to the base')
  }
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const queryString = mark < 0 ? '' : url.slice(mark + 1)
  const segments = segmentsOf(path.startsWith('/') ? path : `/${path}`)
  if (segments.length === 0 && queryString === '') throw refused(at, 'a Bundle within a Bundle is not served')
  return { segments, queryString, query: parseParameters(queryString) }
}

/** A condition that is not text was meant to hold the entry to something: it is refused, never left out. */
const headersOf = (
  outer: ReadonlyMap<string, string>,
  request: { readonly [name: string]: JsonValue },
  at: number,
): ReadonlyMap<string, string> => {
  const headers = new Map([...outer].filter(([name]) => !OWN_HEADERS.has(name)))
  for (const [member, header] of CONDITIONS) {
    const value = request[member]
    if (value !== undefined && typeof value !== 'string') throw refused(at, `${member} is not a string`)
    if (value !== undefined) headers.set(header, value)
  }
  return headers
}

const entryOf = (outer: FhirRequest, entry: JsonValue, at: number): BundleEntry => {
  const request = isRecord(entry) ? entry.request : undefined
  if (!isRecord(entry) || !isRecord(request)) throw refused(at, 'there is no request')
  const method = METHODS.get(request.method)
  if (!method) throw refused(at, 'the method is not one')
  const { segments, queryString, query } = targetOf(request.url, at)
  if (method === 'POST' && segments.length === 0) throw refused(at, 'a Bundle within a Bundle is not served')
  const base = outer.request.path.replace(/\/$/, '')
  return {
    fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : undefined,
    method,
    resource: entry.resource,
    request: {
      ...outer,
      segments,
      request: {
        ...outer.request,
        method,
        path: `${base}/${segments.map(encodeURIComponent).join('/')}`,
        segments: [...outer.request.segments, ...segments],
        query,
        queryString,
        headers: headersOf(outer.request.headers, request, at),
        body: async () => new Uint8Array(),
      },
      entry: { resource: entry.resource },
    },
  }
}

/** The entries, all of them read before the first is served. Throws FhirError and HttpError 400. */
export const entriesOf = (outer: FhirRequest, bundle: { readonly [name: string]: unknown }): ReadonlyArray<BundleEntry | FhirError> => {
  const { entry: list = [] } = bundle
  if (!Array.isArray(list)) throw new FhirError('structure', 'entry is not a list', { expression: 'Bundle.entry' })
  if (list.length > MAX_ENTRIES) throw new FhirError('too-long', `a Bundle has at most ${MAX_ENTRIES} entries`)
  return list.map((entry: JsonValue, at) => {
    try {
      return entryOf(outer, entry, at)
    } catch (error) {
      if (error instanceof FhirError) return error
      if (error instanceof HttpError) return refused(at, error.message)
      throw error
    }
  })
}
