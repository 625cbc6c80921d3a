// What an authorization server consists of, and the port through which a profile of OAuth (SMART) takes part without OAuth knowing it.
import type { Parameters } from '../http/parameters.ts'
import type { Reply } from '../http/reply.ts'
import type { CanonicalRequest } from '../http/request.ts'
import type { Clock, Fetch, Log, Random } from '../http/runtime.ts'
import type { RecordStore } from '../store/records.ts'
import type { Authorization, LaunchContext } from './authorization.ts'
import type { Keys } from './keys.ts'
import type { Principal } from './principal.ts'
import type { AuthConfig } from './types/auth-config.ts'
import type { Client } from './types/client.ts'
import type { Grant } from './types/grant.ts'
import type { Role } from './types/role.ts'
import type { User } from './types/user.ts'

/** People are indexed rows, not tables: a new user acts at once. */
export interface Users {
  byId(id: string): Promise<User | undefined>
  /** By id, userName or email, in this order; undefined where more than one matches. The password hash is in `password`. */
  byLogin(name: string): Promise<User | undefined>
  rolesOf(user: string): Promise<readonly Role[]>
  /** The remembered consent of this user for this client. */
  grantOf(user: string, client: string): Promise<Grant | undefined>
  grantsOf(user: string): Promise<readonly Grant[]>
  putGrant(grant: Grant): Promise<void>
  deleteGrant(id: string): Promise<void>
}

/** An authorization request that passed every check (RFC 6749 §4.1.1), kept while a person signs in and consents. */
export interface AuthorizationRequest {
  readonly client: Client
  readonly redirect_uri: string
  readonly state: string | undefined
  readonly scope: readonly string[]
  readonly parameters: Parameters
  /** What the profile learned of the launch in its checks. */
  readonly launch: { readonly id: string; readonly user?: string; readonly context: LaunchContext } | undefined
  /** Who must sign in, where the launch or an id_token_hint says so. */
  readonly user: string | undefined
}

/** One resource scope, or another choice, on the consent page. `narrower` are offered unticked below it. */
export interface ConsentItem {
  readonly scope: string
  readonly title: string
  readonly detail: string
  readonly required: boolean
  readonly narrower: ReadonlyArray<{ readonly scope: string; readonly title: string }>
}

/** SMART's part in OAuth. Everything here may be called on any request, also where no SMART scope is asked. */
export interface Profile {
  /** Checks of the authorization request after client and redirect_uri are trusted; each throws AuthorizationError (it redirects). */
  readonly checks: ReadonlyArray<{ readonly parameter: string; check(client: Client, parameters: Parameters): Promise<void> }>
  /** The launch that the request names, or undefined where it names none. Called after `checks`; throws AuthorizationError as they do. */
  launch(client: Client, parameters: Parameters): Promise<AuthorizationRequest['launch']>
  /** Which of the asked scopes this client may be granted, unparseable and uncovered ones dropped. `refused`: those that make it `invalid_scope`. */
  grantable(client: Client, asked: readonly string[]): { readonly scope: readonly string[]; readonly refused: readonly string[] }
  /** Of the grantable scopes, those that this launch, or none, has something for. */
  offered(scope: readonly string[], launch: AuthorizationRequest['launch']): readonly string[]
  /** Does this grant need a patient to be picked by the user: undefined no; else which may be picked at once, or 'pick'. */
  patientFor(request: AuthorizationRequest, user: User): Promise<{ readonly patient: string } | 'pick' | 'none' | undefined>
  /** Patients that the user's own policies let them see, for the picker: first page, filtered by `query` (name, birth date, identifier). */
  patients(
    user: User,
    client: Client,
    query: Parameters,
  ): Promise<ReadonlyArray<{ readonly id: string; readonly name: string; readonly birthDate: string; readonly identifier: string }>>
  consent(scope: readonly string[]): readonly ConsentItem[]
  /** What the person left ticked → the scopes to grant: only what was asked or is narrower than what was asked. */
  choose(asked: readonly string[], ticked: readonly string[]): readonly string[]
  /** Consumes the launch when the code is issued; false when it was consumed already. */
  consumeLaunch(id: string): Promise<boolean>
  /** Members of the token response beside RFC 6749's: patient, encounter, need_patient_banner, smart_style_url … */
  tokenParameters(authorization: Authorization): Readonly<Record<string, unknown>>
  /** Claims of the access token beside RFC 9068's: atv, context … */
  tokenClaims(authorization: Authorization, client: Client): Readonly<Record<string, unknown>>
  /** The `scope` parameter as the token response and the token spell it (wildcards expanded as the design says); `''` for none. */
  spell(scope: readonly string[]): string
  /** Contexts that client_credentials may ask: only `system/` resource scopes. */
  forClientItself(scope: readonly string[]): { readonly scope: readonly string[]; readonly refused: readonly string[] }
  /** Absolute URL of the user's FHIR resource, for the id_token's fhirUser. */
  fhirUser(user: User): string | undefined
  readonly scopesSupported: readonly string[]
}

/** Where clients that register themselves are kept: among all others, from the next request on. */
export interface Registrations {
  /** Why it cannot be kept; undefined: it is. */
  put(client: Client): Promise<string | undefined>
  /** It is gone, or at least of no use any more. */
  remove(client: Client): Promise<void>
}

/** One authorization server: one issuer, one tenant, one generation of tables. */
export interface Provider {
  /** The configured base URL, without a trailing slash; never from a request (security-requirements H-05). */
  readonly issuer: string
  readonly clients: ReadonlyMap<string, Client>
  readonly authConfig: AuthConfig | undefined
  readonly registrations: Registrations
  readonly records: RecordStore
  readonly users: Users
  readonly keys: Keys
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly log: Log
  readonly profile: Profile
  /** `/fhir`, the base and every Api path as absolute URLs: what `aud` may be. */
  readonly fhirBases: readonly string[]
  /** Development mode: pages may be served over plain http on loopback, so cookies drop `Secure` and the `__Host-` prefix. */
  readonly insecureCookies: boolean
  /** Mints the ID token of an authorization with `openid`; passed in, since OAuth does not know OpenID Connect. */
  readonly idToken?: (authorization: Authorization, provider: Provider) => Promise<string>
  /** Whom an ID token of ours names, and for which client; undefined for anything else. */
  readonly idTokenHint?: (hint: string, provider: Provider) => Promise<{ readonly user: string; readonly client: string } | undefined>
}

/** An endpoint of the authorization server; box.ts mounts the table of them. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Absolute path, e.g. `/auth/token`; Hono's `:name` for parameters. */
  readonly path: string
  /** CORS as the design says: metadata and the token family yes, authorize and pages never. */
  readonly cors: boolean
  handle(request: CanonicalRequest, provider: Provider): Promise<Response | Reply>
}

/** Resolves a request's credentials (Basic, Bearer) to a principal; throws OAuthError `invalid_token` (401) for bad ones. */
export type Authenticate = (request: CanonicalRequest, provider: Provider) => Promise<Principal>
