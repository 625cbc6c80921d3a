// A person's browser without JavaScript: keeps cookies, follows redirects within the box, fills in the form of the page it shows.
import type { Box } from '../../src/box.ts'

/** A box in this process, or one on a socket. */
export type Site = Pick<Box, 'baseUrl' | 'request'>

/** RFC 7636 appendix B */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const unescaped = (text: string): string =>
  text.replace(
    /&(?:#39|amp|lt|gt|quot);/g,
    (found) => ({ '&#39;': "'", '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' })[found] ?? found,
  )
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescaped(value)
}

export class Browser {
  /** Where the last request was sent outside of the box. */
  redirected: string | undefined
  /** The status that sent it there. */
  redirectStatus = 0
  page = ''
  status = 0
  headers = new Headers()
  readonly #box: Site
  readonly #added: Readonly<Record<string, string>>
  readonly #cookies = new Map<string, string>()
  #url: string

  /** `added` are headers of every request, such as a User-Agent. */
  constructor(box: Site, added: Readonly<Record<string, string>> = {}) {
    this.#box = box
    this.#url = box.baseUrl
    this.#added = added
  }

  /** The Cookie header that it sends. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #request(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers({ ...this.#added, ...Object.fromEntries(new Headers(init.headers)) })
    if (this.cookie) headers.set('cookie', this.cookie)
    return this.#box.request(new Request(url, { ...init, headers, redirect: 'manual' }))
  }

  async #go(url: string, init: RequestInit = {}): Promise<string> {
    const response = await this.#request(url, init)
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', ...value] = pair.split('=')
      if (/max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value.join('='))
    }
    const location = response.headers.get('location')
    if (location === null) {
      this.#url = url
      this.status = response.status
      this.headers = response.headers
      this.page = await response.text()
      return this.page
    }
    const next = new URL(location, url)
    if (next.origin !== new URL(this.#box.baseUrl).origin || !next.pathname.startsWith('/auth/')) {
      this.redirected = next.href
      this.redirectStatus = response.status
      return ''
    }
    return this.#go(next.href)
  }

  /** Opens a path of the box, or a URL in it. */
  open(path: string | URL): Promise<string> {
    this.redirected = undefined
    return this.#go(path instanceof URL ? path.href : `${this.#box.baseUrl}${path}`)
  }

  /** Sends a request as a script of a page would, with the browser's cookies; answers the status. */
  async send(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
    return (await this.#request(`${this.#box.baseUrl}${path}`, { method, headers })).status
  }

  /** Submits the page's first form with what it holds (ticked boxes included), changed by `fields`; `without` unticks values. */
  submit(fields: Record<string, string>, without: readonly string[] = []): Promise<string> {
    const [form = ''] = /<form[\s\S]*?<\/form>/.exec(this.page) ?? []
    const pairs: [string, string][] = []
    for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
      const name = attribute(tag, 'name')
      const type = attribute(tag, 'type') ?? 'text'
      if (name === undefined || name in fields || /^(?:submit|button|radio)$/.test(type)) continue
      if (type === 'checkbox' && !/\schecked\b/.test(tag)) continue
      const value = attribute(tag, 'value') ?? ''
      if (!without.includes(value)) pairs.push([name, value])
    }
    const body = new URLSearchParams([...pairs, ...Object.entries(fields)])
    const action = new URL(attribute(form, 'action') ?? '', this.#url)
    return this.#go(action.href, { method: 'POST', body, headers: { origin: new URL(this.#box.baseUrl).origin } })
  }
}
