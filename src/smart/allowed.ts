// Which scopes a client may be granted: Client.scope and Client.allowed-scopes (aidbox-behaviour §2.1, §2.6; O-22).
import type { Client } from '../oauth/types/client.ts'
import { narrowed } from './coverage.ts'
import type { ScopeReader } from './scope-reader.ts'
import { IDENTITY_SCOPES, isGranular, LAUNCH_SCOPES, looksLikeResourceScope, REFRESH_SCOPES } from './scopes.ts'
import type { Scope } from './types/scope.ts'

type ScopeResources = ReadonlyMap<string, Scope>

const referredId = ({ reference, id }: { readonly reference?: string; readonly id?: string }): string | undefined =>
  id ?? reference?.replace(/^\/?Scope\//, '')

/** undefined: unrestricted. A reference to no Scope allows nothing. */
const allowedScopes = (client: Client, resources: ScopeResources): readonly string[] | undefined => {
  const references = client['allowed-scopes']
  if (!client.scope && !references) return undefined
  const referred = (references ?? []).flatMap((one) => resources.get(referredId(one) ?? '')?.scope ?? [])
  return [...(client.scope ?? []), ...referred]
}

/** A Scope resource makes a scope of its own known, never one that SMART's grammar refuses. */
const isKnown = (scope: string, resources: ScopeResources, read: ScopeReader): boolean => {
  if (looksLikeResourceScope(scope)) return read(scope) !== undefined
  if (LAUNCH_SCOPES.has(scope) || IDENTITY_SCOPES.has(scope) || REFRESH_SCOPES.has(scope)) return true
  return [...resources.values()].some((one) => one.scope === scope)
}

/**
 * What the client may be granted of what it asks: unknown scopes are dropped, known ones that exceed its own are narrowed. `refused`
 * names the granular ones whose query has no meaning here: dropping them, or their query, would answer another question than was asked.
 */
export const grantable = (
  client: Client,
  asked: readonly string[],
  resources: ScopeResources,
  read: ScopeReader,
): { readonly scope: readonly string[]; readonly refused: readonly string[] } => {
  const distinct = [...new Set(asked)]
  const known = distinct.filter((scope) => isKnown(scope, resources, read))
  const refused = distinct.filter((scope) => isGranular(scope) && !known.includes(scope))
  const allowed = allowedScopes(client, resources)
  if (!allowed) return { scope: known, refused }
  // What narrowing makes is read again: two queries may have no meaning together, as a chain has none where writing is allowed.
  const within = known.flatMap((scope) => narrowed(allowed, scope)).filter((scope) => isKnown(scope, resources, read))
  return { scope: [...new Set(within)], refused }
}
