// A client's public keys, inline or by `jwks_uri`: cached by HTTP rules for at most 5 minutes, asked again for an unknown kid at most
// once a minute, the last good set kept while the endpoint is down (security-requirements J-09).
import type { JWK } from 'jose'
import { parseJson } from '../../http/json.ts'
import type { Fetch } from '../../http/runtime.ts'
import type { Provider } from '../provider.ts'
import type { Client } from '../types/client.ts'

const MAX_AGE_MS = 300_000
const UNKNOWN_KID_MS = 60_000
const AFTER_FAILURE_MS = 5_000
const MAX_KEYS = 100

interface Cached {
  keys: readonly JWK[]
  freshUntil: number
  tried: number
  pending: Promise<void> | undefined
}
/** One cache per box: its Fetch outlives the generations of its tables and is shared with no other box. */
const caches = new WeakMap<Fetch, Map<string, Cached>>()

const entryOf = (fetch: Fetch, url: string): Cached => {
  const cache = caches.get(fetch) ?? new Map<string, Cached>()
  caches.set(fetch, cache)
  const entry = cache.get(url) ?? { keys: [], freshUntil: 0, tried: Number.NEGATIVE_INFINITY, pending: undefined }
  cache.set(url, entry)
  return entry
}

const isKey = (value: unknown): value is JWK => typeof value === 'object' && value !== null && 'kty' in value

const keysOf = (text: string): readonly JWK[] => {
  const body = parseJson(text)
  const keys = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : undefined
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new Error('not a JWK Set')
  return keys.filter(isKey)
}

const maxAge = (cacheControl: string | null): number => {
  if (cacheControl && /\bno-(store|cache)\b/.test(cacheControl)) return 0
  const seconds = /\bmax-age=(\d{1,9})\b/.exec(cacheControl ?? '')?.[1]
  return seconds === undefined ? MAX_AGE_MS : Math.min(MAX_AGE_MS, Number(seconds) * 1_000)
}

const refresh = async (url: string, entry: Cached, provider: Provider): Promise<void> => {
  entry.tried = provider.clock.now()
  try {
    const response = await provider.fetch(url, { headers: { accept: 'application/json' } })
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    entry.keys = keysOf(await response.text())
    entry.freshUntil = entry.tried + maxAge(response.headers.get('cache-control'))
  } catch (error) {
    provider.log.warn({ url, reason: error instanceof Error ? error.message : 'unknown' }, 'jwks_uri could not be read')
  }
}

const refreshOnce = async (url: string, entry: Cached, provider: Provider): Promise<void> => {
  entry.pending ??= refresh(url, entry, provider).finally(() => {
    entry.pending = undefined
  })
  await entry.pending
}

/** The client's keys, asked again where `kid` is not among them. */
export const clientKeys = async (client: Client, kid: string | undefined, provider: Provider): Promise<readonly JWK[]> => {
  const url = client.jwks_uri
  if (url === undefined) return (client.jwks ?? []) as readonly JWK[]
  const entry = entryOf(provider.fetch, url)
  const now = provider.clock.now()
  const stale = now >= entry.freshUntil && now - entry.tried >= AFTER_FAILURE_MS
  if (stale || entry.pending) await refreshOnce(url, entry, provider)
  const known = kid === undefined || entry.keys.some((key) => key.kid === kid)
  if (!known && provider.clock.now() - entry.tried >= UNKNOWN_KID_MS) await refreshOnce(url, entry, provider)
  return entry.keys
}
