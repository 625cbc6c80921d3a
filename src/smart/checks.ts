// SMART's checks of an authorization request (O-14, O-15). They stand below the line: what they throw goes to the client.
import type { Parameters } from '../http/parameters.ts'
import { audiencesOf } from '../oauth/client/audience.ts'
import { AuthorizationError } from '../oauth/errors.ts'
import type { Profile } from '../oauth/provider.ts'
import { type LaunchDeps, readLaunch } from './launch.ts'
import { isSmartScope } from './scopes.ts'

const askedScopes = (parameters: Parameters): readonly string[] => (parameters.get('scope') ?? '').split(' ').filter((one) => one !== '')

export const unusableLaunch = (): AuthorizationError =>
  new AuthorizationError('invalid_request', 'launch is missing, unknown, expired, used, or of another client')

/** Each is asked where its parameter is given, or where a scope needs it. */
export const authorizationChecks = (deps: Pick<LaunchDeps, 'keys' | 'clock' | 'records' | 'fhirBases'>): Profile['checks'] => [
  {
    // Else a token could be asked for here and sent to an impostor of this server (SMART 2.2 §obtain-authorization-code).
    parameter: 'aud',
    check: async (client, parameters) => {
      const asked = parameters.getAll('aud')
      if (asked.length === 0 && !askedScopes(parameters).some(isSmartScope)) return
      const [aud] = asked
      if (asked.length === 1 && aud !== undefined && audiencesOf(client, 'authorization_code', deps.fhirBases).includes(aud)) return
      throw new AuthorizationError('invalid_request', 'aud must be the base URL of this FHIR server')
    },
  },
  {
    parameter: 'launch',
    check: async (client, parameters) => {
      const asked = parameters.getAll('launch')
      if (asked.length === 0 && !askedScopes(parameters).includes('launch')) return
      const [launch] = asked
      if (asked.length === 1 && launch !== undefined && (await readLaunch(launch, client, deps))) return
      throw unusableLaunch()
    },
  },
]
