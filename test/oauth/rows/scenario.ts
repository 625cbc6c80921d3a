// A whole box under attack: a clock that the test turns, an outside world that counts who calls it, and a person at their browser.
import { type BoxOptions, createBox } from '../../../src/box.ts'
import { Browser, CHALLENGE, VERIFIER } from '../../box/browser.ts'

export const ISSUER = 'https://box.example'
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
export const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })
export const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` })

type Members = Readonly<Record<string, unknown>>
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON object that was answered; empty where it is none. */
  readonly body: Members
}

const bodyOf = (text: string): Members => {
  try {
    return JSON.parse(text) as Members
  } catch {
    return {}
  }
}

/** What `app` asks, and the changes that a row makes; `undefined` leaves one out. */
export const authorizeQuery = (change: Readonly<Record<string, string | undefined>> = {}): string => {
  const asked = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: 'http://app.example/cb',
    state: 's1',
    aud: `${ISSUER}/fhir`,
    scope: 'openid launch/patient offline_access patient/Patient.rs',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...change,
  }
  return new URLSearchParams(Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))).toString()
}

const SECRETS: Readonly<Record<string, string>> = { web: 'web-secret' }
const REDIRECTS: Readonly<Record<string, string>> = { web: 'http://web.example/cb', other: 'http://other.example/cb' }
const redirectOf = (client: string): string => REDIRECTS[client] ?? 'http://app.example/cb'

export const createScenario = async (options: Partial<BoxOptions> = {}) => {
  const time = { now: Date.parse('2026-01-01T00:00:00Z') }
  /** URLs that the box asked for. */
  const fetched: string[] = []
  const box = await createBox({
    bundles: ['test/smart/fixtures.yaml', 'test/oauth/rows/clients.yaml'],
    baseUrl: ISSUER,
    env: {},
    rootClientSecret: 'root-secret',
    clock: { now: () => time.now },
    fetch: async (url) => {
      fetched.push(String(url))
      return new Response('', { status: 404 })
    },
    ...options,
  })

  const send = async (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> => {
    const response = await box.request(path, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: bodyOf(text) }
  }
  const post = (path: string, form: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
    send('POST', path, { ...FORM, ...headers }, new URLSearchParams(form).toString())
  const token = (form: Readonly<Record<string, string>>, headers: Record<string, string> = {}) => post('/auth/token', form, headers)
  const fhir = (accessToken: unknown, path = '/fhir/Patient/p1') => send('GET', path, bearer(accessToken))
  const asRoot = (method: string, path: string, resource?: object) =>
    send(
      method,
      path,
      { ...basic('root', 'root-secret'), 'content-type': 'application/json' },
      resource === undefined ? undefined : JSON.stringify(resource),
    )

  /** A browser of this user, signed in as soon as it meets the sign-in page. */
  const browsers = new Map<string, Browser>()
  const browserOf = (user: string): Browser => {
    const browser = browsers.get(user) ?? new Browser(box)
    browsers.set(user, browser)
    return browser
  }
  /** What the app is answered when this user allows everything. */
  const authorize = async (change: Readonly<Record<string, string | undefined>> = {}, user = 'amy'): Promise<URLSearchParams> => {
    const browser = browserOf(user)
    const query = { redirect_uri: redirectOf(change.client_id ?? 'app'), ...change }
    await browser.open(`/auth/authorize?${authorizeQuery(query)}`)
    if (browser.page.includes('name="password"')) await browser.submit({ username: user, password: `${user}-password` })
    if (browser.redirected === undefined) await browser.submit({ decision: 'allow' })
    return new URL(browser.redirected ?? 'about:blank').searchParams
  }
  const codeOf = async (change: Readonly<Record<string, string | undefined>> = {}, user = 'amy'): Promise<string> =>
    (await authorize(change, user)).get('code') ?? ''

  const redeem = (code: string, client = 'app', change: Readonly<Record<string, string>> = {}) =>
    token(
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectOf(client),
        ...(SECRETS[client] === undefined && { client_id: client }),
        code_verifier: VERIFIER,
        ...change,
      },
      SECRETS[client] === undefined ? {} : basic(client, SECRETS[client]),
    )
  const refresh = (refreshToken: unknown, client = 'app', change: Readonly<Record<string, string>> = {}) =>
    token(
      {
        grant_type: 'refresh_token',
        refresh_token: String(refreshToken),
        ...(SECRETS[client] === undefined && { client_id: client }),
        ...change,
      },
      SECRETS[client] === undefined ? {} : basic(client, SECRETS[client]),
    )
  /** Tokens that this user's allowing bought. */
  const buy = async (client = 'app', change: Readonly<Record<string, string | undefined>> = {}, user = 'amy'): Promise<Members> =>
    (await redeem(await codeOf({ ...change, client_id: client }, user), client)).body
  const introspect = (text: unknown, headers = basic('api', 'api-secret')) => post('/auth/introspect', { token: String(text) }, headers)

  return { box, time, fetched, send, post, token, fhir, asRoot, browserOf, authorize, codeOf, redeem, refresh, buy, introspect }
}

export type Scenario = Awaited<ReturnType<typeof createScenario>>
