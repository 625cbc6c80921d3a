// GET and POST /auth/logout: a person signs out, on our page or sent by an app (OpenID Connect RP-Initiated Logout 1.0 §2, §3).
// Only a registered address is ever gone back to (security-requirements L-10).
import { HttpError } from '../../http/errors.ts'
import { formatParameters, type Parameters } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import type { Provider } from '../provider.ts'
import type { Client } from '../types/client.ts'
import { basePath, browserOf, loginOf, readForm, signOut, trustedForm } from './browser.ts'
import { valueIn } from './checks.ts'
import { logoutPage } from './pages.ts'
import { isUsable } from './redirect-uri.ts'
import { seeOther } from './respond.ts'

const PARAMETERS = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const

interface Asked {
  /** Whom the app means. */
  readonly user: string | undefined
  /** Where to go on, with `state`. */
  readonly target: string | undefined
  /** What the confirmation has to bring back. */
  readonly kept: ReadonlyArray<readonly [name: string, value: string]>
}

const refuse = (why: string): never => {
  throw new HttpError(400, why)
}

const hintIn = async (provider: Provider, parameters: Parameters) => {
  const text = valueIn(parameters, 'id_token_hint')
  if (text === undefined) return undefined
  return (await provider.idTokenHint?.(text, provider)) ?? refuse('The app sent a hint that is not from this server.')
}

const clientOf = (provider: Provider, id: string | undefined, hinted: string | undefined): Client | undefined => {
  if (id !== undefined && hinted !== undefined && id !== hinted) return refuse('The app sent a hint that was made for another app.')
  const known = id ?? hinted
  if (known === undefined) return undefined
  return provider.clients.get(known) ?? refuse('No app is registered under this client_id.')
}

const targetOf = (client: Client | undefined, parameters: Parameters): string | undefined => {
  const uri = valueIn(parameters, 'post_logout_redirect_uri')
  if (uri === undefined) return undefined
  if (!isUsable(uri) || !client?.post_logout_redirect_uris?.includes(uri))
    return refuse('The app asks to go on to a page that it did not register.')
  const state = valueIn(parameters, 'state')
  return state === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state })}`
}

const read = async (provider: Provider, parameters: Parameters): Promise<Asked> => {
  const repeated = PARAMETERS.find((name) => parameters.getAll(name).length > 1)
  if (repeated !== undefined) return refuse(`${repeated} stands more than once.`)
  const hint = await hintIn(provider, parameters)
  const client = clientOf(provider, valueIn(parameters, 'client_id'), hint?.client)
  const kept = PARAMETERS.flatMap((name) => {
    const value = valueIn(parameters, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { user: hint?.user, target: targetOf(client, parameters), kept }
}

const signedOut = async (request: CanonicalRequest, provider: Provider, { target }: Asked): Promise<Response> =>
  seeOther(target ?? `${basePath(provider)}/auth/logout`, await signOut(request, provider))

/** GET /auth/logout: without a question only for the person whom the app's own ID token names. */
export const getLogout = async (request: CanonicalRequest, provider: Provider): Promise<Response> => {
  const asked = await read(provider, request.query)
  const signedIn = await loginOf(request, provider)
  if (signedIn && asked.user === signedIn.user.id) return signedOut(request, provider, asked)
  if (!signedIn && asked.target !== undefined) return seeOther(asked.target)
  const { id, cookies } = browserOf(request, provider)
  return logoutPage(
    { provider, browser: id, cookies, ...(asked.target !== undefined && { target: asked.target }) },
    signedIn?.user,
    asked.kept,
  )
}

/** POST /auth/logout: our page's form, or an app's request, which comes back as a GET since a cross-site POST carries no cookies. */
export const postLogout = async (request: CanonicalRequest, provider: Provider): Promise<Response> => {
  const form = await readForm(request)
  if (!form.has('csrf') && PARAMETERS.some((name) => form.has(name))) {
    const { kept } = await read(provider, form)
    return seeOther(`${basePath(provider)}/auth/logout?${formatParameters(kept)}`)
  }
  await trustedForm(request, provider)
  return signedOut(request, provider, await read(provider, form))
}
