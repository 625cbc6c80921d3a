// The pages on which a person sees, and takes back, what acts in their name. Every button is a form of its own, so none needs a script.
import { type Html, html } from '../../http/html.ts'
import type { LiveSession, LoginRecord } from '../../store/records.ts'
import { basePath } from '../authorize/browser.ts'
import { clientName, hidden, type Setting, show, userName } from '../authorize/pages.ts'
import type { Provider } from '../provider.ts'
import type { User } from '../types/user.ts'
import type { App } from './apps.ts'
import { browserName } from './browser-name.ts'
import type { Open } from './sessions.ts'

const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

const when = (time: number): Html => html`<time datetime="${new Date(time).toISOString()}">${TIME.format(time)} UTC</time>`

const fact = (name: string, value: Html | string | undefined): Html | undefined =>
  value === undefined ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`

const button = (setting: Setting, path: string, name: string, value: string, label: string, of: string): Html =>
  html`<form method="post" action="${basePath(setting.provider)}${path}">${hidden(setting)}
<input type="hidden" name="${name}" value="${value}"><button class="quiet" type="submit">${label}<span class="hidden"> ${of}</span></button></form>`

const TABS = [
  ['/auth/grants', 'Apps'],
  ['/auth/sessions', 'Sign-ins'],
  ['/auth/logout', 'Sign out'],
] as const

const head = ({ provider }: Setting, at: string, user: User, title: string, lead: string): Html => {
  const tabs = TABS.map(
    ([path, name]) => html`<li><a href="${basePath(provider)}${path}"${path === at && html` aria-current="page"`}>${name}</a></li>`,
  )
  return html`<nav aria-label="Your account"><ul class="tabs">${tabs}</ul></nav><h1>${title}</h1>
<p class="soft">You are signed in as <strong>${userName(user)}</strong>. ${lead}</p>`
}

const notice = (text: string | undefined): Html | undefined =>
  text === undefined ? undefined : html`<p class="notice" role="status">${text}</p>`

/** What an app was granted, in the words of the consent page. */
const granted = ({ profile }: Provider, scope: readonly string[]): Html => {
  if (scope.length === 0) return html`<p class="soft">It acts with your own rights.</p>`
  const items = profile
    .consent(scope)
    .map(({ title, detail }) => html`<li>${title}${detail !== '' && html`<div class="soft">${detail}</div>`}</li>`)
  return html`<details${items.length <= 4 && html` open`}><summary>What it may do (${items.length})</summary><ul>${items}</ul></details>`
}

const appCard = (setting: Setting, app: App): Html => {
  const name = app.client ? clientName(app.client) : app.id
  const description = app.client?.smart?.description ?? app.client?.description
  return html`<li><div class="title"><h2>${name}</h2>${button(setting, '/auth/grants', 'client', app.id, 'Remove access', `of ${name}`)}</div>
${description !== undefined && html`<p class="soft">${description}</p>`}
${!app.client && html`<p class="soft">This app is no longer registered here.</p>`}
<dl>${fact('Patient', app.patient)}${fact('Allowed', app.since === undefined ? undefined : when(app.since))}
${fact('Last access', app.lastUsed === undefined ? 'none at the moment' : when(app.lastUsed))}</dl>
${granted(setting.provider, app.scope)}</li>`
}

/** GET /auth/grants */
export const appsPage = (setting: Setting, user: User, apps: readonly App[], done: string | undefined): Response => {
  const lead = 'These apps may use your record. Take access back at any time: it ends at once.'
  return show(
    setting,
    'Your apps',
    html`${head(setting, '/auth/grants', user, 'Your apps', lead)}${notice(done)}
${apps.length === 0 ? html`<p>No app has access in your name.</p>` : html`<ul class="cards">${apps.map((app) => appCard(setting, app))}</ul>`}`,
  )
}

const browserCard = (setting: Setting, login: LoginRecord, own: string): Html => {
  const name = browserName(login.agent ?? '')
  const here = login.hash === own
  return html`<li><div class="title"><h3>${name}${here && html` <span class="tag">this browser</span>`}</h3>
${button(setting, '/auth/sessions', 'end', login.hash, 'Sign out', name)}</div>
<dl>${fact('Signed in', when(login.authenticated))}${fact('Last seen', when(login.seen))}</dl></li>`
}

const sessionCard = (setting: Setting, session: LiveSession): Html => {
  const client = setting.provider.clients.get(session.client)
  const name = client ? clientName(client) : session.client
  return html`<li><div class="title"><h3>${name}${session.login === undefined && html` <span class="tag">lasting</span>`}</h3>
${button(setting, '/auth/sessions', 'end', session.id, 'End', `the session of ${name}`)}</div>
<dl>${fact('Started', when(session.started))}${fact('Last access', when(session.issued))}${fact('Ends by', when(session.expires))}</dl></li>`
}

/** GET /auth/sessions; `own` is the login of the browser that asks. */
export const sessionsPage = (setting: Setting, user: User, { browsers, sessions }: Open, own: string): Response => {
  const lead = 'What you do not recognise, end, and then change your password.'
  return show(
    setting,
    'Your sign-ins',
    html`${head(setting, '/auth/sessions', user, 'Your sign-ins', lead)}
<h2>Browsers</h2><ul class="cards">${browsers.map((login) => browserCard(setting, login, own))}</ul>
<h2>Apps in use</h2>
${sessions.length === 0 ? html`<p>No app is in use.</p>` : html`<ul class="cards">${sessions.map((one) => sessionCard(setting, one))}</ul>`}
<h2>Everywhere</h2><p class="soft">Signs out every browser and ends every app&rsquo;s session, lasting access included.</p>
${button(setting, '/auth/sessions', 'end', 'all', 'Sign out everywhere', '')}`,
  )
}
