// A principal by name: who a request is explained as, or tested as, without a token (`emberbox explain`, PolicyTest).
import type { Authorization, LaunchContext } from './oauth/authorization.ts'
import { type GrantName, mayUse } from './oauth/client/methods.ts'
import type { Principal } from './oauth/principal.ts'
import type { Users } from './oauth/provider.ts'
import { isActive } from './oauth/session.ts'
import type { Client } from './oauth/types/client.ts'
import type { User } from './oauth/types/user.ts'

type Claims = Readonly<Record<string, unknown>>

export interface ExplainAs {
  /** Ids. Neither: nobody, without credentials. */
  readonly client?: string
  readonly user?: string
  readonly scope?: readonly string[]
  readonly context?: LaunchContext
  /** Claims that policies see as `jwt`, as of a token of an issuer that the box trusts. */
  readonly jwt?: Claims
}

/** There is no such principal; the message names what is missing. */
export class NoSuchPrincipal extends Error {}

interface Known {
  readonly clients: ReadonlyMap<string, Client>
  readonly users: Users
  /** What a token of the grant would say, where the client's are JWTs. */
  readonly claimsOf: (token: {
    readonly client: Client
    readonly grant: GrantName
    readonly authorization: Authorization
  }) => Promise<Claims | undefined>
}

/** The grant by which the client would have come to its token. */
const grantOf = (client: Client, user: User | undefined): GrantName => {
  if (!user) return 'client_credentials'
  return mayUse(client, 'authorization_code') ? 'authorization_code' : 'password'
}

/** The session of a client's token, and the claims of that token. */
const sessionOf = async (
  as: ExplainAs,
  client: Client,
  user: User | undefined,
  { claimsOf }: Known,
): Promise<Pick<Principal, 'session' | 'scope' | 'jwt'>> => {
  const scope = as.scope ?? []
  const authorization = {
    client_id: client.id ?? '',
    scope,
    context: as.context ?? {},
    ...(user?.id !== undefined && { user_id: user.id }),
  }
  const jwt = as.jwt ?? (await claimsOf({ client, grant: grantOf(client, user), authorization }))
  return { session: { id: 'explained', authorization }, scope, ...(jwt && { jwt }) }
}

const find = async (as: ExplainAs, { clients, users }: Known) => {
  const client = as.client === undefined ? undefined : clients.get(as.client)
  if (as.client !== undefined && !client) throw new NoSuchPrincipal(`there is no Client/${as.client}`)
  if (client?.active === false) throw new NoSuchPrincipal(`Client/${as.client} is not active: its requests are answered 401`)
  const user = as.user === undefined ? undefined : await users.byLogin(as.user)
  if (as.user !== undefined && !user) throw new NoSuchPrincipal(`there is no User/${as.user}`)
  if (user && !isActive(user)) throw new NoSuchPrincipal(`User/${as.user} is not active: their requests are answered 401`)
  if (!client && (as.scope || as.context)) throw new NoSuchPrincipal('scopes and a launch context are those of a client: name one')
  return { ...(client && { client }), ...(user && { user }) }
}

/** A client that may use Basic comes by Basic, where nothing is said that needs a token. */
const comesByBasic = (client: Client, { scope, context, jwt }: ExplainAs): boolean =>
  scope === undefined && context === undefined && jwt === undefined && mayUse(client, 'basic')

/** The principal of a token of theirs, or of Basic credentials, or nobody. Rejects with NoSuchPrincipal. */
export const principalOf = async (as: ExplainAs, known: Known): Promise<Principal> => {
  const { client, user } = await find(as, known)
  const jwt = as.jwt && { jwt: as.jwt }
  if (!client && !user) return { method: as.jwt ? 'bearer' : 'anonymous', roles: [], ...jwt }
  if (client && !user && comesByBasic(client, as)) return { method: 'basic', client, roles: [] }
  return {
    method: 'bearer',
    ...(client && { client }),
    ...(user && { user }),
    roles: user?.id === undefined ? [] : await known.users.rolesOf(user.id),
    ...jwt,
    ...(client && (await sessionOf(as, client, user, known))),
  }
}
