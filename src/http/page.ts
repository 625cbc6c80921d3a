// The shell of every page for people: one stylesheet, no script, nothing from elsewhere (security-requirements L-02).
import { type Html, html } from './html.ts'

export interface Page {
  readonly title: string
  readonly body: Html
  readonly status?: number
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  /** Name of the organization. */
  readonly brand?: string
  /** Path of the base URL, where a box is not mounted at the root. */
  readonly base?: string
  /** Where a form's answer may redirect to: Chromium applies `form-action` to redirects too. A CSP source such as `https://app.example` or `app:`. */
  readonly formTarget?: string
}

const policy = (formTarget: string | undefined): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    `form-action 'self'${formTarget === undefined ? '' : ` ${formTarget}`}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')

/** The CSP source of a redirect URI: its origin, or its scheme where it is an app's own; undefined where it cannot be one. */
export const formTargetOf = (redirectUri: string): string | undefined => {
  const { protocol, host } = new URL(redirectUri)
  const source = protocol === 'https:' || protocol === 'http:' ? `${protocol}//${host}` : protocol
  return /^[a-z][a-z0-9+.-]*:(\/\/[a-z0-9.:[\]-]+)?$/.test(source) ? source : undefined
}

const shell = ({ title, body, brand = 'Emberbox', base = '' }: Page): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} &middot; ${brand}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/auth/style.css">
</head>
<body>
<header><span class="mark" aria-hidden="true"></span>${brand}</header>
<main>${body}</main>
</body>
</html>
`

/** A page. It is never stored, framed, sniffed, and leaks no referrer. */
export const page = (content: Page): Response =>
  new Response(shell(content).markup, {
    status: content.status ?? 200,
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['content-security-policy', policy(content.formTarget)],
      ['x-frame-options', 'DENY'],
      ['x-content-type-options', 'nosniff'],
      ['referrer-policy', 'no-referrer'],
      ['cache-control', 'no-store'],
      ...(content.headers ?? []).map(([name, value]): [string, string] => [name, value]),
    ],
  })
