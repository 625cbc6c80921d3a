// Minting: an authorization becomes an access token (RFC 9068 JWT, or opaque) and perhaps a refresh token. Both are recorded by
// hash, so that revocation acts at once whatever their format.
import type { TokenRecord } from '../store/records.ts'
import type { Authorization } from './authorization.ts'
import { GRANTS, type GrantName, methodFor, settingsOf } from './client/methods.ts'
import { signOwn } from './keys/sign.ts'
import type { Provider } from './provider.ts'
import { newToken, tokenKey } from './token-key.ts'
import type { Client } from './types/client.ts'

const HOUR_S = 3_600
const ASSERTED_S = 300
const REFRESH_S = 180 * 24 * HOUR_S

export interface Minted {
  readonly token: string
  readonly record: TokenRecord
}
/** For whom, by which grant, into which session tokens are minted. */
export interface Minting {
  readonly client: Client
  readonly grant: GrantName
  readonly session: string
  readonly authorization: Authorization
}

/** Seconds; by assertion never more than 300 (SMART Backend Services). */
export const accessLifetime = (client: Client, grant: GrantName): number => {
  const configured = settingsOf(client, grant).access_token_expiration
  if (grant !== 'client_credentials' || methodFor(client, grant) !== 'private_key_jwt') return configured ?? HOUR_S
  return Math.min(configured ?? ASSERTED_S, ASSERTED_S)
}

/** Milliseconds that a JWT of ours may live at most: how long a retired key has to be found. */
export const longestLifetime = (clients: Iterable<Client>): number => {
  let longest = HOUR_S
  for (const client of clients) for (const grant of GRANTS) longest = Math.max(longest, accessLifetime(client, grant))
  return longest * 1_000
}

/** Milliseconds since the epoch until which a refresh token lives that is issued or used now. */
export const refreshExpiry = (client: Client, grant: GrantName, now: number): number =>
  now + (settingsOf(client, grant).refresh_token_expiration ?? REFRESH_S) * 1_000

const jwt = ({ client, authorization }: Minting, expires: number, provider: Provider): string => {
  const { issuer, profile, keys, fhirBases } = provider
  const scope = profile.spell(authorization.scope)
  const own = {
    iss: issuer,
    sub: authorization.user_id ?? client.id,
    aud: authorization.aud ?? fhirBases[0] ?? issuer,
    client_id: client.id,
    iat: Math.floor(provider.clock.now() / 1_000),
    exp: Math.floor(expires / 1_000),
    scope: scope === '' ? undefined : scope,
  }
  // The jti first: token-key.ts finds it there.
  return signOwn(Object.assign({ jti: newToken(provider) }, profile.tokenClaims(authorization, client), own), keys, 'at+jwt')
}

/** An access token. `details` is what it has other than its session (a narrowed scope). */
export const mintAccess = async (minting: Minting, provider: Provider, details: object = {}): Promise<Minted> => {
  const issued = provider.clock.now()
  const expires = issued + accessLifetime(minting.client, minting.grant) * 1_000
  const format = settingsOf(minting.client, minting.grant).token_format
  const token = format === 'jwt' ? jwt(minting, expires, provider) : newToken(provider)
  return {
    token,
    record: { hash: tokenKey(token), kind: 'access', session: minting.session, issued, expires, details: JSON.stringify(details) },
  }
}

/** Does this grant buy a refresh token? Smart-apps must also ask for it by scope (design "Refresh tokens need"). */
export const mayRefresh = ({ client, grant, authorization }: Minting): boolean => {
  if (grant === 'client_credentials' || settingsOf(client, grant).refresh_token !== true) return false
  const asked = authorization.scope.includes('offline_access') || authorization.scope.includes('online_access')
  return asked || !/smart-app$/.test(client.type ?? '')
}

/** An opaque refresh token. */
export const mintRefresh = ({ client, grant, session }: Minting, provider: Provider): Minted => {
  const issued = provider.clock.now()
  const token = newToken(provider)
  return {
    token,
    record: { hash: tokenKey(token), kind: 'refresh', session, issued, expires: refreshExpiry(client, grant, issued), details: '{}' },
  }
}
