// The apps that may act for a person: remembered consents (Grant), and apps in use that needed none (Client.first_party).
import { parametersOf } from '../../http/parameters.ts'
import type { LiveSession } from '../../store/records.ts'
import type { Provider } from '../provider.ts'
import { authorizationOf } from '../session.ts'
import type { Client } from '../types/client.ts'
import type { Grant } from '../types/grant.ts'
import type { User } from '../types/user.ts'

/** One app, in what a person wants to know of it. */
export interface App {
  readonly id: string
  /** undefined: no longer registered. */
  readonly client: Client | undefined
  readonly scope: readonly string[]
  /** The patient's name, where it is about somebody else than the person. */
  readonly patient: string | undefined
  /** Milliseconds. */
  readonly since: number | undefined
  readonly lastUsed: number | undefined
}

const clientIdOf = ({ client }: Grant): string | undefined => client?.id ?? client?.reference?.replace(/^\/?Client\//, '')

const idIn = (reference: string | undefined): string | undefined => reference?.split('/').at(-1)

const patientOf = async (provider: Provider, user: User, client: Client | undefined, grant: Grant | undefined) => {
  const id = idIn(grant?.patient?.reference)
  if (id === undefined || client === undefined || grant?.patient?.reference === user.fhirUser?.reference) return undefined
  const [row] = await provider.profile.patients(user, client, parametersOf([['id', id]]))
  return row?.name ?? id
}

const timeOf = (text: string | undefined): number | undefined => {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

const scopeOf = (session: LiveSession): readonly string[] => authorizationOf(session, { details: '{}' }).scope

/** The apps of a person, the one in use last first. */
export const appsOf = async (provider: Provider, user: User & { readonly id: string }): Promise<readonly App[]> => {
  const [grants, sessions] = await Promise.all([provider.users.grantsOf(user.id), provider.records.liveSessionsOf(user.id)])
  const ids = new Set([...grants.flatMap((one) => clientIdOf(one) ?? []), ...sessions.map(({ client }) => client)])
  const apps = [...ids].map(async (id): Promise<App> => {
    const grant = grants.find((one) => clientIdOf(one) === id)
    const own = sessions.filter((one) => one.client === id)
    const client = provider.clients.get(id)
    return {
      id,
      client,
      scope: grant?.['provided-scope'] ?? [...new Set(own.flatMap(scopeOf))],
      patient: await patientOf(provider, user, client, grant),
      since: timeOf(grant?.start) ?? own.at(-1)?.started,
      lastUsed: own[0]?.issued,
    }
  })
  return (await Promise.all(apps)).sort((one, other) => (other.lastUsed ?? 0) - (one.lastUsed ?? 0))
}

/** Takes the app's access back: its tokens, refresh tokens and codes are dead at once, and it must ask again (O-13). */
export const removeApp = async (provider: Provider, user: string, client: string): Promise<void> => {
  await provider.records.endSessionsOf({ user, client })
  for (const grant of await provider.users.grantsOf(user)) {
    if (grant.id !== undefined && clientIdOf(grant) === client) await provider.users.deleteGrant(grant.id)
  }
}

/** The client of a person's own Grant; undefined where the Grant is not theirs. */
export const clientOfGrant = async (provider: Provider, user: string, id: string): Promise<string | undefined> => {
  const grant = (await provider.users.grantsOf(user)).find((one) => one.id === id)
  return grant && clientIdOf(grant)
}
