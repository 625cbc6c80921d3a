// One turn of the flow: recall the request, learn where it stands, and take the next step.
import { HttpError } from '../../http/errors.ts'
import { parametersOf } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import type { LoginRecord } from '../../store/records.ts'
import { AuthorizationError } from '../errors.ts'
import type { AuthorizationRequest, Provider } from '../provider.ts'
import type { User } from '../types/user.ts'
import { browserOf, loginOf } from './browser.ts'
import { checkAuthorizationRequest, listIn, valueIn } from './checks.ts'
import { type FlowState, nextStep } from './next-step.ts'
import { consentPage, loginPage, patientPage, type Setting } from './pages.ts'
import { finish, type Pending, parametersOfPending, recall } from './pending.ts'
import { type Decision, respond } from './respond.ts'

type SignedIn = { readonly login: LoginRecord; readonly user: User }

/** A pending request with all that is known of it now. */
export interface Standing {
  readonly key: string
  readonly pending: Pending
  readonly request: AuthorizationRequest
  readonly signedIn: SignedIn | undefined
  readonly patient: string | undefined
  readonly state: FlowState
  readonly granted: readonly string[]
}

/** Is this login good for this request: of the person whom it wants, and as fresh as `prompt` and `max_age` want it (L-09)? */
const isCurrent = (
  { user: wanted, parameters }: AuthorizationRequest,
  pending: Pending,
  { login, user }: SignedIn,
  now: number,
): boolean => {
  if (wanted !== undefined && wanted !== user.id) return false
  if (pending.signedIn === login.hash) return true
  const prompt = listIn(parameters, 'prompt')
  if (prompt.includes('login') || prompt.includes('select_account')) return false
  const maxAge = valueIn(parameters, 'max_age')
  return maxAge === undefined || now - login.authenticated <= Number(maxAge) * 1_000
}

/** Scopes that need no question: all of them for a first-party app or where a remembered consent covers everything asked. */
const rememberedScope = async (provider: Provider, request: AuthorizationRequest, user: User, patient: string | undefined) => {
  if (listIn(request.parameters, 'prompt').includes('consent')) return undefined
  if (request.client.first_party === true) return request.scope
  const grant = await provider.users.grantOf(user.id, request.client.id)
  const provided = new Set(grant?.['provided-scope'])
  // A consent was given for the patient that the page named; an EHR names the patient itself.
  const samePatient = request.launch !== undefined || patient === undefined || grant?.patient?.reference === `Patient/${patient}`
  return grant && samePatient && request.scope.every((one) => provided.has(one)) ? request.scope : undefined
}

const patientState = async (provider: Provider, request: AuthorizationRequest, user: User, picked: string | undefined) => {
  const needed = await provider.profile.patientFor(request, user)
  if (needed === undefined) return { state: 'settled', patient: undefined } as const
  if (needed === 'none') return { state: 'none', patient: undefined } as const
  if (needed !== 'pick') return { state: 'settled', patient: needed.patient } as const
  return picked === undefined ? ({ state: 'pick', patient: undefined } as const) : ({ state: 'settled', patient: picked } as const)
}

/** Where the browser's request under this key stands. */
export const standing = async (provider: Provider, http: CanonicalRequest, key: string, browser: string): Promise<Standing> => {
  const pending = await recall(provider, key, browser)
  const request = await checkAuthorizationRequest(provider, parametersOfPending(pending))
  const prompt = listIn(request.parameters, 'prompt')
  const found = await loginOf(http, provider)
  const signedIn = found && isCurrent(request, pending, found, provider.clock.now()) ? found : undefined
  const base = { key, pending, request, signedIn }
  if (!signedIn) {
    return { ...base, patient: undefined, granted: [], state: { prompt, login: 'absent', patient: 'settled', consent: 'needed' } }
  }
  const own: Partial<Pending> = pending.user === signedIn.user.id ? pending : {}
  const { state: patientIs, patient } = await patientState(provider, request, signedIn.user, own.patient)
  const granted = own.granted ?? (await rememberedScope(provider, request, signedIn.user, patient))
  const denied = own.granted?.length === 0
  const consent = denied ? 'denied' : granted === undefined ? 'needed' : 'allowed'
  return { ...base, patient, granted: granted ?? [], state: { prompt, login: 'current', patient: patientIs, consent } }
}

const patientLabel = async (provider: Provider, at: Standing & { signedIn: SignedIn }): Promise<string | undefined> => {
  const patient = at.patient ?? at.request.launch?.context.patient
  if (patient === undefined) return undefined
  const seen = await provider.profile.patients(at.signedIn.user, at.request.client, parametersOf([]))
  const row = seen.find(({ id }) => id === patient)
  return row ? `${row.name} (${row.birthDate})` : patient
}

/** Answers with the next page, or the response that ends the flow. */
export const proceed = async (provider: Provider, http: CanonicalRequest, key: string): Promise<Response> => {
  const browser = browserOf(http, provider)
  const at = await standing(provider, http, key, browser.id)
  const { request, signedIn } = at
  const setting: Setting = { provider, browser: browser.id, cookies: browser.cookies, flow: { key, request } }
  const next = nextStep(at.state)
  if (next.step === 'login' || !signedIn) {
    if (next.step === 'error') return failing(provider, at, next)
    return loginPage(setting, valueIn(request.parameters, 'login_hint') ?? '')
  }
  if (next.step === 'error') return failing(provider, at, next)
  if (next.step === 'select-patient') {
    return patientPage(setting, await provider.profile.patients(signedIn.user, request.client, parametersOf([])), '')
  }
  if (next.step === 'consent') {
    const items = provider.profile.consent(request.scope)
    return consentPage(setting, signedIn.user, items, await patientLabel(provider, { ...at, signedIn }))
  }
  await finishOnce(provider, key)
  const { login, user } = signedIn
  const decision: Decision = {
    user: user.id,
    login: login.hash,
    authenticated: login.authenticated,
    scope: at.granted,
    patient: at.patient,
  }
  return respond(provider, request, decision)
}

const finishOnce = async (provider: Provider, key: string): Promise<void> => {
  if (!(await finish(provider, key))) throw new HttpError(400, 'This sign-in was finished already.')
}

const failing = async (
  provider: Provider,
  { key, request }: Standing,
  { error, description }: { error: AuthorizationError['error']; description: string },
): Promise<never> => {
  await finishOnce(provider, key)
  throw new AuthorizationError(error, description, { redirect_uri: request.redirect_uri, state: request.state })
}
