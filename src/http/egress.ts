// Outbound requests (security-requirements E-01): https to public addresses only, unless the operator named the origin.
// The address is resolved once and pinned for the connection, so that a second DNS answer cannot lead inside.
import { lookup } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP } from 'node:net'
import type { Fetch } from './runtime.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 1_048_576

/** Loopback, private, link-local, shared, documentation, multicast and reserved ranges (RFC 6890). */
const INSIDE = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  INSIDE.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  INSIDE.addSubnet(net, prefix, 'ipv6')
}

/** Is this address outside of every private and reserved range? */
export const isPublicAddress = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return isPublicAddress(mapped)
  const family = isIP(address)
  return family !== 0 && !INSIDE.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Is this host not inside by its spelling? A name may still lead inside: `createEgress` looks. */
export const isPublicHost = (hostname: string): boolean => {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? host.includes('.') && !/(^|\.)(localhost|local|internal)\.?$/.test(host) : isPublicAddress(host)
}

const resolvePublic = async (hostname: string): Promise<string> => {
  const host = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address)
  const [first] = addresses
  if (first === undefined || !addresses.every(isPublicAddress)) throw new Error(`egress to ${hostname} is not allowed`)
  return first
}

interface Call {
  readonly url: URL
  readonly pinned: string | undefined
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
  readonly maxBytes: number
  readonly timeoutMs: number
}

const send = ({ url, pinned, method, headers, body, maxBytes, timeoutMs }: Call): Promise<Response> =>
  new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, {
      method,
      headers,
      timeout: timeoutMs,
      agent: false,
      ...(pinned && {
        lookup: (_host: string, _options: unknown, done: (error: null, addresses: { address: string; family: number }[]) => void) =>
          done(null, [{ address: pinned, family: isIP(pinned) }]),
      }),
    })
    const deadline = setTimeout(() => request.destroy(new Error('timed out')), timeoutMs)
    request.on('error', (error) => {
      clearTimeout(deadline)
      reject(error)
    })
    request.on('response', (answer) => {
      const chunks: Buffer[] = []
      let size = 0
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) request.destroy(new Error(`the answer is larger than ${maxBytes / 1_048_576} MB`))
        else chunks.push(chunk)
      })
      answer.on('end', () => {
        clearTimeout(deadline)
        const status = answer.statusCode ?? 502
        if (status >= 300 && status < 400) return reject(new Error('redirects are not followed'))
        const fields = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
          typeof value === 'string' ? [[name, value]] : [],
        )
        return resolve(new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers: fields }))
      })
    })
    request.end(body)
  })

/** The guarded fetch. `allowed` are origins such as `http://localhost:4567` that may be reached whatever their address or scheme. */
export const createEgress =
  (allowed: readonly string[]): Fetch =>
  async (address, init = {}) => {
    const url = new URL(address)
    const named = allowed.includes(url.origin)
    if (!named && url.protocol !== 'https:') throw new Error(`egress to ${url.origin} is not allowed: https only`)
    if (url.username || url.password) throw new Error('credentials in an outbound URL are not allowed')
    const pinned = named ? undefined : await resolvePublic(url.hostname)
    const { method = 'GET', headers = {}, body, maxBytes = MAX_BYTES, timeoutMs = TIMEOUT_MS } = init
    return send({ url, pinned, method, headers, body, maxBytes, timeoutMs })
  }
