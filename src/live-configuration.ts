// The configuration of a running box: the tables of what is stored, and the port through which they change (design, seam 4).
import { compileTables, type TableCompilation } from './bundle/compile.ts'
import { createConfiguration } from './bundle/configuration.ts'
import { CONFIGURATION_TYPES } from './bundle/configuration-types.ts'
import { targetOf } from './bundle/index-configuration.ts'
import type { Tables } from './bundle/tables.ts'
import type { Configuration } from './fhir/configuration.ts'
import type { Definitions } from './fhir/definitions/definitions.ts'
import type { Log, Random } from './http/runtime.ts'
import { hashPassword, isPasswordHash } from './oauth/password.ts'
import { hashClientSecret } from './oauth/secret.ts'
import type { Grant } from './oauth/types/grant.ts'
import { createUsers } from './oauth/users.ts'
import { ALL } from './store/criterion.ts'
import { authorizeRead } from './store/plan.ts'
import type { Store } from './store/store.ts'

/** How tables are compiled where these are FHIR's definitions. */
export const compilerOf =
  (definitions: Definitions) =>
  (resources: Iterable<Record<string, unknown>>): TableCompilation =>
    compileTables(resources, definitions)

/** Every resource that the tables are made of, and those that go with them. */
export const storedConfiguration = async (store: Store): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> => {
  const lists = await Promise.all([...CONFIGURATION_TYPES, 'SearchParameter'].map((type) => store.all(type)))
  return lists.flat().map(({ text = '{}' }): Readonly<Record<string, unknown>> => JSON.parse(text))
}

export interface Live {
  readonly configuration: Configuration
  tables(): Tables
}

/** Ends every session of the grant's client for its user. */
const endGranted = async (store: Store, id: string): Promise<void> => {
  const found = await store.read(authorizeRead({ type: 'Grant', id, where: ALL }, ALL))
  const grant: Partial<Grant> = JSON.parse(found?.text ?? '{}')
  const [user, client] = [targetOf(grant.user)?.id, targetOf(grant.client)?.id]
  if (user !== undefined && client !== undefined) await store.records.endSessionsOf({ user, client })
}

/** The tables of what is stored, and the port through which they change. */
export const startConfiguration = (
  stored: ReadonlyArray<Readonly<Record<string, unknown>>>,
  /** Is this about to be applied: links may lead there. */
  declares: (type: string, id: string) => boolean,
  first: Tables,
  { store, random, definitions }: { readonly store: Store; readonly random: Random; readonly definitions: Definitions },
  swapped: (tables: Tables) => Promise<void>,
): Live => {
  let tables = first
  const users = createUsers(store)
  const configuration = createConfiguration<Tables>({
    initial: stored,
    compile: compilerOf(definitions),
    // The schemas, and what reads them, are loaded with the first write.
    checkResource: async (resource) => (await import('./bundle/check-schema.ts')).checkResource(resource),
    hashSecret: hashClientSecret,
    hashPassword: async (password) => (isPasswordHash(password) ? password : hashPassword(password, random)),
    exists: async (type, id) => declares(type, id) || (await store.read(authorizeRead({ type, id, where: ALL }, ALL)))?.text !== undefined,
    referrers: async (type, id) => (type === 'User' ? (await users.rolesOf(id)).map((role) => `Role/${role.id}`) : []),
    personsOf: async (type, id) => (await users.whoAre(type, id)).map((user) => `User/${user.id}`),
    revoke: (id) => endGranted(store, id),
    swap: (next) => {
      tables = next
      return swapped(next)
    },
  })
  return { configuration, tables: () => tables }
}

type Stored = ReadonlyArray<Readonly<Record<string, unknown>>>

/**
 * Without the SearchParameters that this release cannot compile, which were stored by another: they answer nothing, and are named in the log.
 * Every other resource that does not compile keeps the box from starting.
 */
export const servedConfiguration = (stored: Stored, definitions: Definitions, log: Log): Stored => {
  const first = compileTables(stored, definitions)
  const broken = (first.ok ? [] : first.problems).filter(({ type, severity }) => type === 'SearchParameter' && severity === 'error')
  if (broken.length === 0) return stored
  for (const { id, message } of broken)
    log.warn({ searchParameter: id, message }, 'a stored SearchParameter does not compile and answers nothing')
  const ids = new Set(broken.map(({ id }) => id))
  const others = stored.filter(({ resourceType, id }) => resourceType !== 'SearchParameter' || !ids.has(String(id)))
  return servedConfiguration(others, definitions, log)
}

/** The tables of what is stored; throws where it does not compile, which was checked when it was written. */
export const tablesOf = (stored: Stored, definitions: Definitions): Tables => {
  const first = compileTables(stored, definitions)
  if (!first.ok) throw new Error(`the stored configuration does not compile: ${first.problems.map(({ message }) => message).join('; ')}`)
  return first.tables
}
