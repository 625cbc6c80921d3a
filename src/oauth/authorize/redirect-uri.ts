// Redirect URIs are compared as strings (RFC 9700 §2.1): no parsing, so no two readings. The one exception is the port of a loopback
// address, which a native app learns only when it listens (RFC 8252 §7.3).
import type { Client } from '../types/client.ts'

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?(\/[^#\\]*)?$/

const sameLoopback = (registered: string, asked: string): boolean => {
  const [one, other] = [LOOPBACK.exec(registered), LOOPBACK.exec(asked)]
  return one !== null && other !== null && one[1] === other[1] && (one[2] ?? '') === (other[2] ?? '')
}

/** Schemes that a browser would run or show as content of its own, and URIs with a fragment, never redirect (RFC 6749 §3.1.2). */
export const isUsable = (uri: string): boolean =>
  URL.canParse(uri) && !uri.includes('#') && !/^(javascript|data|vbscript|file|blob|about):/i.test(uri)

/** Did the client register this URI? */
export const isRegistered = (client: Client, asked: string): boolean => {
  const { redirect_uri, redirect_uris = [] } = client.auth?.authorization_code ?? {}
  const registered = redirect_uri === undefined ? redirect_uris : [redirect_uri, ...redirect_uris]
  return isUsable(asked) && registered.some((one) => one === asked || sameLoopback(one, asked))
}
