// The browser as the server knows it: a random cookie that binds pages and forms to it, and the login (security-requirements L-01, L-03).
import { createHmac } from 'node:crypto'
import { cookie, readCookie } from '../../http/cookie.ts'
import { HttpError } from '../../http/errors.ts'
import { MalformedParameters, type Parameters, parseParameters } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import type { LoginRecord } from '../../store/records.ts'
import type { Provider } from '../provider.ts'
import { equalSecrets, randomToken, sha256 } from '../secret.ts'
import { isActive } from '../session.ts'
import type { User } from '../types/user.ts'

const IDLE = 8 * 3_600_000
const TOTAL = 24 * 3_600_000
/** How stale `seen` may become: a write per minute at most. */
const TOUCH = 60_000
const MAX_AGENT = 256

export type SetCookie = readonly ['set-cookie', string]

/** Path of the base URL, `''` at the root. */
export const basePath = (provider: Provider): string => new URL(provider.issuer).pathname.replace(/\/$/, '')

/** Boxes of one host share its cookies, so each names its own. */
const nameOf = (provider: Provider, name: string): string => `emberbox_${name}${basePath(provider).replace(/\W/g, '_')}`

const read = (request: CanonicalRequest, provider: Provider, name: string): string | undefined => {
  const value = readCookie(request, nameOf(provider, name), { insecure: provider.insecureCookies })
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
}

const write = (provider: Provider, name: string, value: string, maxAge?: number): SetCookie => [
  'set-cookie',
  cookie(nameOf(provider, name), value, { insecure: provider.insecureCookies, ...(maxAge !== undefined && { maxAge }) }),
]

/** The browser's own secret, made when it comes without one. */
export const browserOf = (
  request: CanonicalRequest,
  provider: Provider,
): { readonly id: string; readonly cookies: readonly SetCookie[] } => {
  const known = read(request, provider, 'browser')
  if (known) return { id: known, cookies: [] }
  const id = randomToken(provider.random)
  return { id, cookies: [write(provider, 'browser', id)] }
}

/** The value of a form's hidden `csrf` field. */
export const csrfToken = (browser: string, provider: Provider): string =>
  createHmac('sha256', provider.keys.secret('csrf')).update(browser).digest('base64url')

/** Reads a form body. */
export const readForm = async (request: CanonicalRequest): Promise<Parameters> => {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw new HttpError(415, 'the body must be a form')
  try {
    return parseParameters(new TextDecoder('utf-8', { fatal: true }).decode(await request.body()))
  } catch (error) {
    if (error instanceof MalformedParameters || error instanceof TypeError) throw new HttpError(400, 'the form cannot be read')
    throw error
  }
}

/** Was the form sent by a page of ours? A browser says so in Sec-Fetch-Site; Origin is `null` under no-referrer. */
const isSameOrigin = (request: CanonicalRequest, provider: Provider): boolean => {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return origin === undefined || origin === 'null' || origin === new URL(provider.issuer).origin
}

/** The same where no form proves it: then the browser must say so. */
export const comesFromUs = (request: CanonicalRequest, provider: Provider): boolean =>
  isSameOrigin(request, provider) &&
  (request.headers.get('sec-fetch-site') === 'same-origin' || request.headers.get('origin') === new URL(provider.issuer).origin)

/** A form of one of our pages, sent by the browser that was given the page; anything else is 403. */
export const trustedForm = async (request: CanonicalRequest, provider: Provider): Promise<{ form: Parameters; browser: string }> => {
  const form = await readForm(request)
  const browser = read(request, provider, 'browser')
  if (!browser || !isSameOrigin(request, provider) || !equalSecrets(form.get('csrf') ?? '', csrfToken(browser, provider))) {
    throw new HttpError(403, 'This form was not sent from a page of this server, or your browser keeps no cookies. Go back and try again.')
  }
  return { form, browser }
}

/** Has this login neither ended nor idled out? */
export const isLoginLive = ({ expires, seen }: LoginRecord, now: number): boolean => expires > now && seen + IDLE > now

/** Who is signed in with this browser; undefined when the login ended, idled out or its user is disabled (L-13). */
export const loginOf = async (
  request: CanonicalRequest,
  provider: Provider,
): Promise<{ readonly login: LoginRecord; readonly user: User } | undefined> => {
  const token = read(request, provider, 'login')
  const login = token === undefined ? undefined : await provider.records.login(sha256(token))
  const now = provider.clock.now()
  if (!login || !isLoginLive(login, now)) return undefined
  const user = await provider.users.byId(login.user)
  if (!user || !isActive(user)) return undefined
  if (now - login.seen > TOUCH) await provider.records.putLogin({ ...login, seen: now })
  return { login, user }
}

/** Signs the user in under a fresh secret; the old login of this browser ends, and a planted cookie is worth nothing. */
export const signIn = async (
  request: CanonicalRequest,
  provider: Provider,
  user: string,
): Promise<{ hash: string; cookies: SetCookie[] }> => {
  const old = read(request, provider, 'login')
  if (old !== undefined) await provider.records.endLogin(sha256(old), { sessions: false })
  const token = randomToken(provider.random)
  const now = provider.clock.now()
  const hash = sha256(token)
  const agent = (request.headers.get('user-agent') ?? '').slice(0, MAX_AGENT)
  await provider.records.putLogin({ hash, user, authenticated: now, seen: now, expires: now + TOTAL, agent })
  return { hash, cookies: [write(provider, 'login', token, TOTAL / 1_000)] }
}

/** Ends the login and what it bought that does not outlive it (security-requirements L-04, O-13). */
export const signOut = async (request: CanonicalRequest, provider: Provider): Promise<readonly SetCookie[]> => {
  const token = read(request, provider, 'login')
  if (token !== undefined) await provider.records.endLogin(sha256(token), { sessions: true })
  return [write(provider, 'login', '', 0), write(provider, 'browser', '', 0)]
}
