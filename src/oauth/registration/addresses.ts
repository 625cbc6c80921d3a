// The addresses that a stranger may register (RFC 7591 §5, RFC 8252 §7; security-requirements O-32, E-01).
import { isPublicHost } from '../../http/egress.ts'

const MAX_LENGTH = 2_000
/** Visible ASCII without what one reader takes for a delimiter and another does not. */
const PLAIN = /^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])
/** A scheme of an app's own is a domain name turned round (RFC 8252 §7.1): the dot keeps `javascript:` and its like out. */
const APP_SCHEME = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/

const parsed = (uri: string): URL | undefined => {
  if (uri.length > MAX_LENGTH || !PLAIN.test(uri) || uri.includes('#') || uri.includes('*') || !URL.canParse(uri)) return undefined
  const url = new URL(uri)
  return url.username === '' && url.password === '' ? url : undefined
}

/** May a browser be sent there: https, http on the person's own machine, or an app's own scheme? */
export const isRedirectTarget = (uri: string): boolean => {
  const url = parsed(uri)
  if (!url) return false
  if (url.protocol === 'https:') return url.hostname !== ''
  return url.protocol === 'http:' ? LOOPBACK.has(url.hostname) : APP_SCHEME.test(url.protocol)
}

/** May this server be sent there: https, and no address that is inside by its spelling? Where a name leads is looked at on each fetch. */
export const isKeySetAddress = (uri: string): boolean => {
  const url = parsed(uri)
  return url !== undefined && url.protocol === 'https:' && isPublicHost(url.hostname)
}
