// What a recorded token is worth now: its session, its client and its user, all still good (security-requirements O-13, L-13).
import { remembering } from '../http/remember.ts'
import type { SessionRecord, TokenRecord } from '../store/records.ts'
import type { Authorization } from './authorization.ts'
import type { GrantName } from './client/methods.ts'
import type { Provider } from './provider.ts'
import { tokenKey } from './token-key.ts'
import type { Client } from './types/client.ts'
import type { User } from './types/user.ts'

/** A recorded token that is live. */
export interface LiveToken {
  readonly token: TokenRecord
  readonly session: SessionRecord
  /** A rotated refresh token that shows up again. */
  readonly used: boolean
  readonly authorization: Authorization
  readonly client: Client
  readonly user: User | undefined
}

/** May this user sign in and act? */
export const isActive = (user: User): boolean => user.inactive !== true && user.active !== false

const REMEMBERED = 2_000
/** Recorded text → what it says: the same text is read on every request of a session. */
const parse = remembering(REMEMBERED, (text): Authorization => Object.freeze(JSON.parse(text)))
/** The hash of a token that is presented again and again. What it is worth is asked each time. */
const hashOf = remembering(REMEMBERED, tokenKey)

/** The authorization that a token of this session carries. */
export const authorizationOf = (session: Pick<SessionRecord, 'authorization'>, token: Pick<TokenRecord, 'details'>): Authorization => {
  const authorization = parse(session.authorization)
  return token.details === '{}' ? authorization : { ...authorization, ...(JSON.parse(token.details) as Partial<Authorization>) }
}

/** The grant that opened the session; a session made by hand counts as one by code. */
export const grantOf = (session: SessionRecord): GrantName =>
  session.type === 'client_credentials' || session.type === 'password' ? session.type : 'authorization_code'

/** The token with everything it stands on; undefined where any of that is unknown, expired, ended or disabled. */
export const liveToken = async (text: string, provider: Provider): Promise<LiveToken | undefined> => {
  const found = await provider.records.token(hashOf(text))
  if (!found || found.token.expires <= provider.clock.now() || !found.session.active) return undefined
  const client = provider.clients.get(found.session.client)
  if (!client || client.active === false) return undefined
  const user = found.session.user === undefined ? undefined : await provider.users.byId(found.session.user)
  if (found.session.user !== undefined && !(user && isActive(user))) return undefined
  const { token, session, used } = found
  return { token, session, used, authorization: authorizationOf(session, token), client, user }
}
