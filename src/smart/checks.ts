// SMART's checks of an authorization request (O-14, O-15, O-22): an error here goes to the client's redirect_uri.
import type { Parameters } from '../http/parameters.ts'
import { AuthorizationError, type OAuthErrorCode } from '../oauth/errors.ts'
import type { Profile } from '../oauth/provider.ts'
import type { Client } from '../oauth/types/client.ts'
import { type LaunchDeps, readLaunch } from './launch.ts'
import { LAUNCH_SCOPES, parseScope } from './scopes.ts'

const MAX_SCOPE = 4096

const refuse = (client: Client, parameters: Parameters, error: OAuthErrorCode, description: string): AuthorizationError => {
  const redirect_uri = parameters.get('redirect_uri') ?? client.auth?.authorization_code?.redirect_uri
  return new AuthorizationError(
    error,
    description,
    redirect_uri === undefined ? undefined : { redirect_uri, state: parameters.get('state') },
  )
}

const askedScopes = (parameters: Parameters): readonly string[] => (parameters.get('scope') ?? '').split(' ').filter((one) => one !== '')

const isSmart = (scope: string): boolean => LAUNCH_SCOPES.has(scope) || parseScope(scope) !== undefined

/** `scope` first, since the others depend on it. */
export const authorizationChecks = (deps: Pick<LaunchDeps, 'keys' | 'clock' | 'records' | 'fhirBases'>): Profile['checks'] => [
  {
    parameter: 'scope',
    check: async (client, parameters) => {
      const length = parameters.getAll('scope').join(' ').length
      if (length > MAX_SCOPE) throw refuse(client, parameters, 'invalid_scope', `scope is longer than ${MAX_SCOPE} characters`)
    },
  },
  {
    parameter: 'aud',
    check: async (client, parameters) => {
      const asked = parameters.getAll('aud')
      if (asked.length === 0 && !askedScopes(parameters).some(isSmart)) return
      const [aud] = asked
      if (asked.length === 1 && aud !== undefined && deps.fhirBases.includes(aud)) return
      throw refuse(client, parameters, 'invalid_request', 'aud must be the base URL of this FHIR server')
    },
  },
  {
    parameter: 'launch',
    check: async (client, parameters) => {
      const asked = parameters.getAll('launch')
      if (asked.length === 0 && !askedScopes(parameters).includes('launch')) return
      const [launch] = asked
      if (asked.length === 1 && launch !== undefined && (await readLaunch(launch, client, deps))) return
      throw refuse(client, parameters, 'invalid_request', 'launch is missing, unknown, expired, used, or of another client')
    },
  },
]
