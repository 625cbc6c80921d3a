// Cookies (RFC 6265bis §4.1): always HttpOnly, SameSite=Lax and host-only; `__Host-` and Secure wherever pages are served over TLS.
import type { CanonicalRequest } from './request.ts'

export interface CookieOptions {
  /** Development on loopback: without `Secure` and therefore without the `__Host-` prefix. */
  readonly insecure: boolean
  /** Seconds; 0 deletes; absent: until the browser closes. */
  readonly maxAge?: number
}

const fullName = (name: string, insecure: boolean): string => (insecure ? name : `__Host-${name}`)

/** The cookie's value; undefined where it is absent or stands twice (one of them was planted). */
export const readCookie = (request: CanonicalRequest, name: string, { insecure }: CookieOptions): string | undefined => {
  const prefix = `${fullName(name, insecure)}=`
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
  return found.length === 1 ? found[0]?.slice(prefix.length) : undefined
}

/** A `Set-Cookie` value. `value` must be of cookie characters, such as base64url. */
export const cookie = (name: string, value: string, { insecure, maxAge }: CookieOptions): string =>
  [
    `${fullName(name, insecure)}=${value}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(insecure ? [] : ['Secure']),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
  ].join('; ')
