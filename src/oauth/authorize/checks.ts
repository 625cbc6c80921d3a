// The checks of an authorization request, in order (RFC 6749 §4.1.1). The order is the security argument: above the line nothing
// may redirect, since the target is not trusted yet; below it every error goes back to the client.
import type { Parameters } from '../../http/parameters.ts'
import { mayUse, methodFor } from '../client/methods.ts'
import { AuthorizationError, type OAuthErrorCode } from '../errors.ts'
import { grantableByPerson } from '../personal-scope.ts'
import type { AuthorizationRequest, Provider } from '../provider.ts'
import type { Client } from '../types/client.ts'
import { isRegistered } from './redirect-uri.ts'

interface Subject {
  readonly client: Client
  readonly parameters: Parameters
}
interface Check {
  readonly parameter: string
  check(subject: Subject): void
}

const MAX_SCOPE = 4096
/** prompt_values_supported */
export const PROMPTS: readonly string[] = ['none', 'login', 'consent', 'select_account']

const refuse = (error: OAuthErrorCode, description: string): never => {
  throw new AuthorizationError(error, description)
}

/** A parameter without a value counts as omitted (RFC 6749 §3.1). */
export const valueIn = (parameters: Parameters, name: string): string | undefined => parameters.get(name) || undefined

/** A parameter that is a list separated by spaces. */
export const listIn = (parameters: Parameters, name: string): readonly string[] =>
  (valueIn(parameters, name) ?? '').split(' ').filter((one) => one !== '')

const single = (parameters: Parameters, name: string): string => {
  const [value, ...more] = parameters.getAll(name)
  if (more.length > 0) return refuse('invalid_request', `${name} stands more than once`)
  return value || refuse('invalid_request', `${name} is missing`)
}

// ———————————————————————————————— shown: the target is not trusted ————————————————————————————————

const trustedClient = (provider: Provider, parameters: Parameters): Client => {
  const client = provider.clients.get(single(parameters, 'client_id'))
  return client && client.active !== false ? client : refuse('invalid_client', 'no app is registered under this client_id')
}

const trustedRedirectUri = (client: Client, parameters: Parameters): string => {
  const uri = single(parameters, 'redirect_uri')
  return isRegistered(client, uri) ? uri : refuse('invalid_request', 'redirect_uri is not registered for this app')
}

// ———————————————————————————————— from here errors redirect ————————————————————————————————

const CHECKS: readonly Check[] = [
  {
    parameter: 'repeated parameters',
    check: ({ parameters }) => {
      const repeated = parameters.repeated()
      if (repeated !== undefined) refuse('invalid_request', `a parameter stands more than once: ${repeated.slice(0, 40)}`)
    },
  },
  {
    parameter: 'response_type',
    check: ({ client, parameters }) => {
      if (!valueIn(parameters, 'response_type')) refuse('invalid_request', 'response_type is missing')
      if (valueIn(parameters, 'response_type') !== 'code') refuse('unsupported_response_type', 'response_type must be code')
      if (!mayUse(client, 'authorization_code')) refuse('unauthorized_client', 'this app may not use the authorization code grant')
    },
  },
  {
    parameter: 'response_mode',
    check: ({ parameters }) => {
      if ((valueIn(parameters, 'response_mode') ?? 'query') !== 'query') refuse('invalid_request', 'response_mode must be query')
    },
  },
  {
    parameter: 'request',
    check: ({ parameters }) => {
      if (parameters.has('request')) refuse('request_not_supported', 'request objects are not supported')
    },
  },
  {
    // Never fetched: that would let anyone send this server's requests (security-requirements O-16).
    parameter: 'request_uri',
    check: ({ parameters }) => {
      if (parameters.has('request_uri')) refuse('request_uri_not_supported', 'request_uri is not supported')
    },
  },
  {
    // RFC 7636 §4.3; `plain`, which an absent method means, is refused (SMART App Launch 2.2 §2.0.5).
    parameter: 'code_challenge',
    check: ({ client, parameters }) => {
      const challenge = valueIn(parameters, 'code_challenge')
      const method = valueIn(parameters, 'code_challenge_method')
      // RFC 9700 §2.1.1: public clients must. `pkce: false` is the operator's word for an app of SMART 1.0, which knows no PKCE.
      const { pkce } = client.auth?.authorization_code ?? {}
      const required = pkce ?? methodFor(client, 'authorization_code') === 'none'
      if (challenge === undefined && (required || method !== undefined)) refuse('invalid_request', 'code_challenge is missing')
      if (challenge === undefined) return
      if (method !== 'S256') refuse('invalid_request', 'code_challenge_method must be S256')
      if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) refuse('invalid_request', 'code_challenge is not a SHA-256 in base64url')
    },
  },
  {
    parameter: 'scope',
    check: ({ parameters }) => {
      if ((parameters.get('scope') ?? '').length > MAX_SCOPE) refuse('invalid_scope', `scope is longer than ${MAX_SCOPE} characters`)
    },
  },
  {
    parameter: 'prompt',
    check: ({ parameters }) => {
      const prompt = listIn(parameters, 'prompt')
      if (!prompt.every((one) => PROMPTS.includes(one))) refuse('invalid_request', 'prompt is not known')
      if (prompt.includes('none') && prompt.length > 1) refuse('invalid_request', 'prompt none stands alone')
    },
  },
  {
    parameter: 'max_age',
    check: ({ parameters }) => {
      if (!/^\d{0,9}$/.test(parameters.get('max_age') ?? '')) refuse('invalid_request', 'max_age is not a number of seconds')
    },
  },
]

const grantable = (provider: Provider, { client, parameters }: Subject): readonly string[] => {
  const asked = [...new Set(listIn(parameters, 'scope'))]
  const { scope, refused } = grantableByPerson(provider, client, asked)
  if (refused.length > 0 || (asked.length > 0 && scope.length === 0))
    return refuse('invalid_scope', 'none of this may be granted to this app')
  return scope
}

/** Who must sign in (OpenID Connect Core §3.1.2.1): the launch and the hint may not mean two people. */
const subject = async (provider: Provider, parameters: Parameters, launched: string | undefined): Promise<string | undefined> => {
  const hint = valueIn(parameters, 'id_token_hint')
  if (hint === undefined) return launched
  const named = await provider.idTokenHint?.(hint, provider)
  if (!named) return refuse('invalid_request', 'id_token_hint is not an ID token of this server')
  if (launched !== undefined && launched !== named.user) refuse('login_required', 'the launch is for someone else than id_token_hint names')
  return named.user
}

/** Checks an authorization request; throws AuthorizationError, with `redirect` from the line on. */
export const checkAuthorizationRequest = async (provider: Provider, parameters: Parameters): Promise<AuthorizationRequest> => {
  const client = trustedClient(provider, parameters)
  const redirect_uri = trustedRedirectUri(client, parameters)
  const states = parameters.getAll('state')
  const state = states.length === 1 ? states[0] : undefined
  try {
    for (const { check } of CHECKS) check({ client, parameters })
    const grants = grantable(provider, { client, parameters })
    for (const { check } of provider.profile.checks) await check(client, parameters)
    const launch = await provider.profile.launch(client, parameters)
    const scope = provider.profile.offered(grants, launch)
    if (grants.length > 0 && scope.length === 0) refuse('invalid_scope', 'nothing of this can be had by such a launch')
    const user = await subject(provider, parameters, launch?.user)
    return { client, redirect_uri, state, scope, parameters, launch, user }
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error
    throw new AuthorizationError(error.error, error.message, { redirect_uri, state })
  }
}
