// A person's own pages (aidbox-behaviour §4.2): the apps that may act for them, and where they are signed in. No CORS, as on every page.
import { HttpError } from '../../http/errors.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { basePath, browserOf, comesFromUs, loginOf, trustedForm } from '../authorize/browser.ts'
import { browserEndpoint, type Handle } from '../authorize/endpoint.ts'
import { clientName, type Setting } from '../authorize/pages.ts'
import { seeOther } from '../authorize/respond.ts'
import type { Endpoint, Provider } from '../provider.ts'
import type { User } from '../types/user.ts'
import { appsOf, clientOfGrant, removeApp } from './apps.ts'
import { appsPage, sessionsPage } from './pages.ts'
import { endAll, endOne, openOf } from './sessions.ts'

interface Person {
  readonly user: User & { readonly id: string }
  /** Hash of the browser's login. */
  readonly login: string
}

const personOf = async (request: CanonicalRequest, provider: Provider): Promise<Person | undefined> => {
  const found = await loginOf(request, provider)
  return found && { user: { ...found.user, id: found.login.user }, login: found.login.hash }
}

/** The page for who is signed in; anybody else signs in first and comes back. */
const personal =
  (then: string, show: (setting: Setting, person: Person, request: CanonicalRequest) => Promise<Response>): Handle =>
  async (request, provider) => {
    const person = await personOf(request, provider)
    if (!person) return seeOther(`${basePath(provider)}/auth/login?then=${then}`)
    const { id, cookies } = browserOf(request, provider)
    return show({ provider, browser: id, cookies }, person, request)
  }

const getApps = personal('grants', async (setting, { user }, request) => {
  const removed = setting.provider.clients.get(request.query.get('removed') ?? '')
  const done = removed && `${clientName(removed)} no longer has access.`
  return appsPage(setting, user, await appsOf(setting.provider, user), done)
})

const postApps: Handle = async (request, provider) => {
  const { form } = await trustedForm(request, provider)
  const person = await personOf(request, provider)
  const client = form.get('client') ?? ''
  if (person) await removeApp(provider, person.user.id, client)
  return seeOther(`${basePath(provider)}/auth/grants?removed=${encodeURIComponent(client)}`)
}

const getSessions = personal('sessions', async (setting, { user, login }) =>
  sessionsPage(setting, user, await openOf(setting.provider, user.id), login),
)

const postSessions: Handle = async (request, provider) => {
  const { form } = await trustedForm(request, provider)
  const person = await personOf(request, provider)
  const id = form.get('end') ?? ''
  if (person && id === 'all') await endAll(provider, person.user.id)
  else if (person) await endOne(provider, person.user.id, id)
  return seeOther(`${basePath(provider)}/auth/sessions`)
}

/** The same by DELETE: a browser sends one across origins only where a preflight allows it, and no page of ours does. */
const deleting =
  (remove: (provider: Provider, user: string, id: string) => Promise<boolean>): Handle =>
  async (request, provider) => {
    if (!comesFromUs(request, provider)) throw new HttpError(403, 'only a page of this server may do this')
    const person = await personOf(request, provider)
    if (!person) throw new HttpError(401, 'nobody is signed in with this browser')
    if (!(await remove(provider, person.user.id, request.segments.at(-1) ?? ''))) throw new HttpError(404, 'there is nothing of this id')
    return new Response(null, { status: 204 })
  }

const removeGrant = async (provider: Provider, user: string, id: string): Promise<boolean> => {
  const client = await clientOfGrant(provider, user, id)
  if (client === undefined) return false
  await removeApp(provider, user, client)
  return true
}

/** Mounted by box.ts. */
export const accountEndpoints: readonly Endpoint[] = [
  browserEndpoint('GET', '/auth/grants', getApps),
  browserEndpoint('POST', '/auth/grants', postApps),
  browserEndpoint('DELETE', '/auth/grants/:id', deleting(removeGrant)),
  browserEndpoint('GET', '/auth/sessions', getSessions),
  browserEndpoint('POST', '/auth/sessions', postSessions),
  browserEndpoint('DELETE', '/auth/sessions/:id', deleting(endOne)),
]
