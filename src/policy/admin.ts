// Who is an administrator: whom a policy of engine `allow` is linked to (aidbox-behaviour §1.2), and whom no scope bounds. Nothing magic:
// it decides only who sees explanations of their own requests (security-requirements P-16).
import type { Principal } from '../oauth/principal.ts'
import { scopesAreEnforced } from './authorize.ts'
import type { AccessPolicy } from './types/access-policy.ts'

type Link = NonNullable<AccessPolicy['link']>

const keysOf = (link: Link | undefined): readonly string[] =>
  (Array.isArray(link) ? link : link ? [link] : []).map(({ reference, resourceType, id }) =>
    (reference ?? `${resourceType}/${id}`).replace(/^\//, ''),
  )

/**
 * Answers whether a principal is an administrator. A person is one by their own policy, never by that of the app they use: a smart-app
 * with an `allow` policy makes nobody one (narrower than Aidbox, where either link counts).
 */
export const adminsOf = (policies: Iterable<AccessPolicy>): ((principal: Principal) => boolean) => {
  const allowed = new Set(
    [...policies].flatMap(({ engine, type, roleName, link }) =>
      engine === 'allow' && type !== 'rpc' && roleName === undefined ? keysOf(link) : [],
    ),
  )
  return (principal) => {
    const { user, client, session } = principal
    if (scopesAreEnforced(principal)) return false
    if (user?.id !== undefined) return allowed.has(`User/${user.id}`)
    return client?.id !== undefined && session?.authorization.user_id === undefined && allowed.has(`Client/${client.id}`)
  }
}
