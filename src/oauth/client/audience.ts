// What a client's tokens may be for (Client.auth.<grant>.audience; RFC 8707 in Aidbox's spelling): this server's bases, unless the client
// names others. A token for somebody else opens nothing here.
import { OAuthError } from '../errors.ts'
import type { Provider } from '../provider.ts'
import type { OAuthParameters } from '../token/parameters.ts'
import type { Client } from '../types/client.ts'
import { type GrantName, settingsOf } from './methods.ts'

/** `#…` is a pattern that chooses among our own bases: it never meets what a request holds, so its cost is the operator's own. */
const chosen = (pattern: string, bases: readonly string[]): readonly string[] => {
  try {
    const matches = new RegExp(pattern)
    return bases.filter((base) => matches.test(base))
  } catch {
    return []
  }
}

/** The audiences that a token of this client and grant may have; the first is the one where none is asked for. */
export const audiencesOf = (client: Client, grant: GrantName, bases: readonly string[]): readonly string[] => {
  const { audience = [] } = settingsOf(client, grant)
  if (audience.length === 0) return bases
  return audience.flatMap((one) => (one.startsWith('#') ? chosen(one.slice(1), bases) : [one]))
}

/** Where a client names its audiences, the first of them; else it is left to the token. */
export const defaultAudience = (client: Client, grant: GrantName, { fhirBases }: Provider): string | undefined =>
  settingsOf(client, grant).audience?.length ? audiencesOf(client, grant, fhirBases)[0] : undefined

/** The `audience` that a token request asks for; undefined where it asks for none. */
export const askedAudience = (
  client: Client,
  grant: GrantName,
  parameters: OAuthParameters,
  { issuer, fhirBases }: Provider,
): string | undefined => {
  const audience = parameters.get('audience')
  if (audience === undefined || audiencesOf(client, grant, [...fhirBases, issuer]).includes(audience)) return audience
  throw new OAuthError('invalid_request', 'audience is neither a base of this server nor one of the client')
}

/** Is a token of this audience for us? */
export const isForUs = (audience: string | undefined, { issuer, fhirBases }: Pick<Provider, 'issuer' | 'fhirBases'>): boolean =>
  audience === undefined || audience === issuer || fhirBases.includes(audience)
