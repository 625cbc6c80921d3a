// Pushed authorization requests (RFC 9126): the client leaves its request here, authenticated, and the browser brings only a
// reference to it. Kept for a minute, taken once, by nobody but the client that pushed it (security-requirements O-17).
import { HttpError } from '../../http/errors.ts'
import { formatParameters, type Parameters, parametersOf, parseParameters } from '../../http/parameters.ts'
import type { Reply } from '../../http/reply.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { answer } from '../answer.ts'
import { authenticateClient } from '../client/authenticate.ts'
import { methodFor } from '../client/methods.ts'
import { AuthorizationError, OAuthError } from '../errors.ts'
import type { AuthorizationRequest, Provider } from '../provider.ts'
import { randomToken, sha256 } from '../secret.ts'
import { readParameters } from '../token/parameters.ts'
import { checkAuthorizationRequest } from './checks.ts'

const KIND = 'pushed-request'
const LIFETIME_S = 60
const PREFIX = 'urn:ietf:params:oauth:request_uri:'
/** What proves the client here is no part of the request (RFC 9126 §2.1). */
const AUTHENTICATION: ReadonlySet<string> = new Set(['client_secret', 'client_assertion', 'client_assertion_type'])

interface Pushed {
  readonly client: string
  readonly parameters: string
}

const keyOf = (requestUri: string): string => sha256(requestUri.slice(PREFIX.length))

/** POST /auth/par (RFC 9126 §2): what would be an error in the browser is told to the client at once. */
export const push = async (request: CanonicalRequest, provider: Provider): Promise<Reply> => {
  const given = await readParameters(request)
  const client = await authenticateClient(request, given, provider, (one) => methodFor(one, 'authorization_code'))
  if (given.has('request_uri')) throw new OAuthError('invalid_request', 'a pushed request has no request_uri')
  const asked = [...given].filter(([name]) => !AUTHENTICATION.has(name) && name !== 'client_id')
  const parameters = parametersOf([['client_id', client.id], ...asked])
  await checkAuthorizationRequest(provider, parameters)
  const request_uri = `${PREFIX}${randomToken(provider.random)}`
  const pushed: Pushed = { client: client.id, parameters: formatParameters(parameters.entries) }
  await provider.records.putOnce(KIND, keyOf(request_uri), JSON.stringify(pushed), provider.clock.now() + LIFETIME_S * 1_000)
  return answer(201, { request_uri, expires_in: LIFETIME_S })
}

/** The parameters that were pushed, where the browser's request refers to any; it must not say anything else (RFC 9101 §5). */
const taken = async (provider: Provider, requestUri: string, client: string | undefined): Promise<Parameters> => {
  const key = keyOf(requestUri)
  const kept = await provider.records.peekOnce(KIND, key)
  const pushed = kept && (JSON.parse(kept.value) as Pushed)
  // Another client's attempt does not burn it.
  if (!pushed || pushed.client !== client || !(await provider.records.takeOnce(KIND, key))) {
    throw new HttpError(400, 'This request was used before, has expired, or is another app’s. Go back to the app and start again.')
  }
  return parseParameters(pushed.parameters)
}

const mustPush = ({ client, redirect_uri, state }: AuthorizationRequest): void => {
  if (client.require_pushed_authorization_requests !== true) return
  throw new AuthorizationError('invalid_request', 'this app must push its authorization requests', { redirect_uri, state })
}

/** The parameters of the browser's request: its own, or those that its client pushed; checked either way. */
export const askedParameters = async (provider: Provider, query: Parameters): Promise<Parameters> => {
  const requestUri = query.get('request_uri')
  if (!requestUri?.startsWith(PREFIX)) {
    mustPush(await checkAuthorizationRequest(provider, query))
    return query
  }
  const parameters = await taken(provider, requestUri, query.get('client_id'))
  await checkAuthorizationRequest(provider, parameters)
  return parameters
}
