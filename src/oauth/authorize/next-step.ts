// The whole flow in one function: what stands between a checked authorization request and its response (design "A launch").
import type { OAuthErrorCode } from '../errors.ts'

export interface FlowState {
  /** OpenID Connect Core §3.1.2.1. */
  readonly prompt: readonly string[]
  /** Is somebody signed in, recently enough, and the one that the launch is for? */
  readonly login: 'absent' | 'current'
  readonly patient: 'settled' | 'pick' | 'none'
  readonly consent: 'needed' | 'allowed' | 'denied'
}

export type Step =
  | { readonly step: 'login' | 'select-patient' | 'consent' | 'respond' }
  | { readonly step: 'error'; readonly error: OAuthErrorCode; readonly description: string }

const fail = (error: OAuthErrorCode, description: string): Step => ({ step: 'error', error, description })

/** The next step. With `prompt=none` every page becomes its error. */
export const nextStep = ({ prompt, login, patient, consent }: FlowState): Step => {
  const silent = prompt.includes('none')
  if (login === 'absent') return silent ? fail('login_required', 'nobody is signed in') : { step: 'login' }
  if (consent === 'denied') return fail('access_denied', 'the person did not allow it')
  if (patient === 'none') return fail('access_denied', 'there is no patient that this person may choose')
  if (patient === 'pick') return silent ? fail('interaction_required', 'a patient must be chosen') : { step: 'select-patient' }
  if (consent === 'needed') return silent ? fail('consent_required', 'the person has not consented') : { step: 'consent' }
  return { step: 'respond' }
}
