// People as indexed resources: User, Role and Grant are read from the store on each use, so a new or changed one acts at once.
import { ALL, type Criterion } from '../store/criterion.ts'
import { authorizeChanges, authorizeRead, authorizeSearch } from '../store/plan.ts'
import type { Change, Store } from '../store/store.ts'
import type { Users } from './provider.ts'
import type { Grant } from './types/grant.ts'
import type { Role } from './types/role.ts'
import type { User } from './types/user.ts'

/** Stored configuration resources were schema-checked when they were written. */
const parse = <Resource>(text: string): Resource => JSON.parse(text) as Resource

const EVERYTHING = { stored: ALL, submitted: ALL }
/** The server's own questions are not a principal's: they see every row. */
const permitted = () => ALL

const findAll = async <Resource>(store: Store, type: string, where: Criterion, count: number): Promise<readonly Resource[]> => {
  const plan = authorizeSearch({ from: [{ type, where }], sort: [], count, total: 'none', includes: [] }, permitted)
  return (await store.search(plan)).matches.map(({ text }) => parse<Resource>(text))
}

const grantChange = (grant: Grant & { readonly id: string }): Change => ({
  type: 'Grant',
  id: grant.id,
  action: 'put',
  compose: (version, updated) =>
    JSON.stringify({ ...grant, resourceType: 'Grant', meta: { versionId: String(version), lastUpdated: new Date(updated).toISOString() } }),
  index: () => ({
    entries: [...referenceEntry('Grant.user', grant.user), ...referenceEntry('Grant.client', grant.client)],
    compartments: [],
    date: 0,
  }),
  ...EVERYTHING,
  create: true,
  replace: true,
})

const referenceEntry = (param: string, reference: { reference?: string } | undefined) => {
  const [type, id] = (reference?.reference ?? '').split('/')
  return type && id ? [{ kind: 'reference' as const, param, type, id }] : []
}

const user = (param: string, id: string): Criterion => ({ kind: 'reference', param, type: 'User', id })

/** Users, roles and grants of a store. */
export const createUsers = (store: Store): Users & { whoAre(type: string, id: string): Promise<readonly User[]> } => {
  const byId = async (id: string): Promise<User | undefined> => {
    const found = await store.read(authorizeRead({ type: 'User', id, where: ALL }, ALL))
    return found?.text === undefined ? undefined : parse<User>(found.text)
  }
  const byToken = (param: string, code: string) => findAll<User>(store, 'User', { kind: 'token', param, system: '', code }, 2)
  return {
    byId,
    byLogin: async (name) => {
      const own = await byId(name)
      if (own) return own
      for (const param of ['User.userName', 'User.email']) {
        const [first, second] = await byToken(param, name)
        if (first) return second ? undefined : first
      }
      return undefined
    },
    whoAre: (type, id) => findAll<User>(store, 'User', { kind: 'reference', param: 'User.fhirUser', type, id }, 1_000),
    rolesOf: (id) => findAll<Role>(store, 'Role', user('Role.user', id), 1_000),
    grantOf: async (id, client) => {
      const where: Criterion = {
        kind: 'and',
        of: [user('Grant.user', id), { kind: 'reference', param: 'Grant.client', type: 'Client', id: client }],
      }
      return (await findAll<Grant>(store, 'Grant', where, 1))[0]
    },
    grantsOf: (id) => findAll<Grant>(store, 'Grant', user('Grant.user', id), 1_000),
    putGrant: async (grant) => {
      if (grant.id === undefined) throw new Error('a grant needs an id')
      await store.write(authorizeChanges([grantChange({ ...grant, id: grant.id })], () => EVERYTHING))
    },
    deleteGrant: async (id) => {
      const change: Change = { type: 'Grant', id, action: 'delete', ...EVERYTHING, create: false, replace: true }
      await store.write(authorizeChanges([change], () => EVERYTHING))
    },
  }
}
