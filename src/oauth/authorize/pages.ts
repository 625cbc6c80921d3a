// The pages of the flow. Each has one form that posts to the server and goes on from there; none knows which page follows.
import { type Html, html } from '../../http/html.ts'
import { formTargetOf, page } from '../../http/page.ts'
import type { AuthorizationRequest, ConsentItem, Provider } from '../provider.ts'
import type { Client } from '../types/client.ts'
import type { User } from '../types/user.ts'
import { basePath, csrfToken, type SetCookie } from './browser.ts'

/** What every page of the flow needs. */
export interface Setting {
  readonly provider: Provider
  readonly browser: string
  readonly cookies: readonly SetCookie[]
  /** The pending request's key and its client; absent on pages outside of a flow. */
  readonly flow?: { readonly key: string; readonly request: AuthorizationRequest }
  /** Where the page's form may lead to outside of this server, where that is not the flow's redirect_uri. */
  readonly target?: string
  /** Which page of the person's own comes after sign-in, outside of a flow. */
  readonly then?: string
}

/** The name that a person knows an app by. */
export const clientName = ({ smart, name, id }: Client): string => smart?.name ?? name ?? id

/** The name that a person knows another by. */
export const userName = (user: User): string => user.name?.formatted ?? user.userName ?? user.email ?? user.id

/** RFC 6797 §7.2: only where pages are served over TLS, which the base URL says. The host, not its subdomains, which are not ours to bind. */
const HSTS = ['strict-transport-security', 'max-age=31536000'] as const

/** A page in this server's shell. */
export const show = (
  { provider, cookies, flow, target = flow?.request.redirect_uri }: Setting,
  title: string,
  body: Html,
  more: { status?: number; headers?: [string, string][] } = {},
) => {
  const theme = provider.authConfig?.theme
  const brand = theme?.title ?? theme?.brand
  const formTarget = target === undefined ? undefined : formTargetOf(target)
  return page({
    title,
    body,
    base: basePath(provider),
    headers: [...cookies, ...(provider.insecureCookies ? [] : [HSTS]), ...(more.headers ?? [])],
    ...(more.status !== undefined && { status: more.status }),
    ...(brand !== undefined && { brand }),
    ...(formTarget !== undefined && { formTarget }),
  })
}

/** The fields that every form has: what proves that it is ours, and where it goes on. */
export const hidden = ({ provider, browser, flow, then }: Setting): Html =>
  html`<input type="hidden" name="csrf" value="${csrfToken(browser, provider)}">${
    flow && html`<input type="hidden" name="continue" value="${flow.key}">`
  }${then !== undefined && html`<input type="hidden" name="then" value="${then}">`}`

/** A page that says what went wrong and offers nothing to click. */
export const errorPage = (provider: Provider, status: number, message: string, headers: [string, string][] = []): Response =>
  show(
    { provider, browser: '', cookies: [] },
    'Something is wrong',
    html`<h1>This did not work</h1><p class="error" role="alert">${message}</p>`,
    { status, headers },
  )

/** Sign-in; the answer to a wrong password and to an unknown user is the same (security-requirements L-05). */
export const loginPage = (
  setting: Setting,
  username: string,
  problem?: { status: number; message: string; headers?: [string, string][] },
): Response => {
  const body = html`<h1>Sign in</h1>
${setting.flow && html`<p class="soft">to continue to <strong>${clientName(setting.flow.request.client)}</strong></p>`}
${problem && html`<p class="error" role="alert">${problem.message}</p>`}
<form method="post" action="${basePath(setting.provider)}/auth/login">${hidden(setting)}
<div class="field"><label for="username">Username or email</label>
<input type="text" id="username" name="username" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
<div class="field"><label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required></div>
<div class="actions"><button type="submit">Sign in</button></div></form>`
  return show(setting, 'Sign in', body, problem)
}

export type PatientRow = Awaited<ReturnType<Provider['profile']['patients']>>[number]

