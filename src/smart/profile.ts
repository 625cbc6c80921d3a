// SMART's part in OAuth: the implementation of the port in oauth/provider.ts.
import type { Parameters } from '../http/parameters.ts'
import { remembering } from '../http/remember.ts'
import type { Authorization } from '../oauth/authorization.ts'
import type { Profile } from '../oauth/provider.ts'
import type { Client } from '../oauth/types/client.ts'
import type { User } from '../oauth/types/user.ts'
import { grantable } from './allowed.ts'
import { authorizationChecks, unusableLaunch } from './checks.ts'
import { choose, consentItems } from './consent.ts'
import { fhirUserOf } from './fhir-user.ts'
import { type LaunchDeps, readLaunch } from './launch.ts'
import { patientFor, pickerRow } from './patient-choice.ts'
import { patientSearches } from './patient-search.ts'
import type { ScopeReader } from './scope-reader.ts'
import { isSmartScope, parseScope } from './scopes.ts'
import { SCOPES_SUPPORTED } from './scopes-supported.ts'
import type { Scope } from './types/scope.ts'
import { spell } from './wildcards.ts'

export interface ProfileDeps extends Pick<LaunchDeps, 'issuer' | 'fhirBases' | 'records' | 'keys' | 'clock'> {
  /** Scope resources by id. */
  readonly scopes: ReadonlyMap<string, Scope>
  /** Compiles the scopes that are asked for, so that none is granted that could not be enforced. */
  readonly readScope: ScopeReader
  /** An authorised Patient search as the user through the client: what their policies let them see. */
  readonly searchPatients: (user: User, client: Client, parameters: Parameters) => Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>
}

const CONTEXT_NAMES = ['patient', 'encounter', 'intent', 'tenant'] as const

/** SMART 2.2 §launch-context-arrives-with-your-access_token; only these names, so that a launch cannot overwrite OAuth's own. */
const tokenParameters = ({ scope, context, user_id }: Authorization, issuer: string): Readonly<Record<string, unknown>> => {
  if (!scope.some(isSmartScope)) return {}
  return {
    ...Object.fromEntries(CONTEXT_NAMES.filter((name) => context[name] !== undefined).map((name) => [name, context[name]])),
    ...(Array.isArray(context.fhirContext) && context.fhirContext.length > 0 && { fhirContext: context.fhirContext }),
    need_patient_banner: context.need_patient_banner ?? true,
    ...(user_id !== undefined && { smart_style_url: context.smart_style_url ?? `${issuer}/fhir/style-v1.json` }),
  }
}

/** Aidbox's `atv: 2` marks a token whose scopes are enforced (design, OAuth and SMART). */
const tokenClaims = ({ scope, context }: Authorization, client: Client): Readonly<Record<string, unknown>> => {
  const enforced = client.type !== undefined || scope.some((one) => parseScope(one) !== undefined)
  if (!enforced) return {}
  const { patient, encounter } = context
  return { atv: 2, context: { ...(patient !== undefined && { patient }), ...(encounter !== undefined && { encounter }) } }
}

const forClientItself: Profile['forClientItself'] = (scope) => {
  const isSystem = (one: string): boolean => parseScope(one)?.context === 'system'
  return { scope: scope.filter(isSystem), refused: scope.filter((one) => parseScope(one) !== undefined && !isSystem(one)) }
}

const pickerRows = async (deps: ProfileDeps, user: User, client: Client, query: Parameters): ReturnType<Profile['patients']> => {
  const found = await Promise.all(patientSearches(query).map((search) => deps.searchPatients(user, client, search)))
  return [
    ...new Map(
      found
        .flat()
        .flatMap(pickerRow)
        .map((row) => [row.id, row]),
    ).values(),
  ]
}

/** Different requests for scopes that are remembered of each client. */
const ASKED_REMEMBERED = 50

/** A client asks for the same again and again, and what it may be granted depends on this generation's tables alone. */
const rememberGrantable = ({ scopes, readScope }: ProfileDeps): Profile['grantable'] => {
  const known = new WeakMap<Client, (asked: string) => ReturnType<Profile['grantable']>>()
  return (client, asked) => {
    let of = known.get(client)
    if (!of) {
      of = remembering(ASKED_REMEMBERED, (text) => grantable(client, JSON.parse(text), scopes, readScope))
      known.set(client, of)
    }
    return of(JSON.stringify(asked))
  }
}

/** Makes the profile of one box. There is no picker for encounters: `launch/encounter` is for EHR launches (no context-standalone-encounter). */
export const createProfile = (deps: ProfileDeps): Profile => ({
  checks: authorizationChecks(deps),
  launch: async (client, parameters) => {
    const value = parameters.get('launch')
    if (value === undefined) return undefined
    const launch = await readLaunch(value, client, deps)
    // Used since it was checked: without it the request would go on as a standalone one.
    if (!launch) throw unusableLaunch()
    return { id: launch.id, user: launch.user, context: launch.context }
  },
  grantable: rememberGrantable(deps),
  offered: (scope, launch) => (launch ? scope : scope.filter((one) => one !== 'launch/encounter')),
  patientFor,
  patients: (user, client, query) => pickerRows(deps, user, client, query),
  consent: (scope) => consentItems(scope, deps.scopes),
  choose,
  consumeLaunch: async (id) => (await deps.records.takeOnce('launch', id)) !== undefined,
  tokenParameters: (authorization) => tokenParameters(authorization, deps.issuer),
  tokenClaims,
  spell,
  forClientItself,
  fhirUser: (user) => {
    const fhirUser = fhirUserOf(user)
    return fhirUser && `${deps.issuer}/fhir/${fhirUser.type}/${fhirUser.id}`
  },
  scopesSupported: SCOPES_SUPPORTED,
})
