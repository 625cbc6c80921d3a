// What a person may grant of what is asked: never a scope that is a client's own (`system/`), not even to a first-party app, whose
// requests nobody is shown.
import type { Profile, Provider } from './provider.ts'
import type { Client } from './types/client.ts'

/** As `Profile.grantable`, without the scopes of a client for itself. */
export const grantableByPerson = ({ profile }: Provider, client: Client, asked: readonly string[]): ReturnType<Profile['grantable']> => {
  const own = new Set(profile.forClientItself(asked).scope)
  return profile.grantable(
    client,
    asked.filter((scope) => !own.has(scope)),
  )
}
