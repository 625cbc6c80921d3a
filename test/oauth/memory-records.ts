// A RecordStore in memory, after the contract of store/records.ts: these tests are about OAuth, not about SQLite.
import type { CodeRecord, LoginRecord, RecordStore, SessionRecord, TokenRecord } from '../../src/store/records.ts'

interface Tables {
  readonly logins: Map<string, LoginRecord>
  readonly codes: Map<string, CodeRecord & { used: boolean; session: string | undefined }>
  readonly sessions: Map<string, SessionRecord>
  readonly tokens: Map<string, { token: TokenRecord; used: boolean }>
  readonly once: Map<string, { value: string; expires: number }>
}

const end = ({ sessions }: Tables, id: string | undefined): boolean => {
  const session = id === undefined ? undefined : sessions.get(id)
  if (!session?.active) return false
  sessions.set(session.id, { ...session, active: false })
  return true
}
const matching = ({ sessions }: Tables, filter: { user?: string; client?: string }) =>
  [...sessions.values()].filter(({ user, client }) => (filter.user ?? user) === user && (filter.client ?? client) === client)

const loginRecords = (tables: Tables) => ({
  putLogin: async (login: LoginRecord) => void tables.logins.set(login.hash, login),
  login: async (hash: string) => tables.logins.get(hash),
  endLogin: async (hash: string, { sessions }: { sessions: boolean }) => {
    tables.logins.delete(hash)
    if (sessions) for (const { id, login } of tables.sessions.values()) if (login === hash) end(tables, id)
  },
  loginsOf: async (user: string) => [...tables.logins.values()].filter((login) => login.user === user),
})

const add = (tables: Tables, tokens: readonly TokenRecord[]) => {
  for (const token of tokens) tables.tokens.set(token.hash, { token, used: false })
}
const openSession = (tables: Tables, session: SessionRecord, tokens: readonly TokenRecord[]) => {
  tables.sessions.set(session.id, session)
  add(tables, tokens)
}

const codeRecords = (tables: Tables): Pick<RecordStore, 'putCode' | 'code' | 'redeemCode'> => ({
  putCode: async (code) => void tables.codes.set(code.hash, { ...code, used: false, session: undefined }),
  code: async (hash) => tables.codes.get(hash),
  redeemCode: async (hash, { session, tokens }) => {
    const code = tables.codes.get(hash)
    if (!code) return 'unknown'
    if (code.used) {
      end(tables, code.session)
      return 'reused'
    }
    tables.codes.set(hash, { ...code, used: true, session: session.id })
    openSession(tables, session, tokens)
    return 'taken'
  },
})

const tokenRecords = (tables: Tables): Pick<RecordStore, 'token' | 'addTokens' | 'rotateToken' | 'renewToken' | 'revokeToken'> => ({
  token: async (hash) => {
    const found = tables.tokens.get(hash)
    const session = found && tables.sessions.get(found.token.session)
    return found && session?.active ? { ...found, session } : undefined
  },
  addTokens: async (tokens) => add(tables, tokens),
  rotateToken: async (hash, successors) => {
    const found = tables.tokens.get(hash)
    if (!found || !tables.sessions.get(found.token.session)?.active) return 'unknown'
    if (found.used) {
      end(tables, found.token.session)
      return 'reused'
    }
    found.used = true
    add(tables, successors)
    return 'taken'
  },
  renewToken: async (hash, expires, tokens) => {
    const found = tables.tokens.get(hash)
    if (!found) return false
    found.token = { ...found.token, expires }
    add(tables, tokens)
    return true
  },
  revokeToken: async (hash) => void tables.tokens.delete(hash),
})

const onceRecords = ({ once }: Tables): Pick<RecordStore, 'putOnce' | 'peekOnce' | 'takeOnce' | 'claimOnce'> => ({
  putOnce: async (kind, key, value, expires) => void once.set(`${kind} ${key}`, { value, expires }),
  peekOnce: async (kind, key) => once.get(`${kind} ${key}`),
  takeOnce: async (kind, key) => {
    const value = once.get(`${kind} ${key}`)
    once.delete(`${kind} ${key}`)
    return value
  },
  claimOnce: async (kind, key, expires) => {
    if (once.has(`${kind} ${key}`)) return false
    once.set(`${kind} ${key}`, { value: '', expires })
    return true
  },
})

/** Empty records. */
export const memoryRecords = (): RecordStore => {
  const tables: Tables = { logins: new Map(), codes: new Map(), sessions: new Map(), tokens: new Map(), once: new Map() }
  return {
    ...loginRecords(tables),
    ...codeRecords(tables),
    ...tokenRecords(tables),
    ...onceRecords(tables),
    openSession: async (session, tokens) => openSession(tables, session, tokens),
    session: async (id) => tables.sessions.get(id),
    sessionsOf: async (filter) => matching(tables, filter),
    endSession: async (id) => end(tables, id),
    endSessionsOf: async (filter) => matching(tables, filter).filter(({ id }) => end(tables, id)).length,
    purge: async () => undefined,
  }
}