/** The patient picker: a search, and a choice among those whom the user may see. */
export const patientPage = (setting: Setting, patients: readonly PatientRow[], query: string): Response => {
  const action = `${basePath(setting.provider)}/auth/patient`
  const rows = patients.map(
    ({ id, name, birthDate, identifier }, at) => html`<tr><td><input type="radio" id="p${at}" name="patient" value="${id}" required></td>
<td><label for="p${at}">${name}</label></td><td class="date">${birthDate}</td><td>${identifier}</td></tr>`,
  )
  const choice = html`<form method="post" action="${action}">${hidden(setting)}
<table><thead><tr><th><span aria-hidden="true"></span></th><th>Name</th><th>Born</th><th>Identifier</th></tr></thead><tbody>${rows}</tbody></table>
<div class="actions"><button type="submit">Continue</button></div></form>`
  const body = html`<h1>Choose a patient</h1>
<p class="soft">${setting.flow && clientName(setting.flow.request.client)} will see this patient&rsquo;s record.</p>
<form method="post" action="${action}">${hidden(setting)}<div class="search">
<div><label for="query">Name, birth date or identifier</label><input type="search" id="query" name="query" value="${query}"></div>
<button class="quiet" type="submit">Search</button></div></form>
${patients.length > 0 ? choice : html`<p>No patient was found.</p>`}`
  return show(setting, 'Choose a patient', body)
}

const row = (scope: string, title: string, detail: string, kind: 'ticked' | 'narrower' | 'required', at: string): Html =>
  html`<tr${kind === 'narrower' && html` class="narrower"`}><td>${
    kind === 'required'
      ? html`<span title="always included">&check;</span>`
      : html`<input type="checkbox" id="s${at}" name="scope" value="${scope}"${kind === 'ticked' && html` checked`}>`
  }</td><td>${kind === 'required' ? html`${title}` : html`<label for="s${at}">${title}</label>`}${detail !== '' && html`<div class="soft">${detail}</div>`}</td></tr>`

/** Consent: who asks, what for, for whom, for how long (security-requirements L-08). */
export const consentPage = (setting: Setting, user: User, items: readonly ConsentItem[], patient: string | undefined): Response => {
  const rows = items.flatMap((item, at) => [
    row(item.scope, item.title, item.detail, item.required ? 'required' : 'ticked', String(at)),
    ...item.narrower.map((one, of) => row(one.scope, one.title, '', 'narrower', `${at}-${of}`)),
  ])
  const name = setting.flow ? clientName(setting.flow.request.client) : ''
  const lasting = items.some(({ scope }) => scope === 'offline_access')
  const body = html`<h1>Allow ${name}?</h1>
<p><strong>${name}</strong> asks for access. You are signed in as <strong>${userName(user)}</strong>.</p>
${patient !== undefined && html`<p>Patient: <strong>${patient}</strong></p>`}
<form method="post" action="${basePath(setting.provider)}/auth/consent">${hidden(setting)}
<table><thead><tr><th><span aria-hidden="true"></span></th><th>What it may do</th></tr></thead><tbody>${rows}</tbody></table>
<p class="soft">${lasting ? 'With lasting access it keeps this until you or an administrator take it back.' : 'It keeps this until its session ends.'}</p>
<div class="actions"><button type="submit" name="decision" value="allow">Allow</button>
<button class="quiet" type="submit" name="decision" value="deny">Deny</button></div></form>`
  return show(setting, `Allow ${name}?`, body)
}

/** Sign-out: a form, since a link could be followed for the person. `kept` is what the app asked for. */
export const logoutPage = (
  setting: Setting,
  user: User | undefined,
  kept: ReadonlyArray<readonly [name: string, value: string]>,
): Response => {
  const base = basePath(setting.provider)
  const question = (who: User) => html`<h1>Sign out?</h1>
<p>You are signed in as <strong>${userName(who)}</strong>. Apps that you gave lasting access keep it.</p>
<form method="post" action="${base}/auth/logout">${hidden(setting)}${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="actions"><button type="submit">Sign out</button></div></form>`
  const done = html`<h1>You are signed out</h1><p><a href="${base}/auth/login">Sign in</a></p>`
  return show(setting, 'Sign out', user ? question(user) : done)
}
