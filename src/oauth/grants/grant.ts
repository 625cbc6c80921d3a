// What every grant is given and what it returns; the token endpoint answers the same way for all of them (RFC 6749 §5.1).

import type { SessionRecord, TokenRecord } from '../../store/records.ts'
import type { Authorization } from '../authorization.ts'
import { defaultAudience } from '../client/audience.ts'
import type { GrantName } from '../client/methods.ts'
import { type Minting, mayRefresh, mintAccess, mintRefresh } from '../mint.ts'
import type { Provider } from '../provider.ts'
import { newSessionId } from '../session-id.ts'
import type { OAuthParameters } from '../token/parameters.ts'
import type { Client } from '../types/client.ts'
import type { User } from '../types/user.ts'

/** An authenticated token request. */
export interface GrantRequest {
  readonly client: Client
  readonly parameters: OAuthParameters
  readonly provider: Provider
  /** The caller's address, where it is known. */
  readonly remoteAddr: string | undefined
}

/** What was issued, and what the answer tells beside the tokens. */
export interface Issued {
  readonly access: string
  readonly refresh?: string
  readonly client: Client
  readonly grant: GrantName
  readonly authorization: Authorization
  /** Present when a person has just signed in: userinfo and id_token are answered. */
  readonly user?: User
}

export type Grant = (request: GrantRequest) => Promise<Issued>

/** A new session and its first tokens, not yet recorded. */
export interface Opening {
  readonly session: SessionRecord
  readonly tokens: readonly TokenRecord[]
  readonly issued: Issued
}

/** Mints the tokens of a new session; the grant then records both in one unit. */
export const open = async (client: Client, grant: GrantName, asked: Authorization, provider: Provider): Promise<Opening> => {
  const aud = asked.aud ?? defaultAudience(client, grant, provider)
  const authorization: Authorization = aud === undefined ? asked : { ...asked, aud }
  const id = newSessionId(provider)
  const minting: Minting = { client, grant, session: id, authorization }
  const access = await mintAccess(minting, provider)
  const refresh = mayRefresh(minting) ? mintRefresh(minting, provider) : undefined
  return {
    session: {
      id,
      type: grant,
      client: client.id,
      user: authorization.user_id,
      // offline_access outlives the browser session, everything else of a person ends with it (design O-13).
      login: authorization.scope.includes('offline_access') ? undefined : authorization.login,
      started: provider.clock.now(),
      authorization: JSON.stringify(authorization),
      active: true,
    },
    tokens: [access.record, ...(refresh ? [refresh.record] : [])],
    issued: { access: access.token, ...(refresh && { refresh: refresh.token }), client, grant, authorization },
  }
}
