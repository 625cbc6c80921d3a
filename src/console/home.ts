// GET /: what this server is, and the apps that can be launched.
import { html } from '../http/html.ts'
import { page } from '../http/page.ts'
import type { Client } from '../oauth/types/client.ts'

export interface HomeFacts {
  readonly baseUrl: string
  readonly fhirBase: string
  readonly clients: Iterable<Client>
}

const launchable = (clients: Iterable<Client>): Client[] =>
  [...clients].filter((client) => client.active !== false && typeof client.smart?.launch_uri === 'string')

/** The page for a person who opens the base URL. */
export const homePage = ({ baseUrl, fhirBase, clients }: HomeFacts): Response =>
  page({
    title: 'Emberbox',
    body: html`<h1>Emberbox</h1>
<p>A SMART-on-FHIR server that is declared: its clients, users, policies and data are what its bundles say.</p>
<h2>Apps</h2>
<ul>${launchable(clients).map(
      (client) => html`<li><strong>${client.smart?.name ?? client.id}</strong> ${client.smart?.description ?? client.description ?? ''}
<a href="${client.smart?.launch_uri ?? ''}">Launch</a></li>`,
    )}</ul>
<h2>Where things are</h2>
<ul>
<li>FHIR base: <a href="${fhirBase}/metadata">${fhirBase}</a></li>
<li><a href="${baseUrl}/.well-known/smart-configuration">SMART configuration</a>, <a href="${baseUrl}/.well-known/openid-configuration">OpenID configuration</a>, <a href="${baseUrl}/health">health</a></li>
</ul>`,
  })
