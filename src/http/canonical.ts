// From what came over the wire to the canonical request (security-requirements §4.6): one reading of path, query and headers,
// made before routing. What could be read in two ways is refused, so that a policy never decides on another request than is executed.
import { HttpError } from './errors.ts'
import { MalformedParameters, parseParameters } from './parameters.ts'
import type { CanonicalRequest, Method } from './request.ts'

const METHODS: ReadonlySet<string> = new Set<Method>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const SINGLE_HEADERS: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type', 'content-length'])

/** The wire's own view, where there is one (node:http): the request target and headers before any URL parser touched them. */
export interface Wire {
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly remoteAddr: string | undefined
  /** The body as it arrives; without it, it is read from the Request. */
  readonly body?: AsyncIterable<Uint8Array>
  /** The whole body where it is here already, which spares the iteration; may be asked once. */
  arrived?(): Uint8Array | undefined
}

export interface CanonicalOptions {
  readonly id: string
  /** Bytes. */
  readonly maxBody: number
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN_IN_PATH = /[\u0000-\u0020\u007f\\;<>"^`{|}]|%(?:2f|5c|00|25|3b|0[0-9a-f]|1[0-9a-f])/i

const decoded = (segment: string): string => {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new HttpError(400, 'the path holds a malformed percent-escape')
  }
}

/** Empty, `.`, `..`, and what some file systems take for the same name without its last character. */
const isDotSegment = (segment: string): boolean => segment === '' || segment.endsWith('.') || segment.endsWith(' ')

/** The decoded segments of a path; throws HttpError 400 where one could be read in two ways. */
export const segmentsOf = (path: string): string[] => {
  if (!path.startsWith('/') || FORBIDDEN_IN_PATH.test(path)) throw new HttpError(400, 'the path holds a character that is not allowed')
  const raw = path.slice(1).split('/')
  if (raw.at(-1) === '') raw.pop()
  const segments = raw.map(decoded)
  if (segments.some(isDotSegment)) throw new HttpError(400, 'the path holds an empty or dot segment')
  return segments
}

/** Names in lower case, repetitions joined as RFC 9110 §5.3 joins them (cookies by their own separator, RFC 6265 §5.4) or refused. */
const headersOf = (request: Request, wire: Wire | undefined): ReadonlyMap<string, string> => {
  if (!wire) return new Map(request.headers)
  const { rawHeaders } = wire
  const headers = new Map<string, string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    const value = rawHeaders[at + 1] ?? ''
    const before = headers.get(name)
    if (before !== undefined && SINGLE_HEADERS.has(name)) throw new HttpError(400, `the header ${name} stands more than once`)
    headers.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`)
  }
  return headers
}

const readBody = async (
  stream: AsyncIterable<Uint8Array> | null,
  arrived: Wire['arrived'],
  headers: ReadonlyMap<string, string>,
  maxBody: number,
): Promise<Uint8Array> => {
  const tooLarge = () => new HttpError(413, `the body is larger than ${maxBody} bytes`)
  if (Number(headers.get('content-length') ?? 0) > maxBody) throw tooLarge()
  const whole = arrived?.()
  if (whole) {
    if (whole.byteLength > maxBody) throw tooLarge()
    return whole
  }
  if (!stream) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > maxBody) throw tooLarge()
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

const ipv4Mapped = (address: string | undefined): string | undefined => address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '')

/** Path and query of the request target; absolute-form targets are refused, since only the configured base URL names this server. */
const targetOf = (request: Request, wire: Wire | undefined): { path: string; queryString: string } => {
  if (wire) {
    if (!wire.target.startsWith('/')) throw new HttpError(400, 'the request target must be a path')
    const mark = wire.target.indexOf('?')
    return mark < 0
      ? { path: wire.target, queryString: '' }
      : { path: wire.target.slice(0, mark), queryString: wire.target.slice(mark + 1) }
  }
  const url = new URL(request.url)
  return { path: url.pathname, queryString: url.search.slice(1) }
}

/** Reads a request. Throws HttpError 400, 405 or 415; the body is read on demand and may reject with 413. */
export const canonicalRequest = (request: Request, wire: Wire | undefined, options: CanonicalOptions): CanonicalRequest => {
  if (!METHODS.has(request.method)) throw new HttpError(405, 'method not allowed', { headers: { allow: [...METHODS].join(', ') } })
  const headers = headersOf(request, wire)
  const { path, queryString } = targetOf(request, wire)
  const segments = segmentsOf(path)
  const encoding = headers.get('content-encoding') ?? null
  if (encoding !== null && encoding !== 'identity') throw new HttpError(415, 'compressed bodies are not accepted')
  let query: CanonicalRequest['query']
  try {
    query = parseParameters(queryString)
  } catch (error) {
    if (error instanceof MalformedParameters) throw new HttpError(400, error.message)
    throw error
  }
  let body: Promise<Uint8Array> | undefined
  return {
    id: options.id,
    method: request.method as Method,
    path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    segments,
    query,
    queryString,
    headers,
    remoteAddr: ipv4Mapped(wire?.remoteAddr),
    body: () => {
      body ??= readBody(wire?.body ?? request.body, wire?.arrived, headers, options.maxBody)
      return body
    },
  }
}
