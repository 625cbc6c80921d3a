// Which scopes a client may be granted: Client.scope and Client.allowed-scopes (aidbox-behaviour §2.1, §2.6; O-22).
import type { Client } from '../oauth/types/client.ts'
import { coveredBy, narrowed } from './coverage.ts'
import { IDENTITY_SCOPES, LAUNCH_SCOPES, parseScope, REFRESH_SCOPES } from './scopes.ts'
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

const isKnown = (scope: string, resources: ScopeResources): boolean =>
  LAUNCH_SCOPES.has(scope) ||
  IDENTITY_SCOPES.has(scope) ||
  REFRESH_SCOPES.has(scope) ||
  parseScope(scope) !== undefined ||
  [...resources.values()].some((one) => one.scope === scope)

/** Unknown scopes are dropped; known ones that exceed the client's are narrowed, and `refused` names them. */
export const grantable = (
  client: Client,
  asked: readonly string[],
  resources: ScopeResources,
): { readonly scope: readonly string[]; readonly refused: readonly string[] } => {
  const known = [...new Set(asked)].filter((scope) => isKnown(scope, resources))
  const allowed = allowedScopes(client, resources)
  if (!allowed) return { scope: known, refused: [] }
  return {
    scope: [...new Set(known.flatMap((scope) => narrowed(allowed, scope)))],
    refused: known.filter((scope) => !coveredBy(allowed, scope)),
  }
}
