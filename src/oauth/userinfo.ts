// What a client learns about the person who signed in: the User without its secrets, in Aidbox's form (seed 000, `userinfo`).
import type { User } from './types/user.ts'

const SECRETS = new Set(['password', 'twoFactor', 'passwordResetJti', 'securityLabel'])

/** The User minus secrets, with `sub`, and fhirUser as `{id, resourceType}`. */
export const userinfo = (user: User): Readonly<Record<string, unknown>> => {
  const [resourceType, id] = (user.fhirUser?.reference ?? '').split('/').slice(-2)
  return {
    ...Object.fromEntries(Object.entries(user).filter(([name]) => !SECRETS.has(name))),
    sub: user.id,
    ...(resourceType && id && { fhirUser: { id, resourceType } }),
  }
}
