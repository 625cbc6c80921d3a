// Cross-origin answers (design, OAuth and SMART): `*` without credentials where an endpoint allows it at all, narrowed by settings.
import type { CanonicalRequest } from './request.ts'

export interface CorsPolicy {
  readonly enabled: boolean
  /** `['*']`, or the origins that may read answers. */
  readonly origins: readonly string[]
}

const allowedOrigin = (policy: CorsPolicy, origin: string | undefined): string | undefined => {
  if (!policy.enabled || origin === undefined) return undefined
  if (policy.origins.includes('*')) return '*'
  return policy.origins.includes(origin) ? origin : undefined
}

/** Headers that let the request's origin read the answer. Where only some may, every answer depends on who asks (Fetch §CORS and caches). */
export const corsHeaders = (policy: CorsPolicy, request: CanonicalRequest): Record<string, string> => {
  const varies: Record<string, string> = policy.enabled && !policy.origins.includes('*') ? { vary: 'Origin' } : {}
  const origin = allowedOrigin(policy, request.headers.get('origin'))
  if (origin === undefined) return varies
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Location, Content-Location, ETag, Last-Modified, X-Request-Id',
    ...varies,
  }
}

/** The answer to a preflight: the methods and headers that this server understands. */
export const preflight = (policy: CorsPolicy, request: CanonicalRequest): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(policy, request),
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Match, If-None-Exist, X-Request-Id, X-Correlation-Id',
      'access-control-max-age': '600',
    },
  })
