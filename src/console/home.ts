// GET /: what this server is, the apps that can be launched, and where its interfaces are. A stranger's first page.
import { html } from '../http/html.ts'
import { page } from '../http/page.ts'
import type { Client } from '../oauth/types/client.ts'

export interface HomeFacts {
  readonly baseUrl: string
  readonly fhirBase: string
  readonly clients: Iterable<Client>
}

/** The app that this server serves itself. */
export const DEMO_CLIENT = 'demo-app'

/** A link of this page leads to a page: an address of another scheme, such as `javascript:`, is none (security-requirements L-15). */
const isPage = (uri: unknown): boolean => typeof uri === 'string' && URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)

const launchable = (clients: Iterable<Client>): Client[] =>
  [...clients].filter((client) => client.active !== false && isPage(client.smart?.launch_uri))

const app = ({ id, description, smart }: Client) => html`<li><h3>${smart?.name ?? id}</h3>
<p>${smart?.description ?? description ?? ''}</p>
<p><a class="button" href="${smart?.launch_uri ?? ''}">Launch<span class="hidden"> ${smart?.name ?? id}</span></a></p></li>`

const apps = (clients: readonly Client[]) =>
  clients.length === 0
    ? html`<p>No client of this server has a <code>smart.launch_uri</code>.</p>`
    : html`<ul class="cards">${clients.map(app)}</ul>`

/** The page for a person who opens the base URL. */
export const homePage = ({ baseUrl, fhirBase, clients }: HomeFacts): Response => {
  const found = launchable(clients)
  const link = (path: string, text: string) => html`<li><a href="${baseUrl}${path}">${text}</a></li>`
  return page({
    title: 'Emberbox',
    base: new URL(baseUrl).pathname.replace(/\/$/, ''),
    body: html`<h1>A SMART-on-FHIR server that is declared</h1>
<p>Its clients, users, policies and data are what a folder of bundles says. It signs people in, asks what they want to share, and serves FHIR R4 to the apps they chose.</p>
<h2>Launch an app</h2>
${apps(found)}
${found.some(({ id }) => id === DEMO_CLIENT) ? html`<p class="soft">Who may sign in stands where the server was started.</p>` : ''}
<h2>What you share</h2>
<ul>${link('/auth/grants', 'The apps that use your record')}${link('/auth/sessions', 'Where you are signed in')}</ul>
<h2>Its interfaces</h2>
<ul>
<li>FHIR base: <code>${fhirBase}</code></li>
${link('/fhir/metadata', 'CapabilityStatement')}${link('/.well-known/smart-configuration', 'SMART configuration')}${link('/.well-known/openid-configuration', 'OpenID configuration')}${link('/health', 'Health')}
</ul>`,
  })
}
