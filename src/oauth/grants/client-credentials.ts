// grant_type=client_credentials (RFC 6749 §4.4; SMART Backend Services): a client on its own behalf. No refresh token, ever.
import { askedAudience } from '../client/audience.ts'
import { mayUse } from '../client/methods.ts'
import { OAuthError } from '../errors.ts'
import { askedScope } from '../token/parameters.ts'
import { type Grant, type GrantRequest, open } from './grant.ts'

/** What is granted: all that is asked, or nothing (design "More is asked than Client.scope allows"). */
const scopeFor = ({ client, parameters, provider: { profile } }: GrantRequest): readonly string[] => {
  const asked = askedScope(parameters)
  // RFC 6749 §3.3: without `scope`, the predefined default is what is registered.
  if (asked === undefined) return profile.grantable(client, profile.forClientItself(client.scope ?? []).scope).scope
  const wanted = asked.filter((scope) => scope !== 'offline_access')
  const own = profile.forClientItself(wanted)
  const { scope, refused } = profile.grantable(client, own.scope)
  if (
    own.refused.length > 0 ||
    refused.length > 0 ||
    !own.scope.every((one) => scope.includes(one)) ||
    (wanted.length > 0 && scope.length === 0)
  ) {
    throw new OAuthError('invalid_scope', 'the client may not ask for this scope')
  }
  return scope
}

/** RFC 6749 §4.4.2 */
export const clientCredentials: Grant = async (request) => {
  const { client, provider } = request
  if (!mayUse(client, 'client_credentials')) throw new OAuthError('unauthorized_client', 'client_credentials is not a grant of this client')
  const aud = askedAudience(client, 'client_credentials', request.parameters, provider)
  const authorization = {
    client_id: client.id,
    scope: scopeFor(request),
    ...(aud !== undefined && { aud }),
    context: client.type === undefined ? {} : { need_patient_banner: true },
  }
  const opening = await open(client, 'client_credentials', authorization, provider)
  await provider.records.openSession(opening.session, opening.tokens)
  return opening.issued
}
