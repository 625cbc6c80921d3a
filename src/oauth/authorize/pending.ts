// An authorization request while a person signs in and consents: kept by the server, bound to the browser, so that no form field
// can change it (security-requirements O-08). The parameters are checked again on each step: the client may have gone meanwhile.
import { HttpError } from '../../http/errors.ts'
import { formatParameters, type Parameters, parseParameters } from '../../http/parameters.ts'
import type { Provider } from '../provider.ts'
import { equalSecrets, randomToken, sha256 } from '../secret.ts'

const KIND = 'authorization-request'
const LIFETIME = 600_000

export interface Pending {
  /** Hash of the browser's secret. */
  readonly browser: string
  readonly parameters: string
  /** Hash of the login that was made within this request. */
  readonly signedIn?: string
  /** What the person decided; void when another one signs in. */
  readonly user?: string
  readonly patient?: string
  /** Granted scopes; empty: denied. */
  readonly granted?: readonly string[]
}

/** Keeps a request; the key names it in pages and is no secret by itself. */
export const keep = async (provider: Provider, browser: string, parameters: Parameters): Promise<string> => {
  const key = randomToken(provider.random)
  await store(provider, key, { browser: sha256(browser), parameters: formatParameters(parameters.entries) })
  return key
}

/** Replaces what is kept under the key. */
export const store = (provider: Provider, key: string, pending: Pending): Promise<void> =>
  provider.records.putOnce(KIND, sha256(key), JSON.stringify(pending), provider.clock.now() + LIFETIME)

/** The request of this browser under the key; 400 where it is unknown, expired, answered or another browser's. */
export const recall = async (provider: Provider, key: string, browser: string): Promise<Pending> => {
  const found = await provider.records.peekOnce(KIND, sha256(key))
  const pending = found && found.expires > provider.clock.now() ? (JSON.parse(found.value) as Pending) : undefined
  if (!pending || !equalSecrets(pending.browser, sha256(browser))) {
    throw new HttpError(400, 'This sign-in has expired or was finished already. Go back to the app and start again.')
  }
  return pending
}

/** True for the one who finishes the request. */
export const finish = async (provider: Provider, key: string): Promise<boolean> =>
  (await provider.records.takeOnce(KIND, sha256(key))) !== undefined

export const parametersOfPending = ({ parameters }: Pending): Parameters => parseParameters(parameters)
