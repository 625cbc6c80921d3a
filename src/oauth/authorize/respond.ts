// The authorization response (RFC 6749 §4.1.2, RFC 9207): always 303, so that a browser never repeats a form at the app (RFC 9700 §4.12).
import type { Authorization } from '../authorization.ts'
import { AuthorizationError } from '../errors.ts'
import type { AuthorizationRequest, Provider } from '../provider.ts'
import { randomToken, sha256 } from '../secret.ts'
import { valueIn } from './checks.ts'

const CODE_LIFETIME = 60_000
/** The one way to sign in here, named for who asks by `acr_values` (OpenID Connect Core §2: parties agree on what it means). */
export const PASSWORD_ACR = 'urn:emberbox:acr:password'

/** 303 to a path or URL. */
export const seeOther = (location: string, headers: ReadonlyArray<readonly [string, string]> = []): Response =>
  new Response(null, {
    status: 303,
    headers: [
      ['location', location],
      ['cache-control', 'no-store'],
      ['referrer-policy', 'no-referrer'],
      ...headers.map(([n, v]): [string, string] => [n, v]),
    ],
  })

const redirect = (provider: Provider, uri: string, state: string | undefined, members: Record<string, string>): Response => {
  const query = new URLSearchParams({ ...members, ...(state !== undefined && { state }), iss: provider.issuer })
  return seeOther(`${uri}${uri.includes('?') ? '&' : '?'}${query}`)
}

/** An error that the client learns of. */
export const errorResponse = (
  provider: Provider,
  to: { redirect_uri: string; state: string | undefined },
  error: AuthorizationError,
): Response => redirect(provider, to.redirect_uri, to.state, { error: error.error, error_description: error.message })

export interface Decision {
  readonly user: string
  readonly login: string
  /** Milliseconds. */
  readonly authenticated: number
  readonly scope: readonly string[]
  readonly patient: string | undefined
}

/** Issues the code: 256 bits, kept as its hash, one minute. */
export const respond = async (provider: Provider, request: AuthorizationRequest, decision: Decision): Promise<Response> => {
  const { client, redirect_uri, state, parameters, launch } = request
  if (launch && !(await provider.profile.consumeLaunch(launch.id))) {
    throw new AuthorizationError('invalid_request', 'the launch was used already', { redirect_uri, state })
  }
  const [aud, nonce, code_challenge] = [valueIn(parameters, 'aud'), valueIn(parameters, 'nonce'), valueIn(parameters, 'code_challenge')]
  const authorization: Authorization = {
    client_id: client.id,
    user_id: decision.user,
    scope: decision.scope,
    context: { ...launch?.context, ...(decision.patient !== undefined && { patient: decision.patient }) },
    auth_time: Math.floor(decision.authenticated / 1_000),
    login: decision.login,
    redirect_uri,
    ...(aud !== undefined && { aud }),
    ...(nonce !== undefined && { nonce }),
    ...(valueIn(parameters, 'acr_values') !== undefined && { acr: PASSWORD_ACR }),
    ...(code_challenge !== undefined && { code_challenge }),
  }
  const code = randomToken(provider.random)
  const expires = provider.clock.now() + CODE_LIFETIME
  await provider.records.putCode({ hash: sha256(code), expires, authorization: JSON.stringify(authorization) })
  return redirect(provider, redirect_uri, state, { code })
}
