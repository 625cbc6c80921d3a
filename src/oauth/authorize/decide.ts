// What a person's forms decide: sign-in, the patient, the consent. Each is kept with the pending request; then the flow goes on.

import { HttpError } from '../../http/errors.ts'
import type { Parameters } from '../../http/parameters.ts'
import { parametersOf } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { verifyPassword } from '../password.ts'
import type { Provider } from '../provider.ts'
import { randomToken } from '../secret.ts'
import { isActive } from '../session.ts'
import { basePath, signIn, trustedForm } from './browser.ts'
import { type Standing, standing } from './flow.ts'
import { loginPage, patientPage, type Setting } from './pages.ts'
import { store } from './pending.ts'
import { seeOther } from './respond.ts'
import { countAttempt } from './throttle.ts'

const onward = (provider: Provider, key: string): string => `${basePath(provider)}/auth/authorize?continue=${encodeURIComponent(key)}`

/** Where a sign-in outside of a flow may go on: names, so that no form can lead elsewhere (security-requirements L-10). */
const AFTERWARDS: ReadonlyMap<string, string> = new Map([
  ['grants', '/auth/grants'],
  ['sessions', '/auth/sessions'],
])

const settingOf = (provider: Provider, browser: string, at: Standing | undefined, then?: string): Setting => ({
  provider,
  browser,
  cookies: [],
  ...(then !== undefined && { then }),
  ...(at && { flow: { key: at.key, request: at.request } }),
})

/** POST /auth/login */
export const postLogin = async (http: CanonicalRequest, provider: Provider): Promise<Response> => {
  const { form, browser } = await trustedForm(http, provider)
  const key = form.get('continue')
  const at = key === undefined ? undefined : await standing(provider, http, key, browser)
  const then = form.get('then')
  const setting = settingOf(provider, browser, at, then)
  const username = form.get('username') ?? ''
  const attempt = countAttempt(provider, username, http.remoteAddr)
  if ('wait' in attempt) {
    const message = 'Too many attempts. Wait a minute, then try again.'
    return loginPage(setting, username, { status: 429, message, headers: [['retry-after', String(attempt.wait)]] })
  }
  const user = username === '' ? undefined : await provider.users.byLogin(username)
  const matches = await verifyPassword(form.get('password') ?? '', user?.password)
  if (!user || !matches || !isActive(user)) return loginPage(setting, username, { status: 401, message: 'Wrong username or password.' })
  attempt.forgive()
  const wanted = at?.request.user
  if (wanted !== undefined && wanted !== user.id) {
    return loginPage(setting, '', { status: 403, message: 'The app is in use by someone else: sign in as that person.' })
  }
  const { hash, cookies } = await signIn(http, provider, user.id)
  if (!at) return seeOther(`${basePath(provider)}${AFTERWARDS.get(then ?? '') ?? '/'}`, cookies)
  const { browser: owner, parameters } = at.pending
  await store(provider, at.key, { browser: owner, parameters, signedIn: hash })
  return seeOther(onward(provider, at.key), cookies)
}

/** The form's request, with somebody signed in; undefined when the login ended meanwhile. */
const decided = async (http: CanonicalRequest, provider: Provider) => {
  const { form, browser } = await trustedForm(http, provider)
  const at = await standing(provider, http, form.get('continue') ?? '', browser)
  return { form, browser, at, signedIn: at.signedIn }
}

/** POST /auth/patient: a search, or the choice, which must be among those whom the user may see (L-08). */
export const postPatient = async (http: CanonicalRequest, provider: Provider): Promise<Response> => {
  const { form, browser, at, signedIn } = await decided(http, provider)
  if (!signedIn || at.state.patient !== 'pick') return seeOther(onward(provider, at.key))
  const search = (entries: [string, string][]) => provider.profile.patients(signedIn.user, at.request.client, parametersOf(entries))
  const picked = form.get('patient')
  if (picked === undefined) {
    const query = form.get('query') ?? ''
    return patientPage(settingOf(provider, browser, at), await search(query === '' ? [] : [['query', query]]), query)
  }
  // Without the search the first page may not hold them; their id finds them.
  const mine = [...(await search([])), ...(await search([['id', picked]]))]
  if (!mine.some(({ id }) => id === picked)) throw new HttpError(403, 'You may not choose this patient.')
  await store(provider, at.key, { ...at.pending, user: signedIn.user.id, patient: picked })
  return seeOther(onward(provider, at.key))
}

const chosenScope = (provider: Provider, asked: readonly string[], form: Parameters): readonly string[] => {
  const items = provider.profile.consent(asked)
  const offered = new Set(items.flatMap(({ scope, narrower }) => [scope, ...narrower.map((one) => one.scope)]))
  const required = items.filter((item) => item.required).map(({ scope }) => scope)
  return provider.profile.choose(asked, [...required, ...form.getAll('scope').filter((one) => offered.has(one))])
}

/** POST /auth/consent */
export const postConsent = async (http: CanonicalRequest, provider: Provider): Promise<Response> => {
  const { form, at, signedIn } = await decided(http, provider)
  if (!signedIn || at.state.patient !== 'settled' || at.state.consent !== 'needed') return seeOther(onward(provider, at.key))
  const { client, scope } = at.request
  const user = signedIn.user.id
  const granted = form.get('decision') === 'allow' ? chosenScope(provider, scope, form) : []
  if (granted.length > 0) {
    const known = await provider.users.grantOf(user, client.id)
    await provider.users.putGrant({
      resourceType: 'Grant',
      id: known?.id ?? randomToken(provider.random).replaceAll('_', '.'),
      user: { reference: `User/${user}` },
      client: { reference: `Client/${client.id}` },
      ...(at.patient !== undefined && { patient: { reference: `Patient/${at.patient}` } }),
      'requested-scope': [...scope],
      'provided-scope': [...granted],
      scope: granted.join(' '),
      start: new Date(provider.clock.now()).toISOString(),
    })
  }
  await store(provider, at.key, { ...at.pending, user, granted })
  return seeOther(onward(provider, at.key))
}
