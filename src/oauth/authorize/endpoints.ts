// The endpoints that a person's browser comes to: the authorization endpoint (RFC 6749 §3.1) and the pages of its flow. No CORS, ever.
import type { Parameters } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import type { Endpoint, Provider } from '../provider.ts'
import { basePath, browserOf, readForm } from './browser.ts'
import { postConsent, postLogin, postPatient } from './decide.ts'
import { browserEndpoint, type Handle } from './endpoint.ts'
import { proceed } from './flow.ts'
import { getLogout, postLogout } from './logout.ts'
import { loginPage } from './pages.ts'
import { keep } from './pending.ts'
import { askedParameters } from './pushed.ts'
import { seeOther } from './respond.ts'
import { styleResponse } from './style.ts'

/** Checks the request and keeps it; the browser comes back for the first page with a GET, which carries its cookies. */
const begin = async (http: CanonicalRequest, provider: Provider, query: Parameters): Promise<Response> => {
  const parameters = await askedParameters(provider, query)
  const browser = browserOf(http, provider)
  const key = await keep(provider, browser.id, parameters)
  return seeOther(`${basePath(provider)}/auth/authorize?continue=${key}`, browser.cookies)
}

const getAuthorize: Handle = async (request, provider) => {
  const key = request.query.get('continue')
  return key === undefined ? begin(request, provider, request.query) : proceed(provider, request, key)
}

const getLogin: Handle = async (request, provider) => {
  const { id, cookies } = browserOf(request, provider)
  const then = request.query.get('then')
  return loginPage({ provider, browser: id, cookies, ...(then !== undefined && { then }) }, request.query.get('login_hint') ?? '')
}

/** Mounted by box.ts. */
export const authorizeEndpoints: readonly Endpoint[] = [
  browserEndpoint('GET', '/auth/authorize', getAuthorize),
  browserEndpoint('POST', '/auth/authorize', async (request, provider) => begin(request, provider, await readForm(request))),
  browserEndpoint('GET', '/auth/login', getLogin),
  browserEndpoint('POST', '/auth/login', postLogin),
  browserEndpoint('POST', '/auth/patient', postPatient),
  browserEndpoint('POST', '/auth/consent', postConsent),
  browserEndpoint('GET', '/auth/logout', getLogout),
  browserEndpoint('POST', '/auth/logout', postLogout),
  browserEndpoint('GET', '/auth/style.css', styleResponse),
]
