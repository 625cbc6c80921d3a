// Where a person is signed in, and what is open for them now: browsers (logins) and the sessions of apps.
import type { LiveSession, LoginRecord } from '../../store/records.ts'
import { isLoginLive } from '../authorize/browser.ts'
import type { Provider } from '../provider.ts'

/** What of a person's is open. */
export interface Open {
  /** The one in use last first. */
  readonly browsers: readonly LoginRecord[]
  readonly sessions: readonly LiveSession[]
}

/** Everything that is open for this person. */
export const openOf = async ({ records, clock }: Provider, user: string): Promise<Open> => {
  const [logins, sessions] = await Promise.all([records.loginsOf(user), records.liveSessionsOf(user)])
  const browsers = logins.filter((login) => isLoginLive(login, clock.now())).sort((one, other) => other.seen - one.seen)
  return { browsers, sessions }
}

/** Ends one browser's login or one app's session, if it is this person's; false where it is not. */
export const endOne = async (provider: Provider, user: string, id: string): Promise<boolean> => {
  const { browsers, sessions } = await openOf(provider, user)
  if (browsers.some(({ hash }) => hash === id)) {
    await provider.records.endLogin(id, { sessions: true })
    return true
  }
  return sessions.some((one) => one.id === id) && provider.records.endSession(id)
}

/** Ends all of it, lasting access included; what the person consented to is remembered. */
export const endAll = async ({ records }: Provider, user: string): Promise<void> => {
  await records.endSessionsOf({ user })
  for (const { hash } of await records.loginsOf(user)) await records.endLogin(hash, { sessions: true })
}
