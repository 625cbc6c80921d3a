// OAuth's plain rows (records.ts says the semantics): every gate is one UPDATE or DELETE … RETURNING inside a unit of the queue.
import type { Clock } from '../../http/runtime.ts'
import type { LiveSession, LoginRecord, RecordStore, SessionRecord, TokenRecord } from '../records.ts'
import type { Connection } from './database.ts'
import { raw, type Sql, sql } from './fragment.ts'
import type { Queue } from './queue.ts'

type SessionRow = {
  [Key in keyof SessionRecord]: SessionRecord[Key] extends boolean ? number : Exclude<SessionRecord[Key], undefined> | null
}

const session = (row: SessionRow): SessionRecord => ({
  id: row.id ?? '',
  type: row.type ?? '',
  client: row.client ?? '',
  user: row.user ?? undefined,
  login: row.login ?? undefined,
  started: row.started ?? 0,
  authorization: row.authorization ?? '',
  active: row.active === 1,
})

type SessionFilter = { readonly user?: string; readonly client?: string }

/** An empty filter names nothing: it must not end every session. */
const bySubject = ({ user, client }: SessionFilter): Sql => {
  if (user === undefined && client === undefined) return raw('0')
  return sql`${user === undefined ? raw('1') : sql`user = ${user}`} AND ${client === undefined ? raw('1') : sql`client = ${client}`}`
}

const codesBySubject = ({ user, client }: SessionFilter): Sql => {
  if (user === undefined && client === undefined) return raw('0')
  const holds = (name: string, value: string | undefined) => (value === undefined ? raw('1') : sql`authorization ->> ${name} = ${value}`)
  return sql`${holds('user_id', user)} AND ${holds('client_id', client)}`
}

const writers = (db: Connection) => ({
  open: (one: SessionRecord) =>
    db.execute(
      'INSERT INTO session VALUES(?, ?, ?, ?, ?, ?, ?, ?)',
      one.id,
      one.type,
      one.client,
      one.user ?? null,
      one.login ?? null,
      one.started,
      one.authorization,
      one.active ? 1 : 0,
    ),
  add(tokens: readonly TokenRecord[]) {
    for (const one of tokens)
      db.execute(
        'INSERT INTO token(hash, kind, session, issued, expires, details) VALUES(?, ?, ?, ?, ?, ?)',
        one.hash,
        one.kind,
        one.session,
        one.issued,
        one.expires,
        one.details,
      )
  },
  end: (where: Sql) => db.run(sql`UPDATE session SET active = 0 WHERE active = 1 AND ${where}`),
  /** As if they were redeemed: a minute of codes is few, so no index names their subject. */
  voidCodes: (where: Sql) => db.run(sql`UPDATE code SET used = 1 WHERE used = 0 AND ${where}`),
})

type Live = NonNullable<Awaited<ReturnType<RecordStore['token']>>>
const MAX_LIVE = 10_000

type Once = { readonly value: string; readonly expires: number }

/** The record store over the connection and its queue. */
export const recordStore = (db: Connection, queue: Queue, clock: Clock): RecordStore => {
  const { open, add, end: endSessions, voidCodes } = writers(db)
  // Tokens that were read: every request asks for one. Forgotten whole whenever any token or session ends, in the same turn.
  const live = new Map<string, Live>()
  const end = (where: Sql): number => {
    live.clear()
    return endSessions(where)
  }
  const write = <Value>(unit: () => Value): Promise<Value> => queue.write(() => ({ value: unit(), keep: true }))
  const insert = (text: string, ...values: (string | number)[]): Promise<void> => write(() => void db.execute(text, ...values))
  return {
    putLogin: (one) =>
      insert(
        'INSERT OR REPLACE INTO login(hash, user, authenticated, seen, expires, agent) VALUES(?, ?, ?, ?, ?, ?)',
        one.hash,
        one.user,
        one.authenticated,
        one.seen,
        one.expires,
        one.agent ?? '',
      ),
    login: async (hash) => db.row<LoginRecord>(sql`SELECT * FROM login WHERE hash = ${hash}`),
    endLogin: (hash, { sessions }) =>
      write(() => {
        db.run(sql`DELETE FROM login WHERE hash = ${hash}`)
        if (!sessions) return
        end(sql`login = ${hash}`)
        voidCodes(sql`authorization ->> 'login' = ${hash}`)
      }),
    loginsOf: async (user) => db.rows<LoginRecord>(sql`SELECT * FROM login WHERE user = ${user}`),
    putCode: (one) => insert('INSERT INTO code(hash, expires, authorization) VALUES(?, ?, ?)', one.hash, one.expires, one.authorization),
    async code(hash) {
      const row = db.row<{ hash: string; expires: number; authorization: string; used: number; session: string | null }>(
        sql`SELECT * FROM code WHERE hash = ${hash}`,
      )
      return row && { ...row, used: row.used === 1, session: row.session ?? undefined }
    },
    redeemCode: (hash, opens) =>
      write(() => {
        if (db.row(sql`UPDATE code SET used = 1, session = ${opens.session.id} WHERE hash = ${hash} AND used = 0 RETURNING hash`)) {
          open(opens.session)
          add(opens.tokens)
          return 'taken'
        }
        const used = db.row<{ session: string }>(sql`SELECT session FROM code WHERE hash = ${hash}`)
        if (!used) return 'unknown'
        end(sql`id = ${used.session}`)
        return 'reused'
      }),
    openSession: (one, tokens) =>
      write(() => {
        open(one)
        add(tokens)
      }),
    async session(id) {
      const row = db.row<SessionRow>(sql`SELECT * FROM session WHERE id = ${id}`)
      return row && session(row)
    },
    sessionsOf: async (filter) => db.rows<SessionRow>(sql`SELECT * FROM session WHERE ${bySubject(filter)}`).map(session),
    liveSessionsOf: async (user) =>
      db
        .rows<SessionRow & Pick<LiveSession, 'issued' | 'expires'>>(sql`
          SELECT s.*, max(t.issued) AS issued, max(t.expires) AS expires FROM session s JOIN token t ON t.session = s.id
          WHERE s.user = ${user} AND s.active = 1 AND t.used = 0 AND t.expires > ${clock.now()} GROUP BY s.id ORDER BY issued DESC`)
        .map((row) => ({ ...session(row), issued: row.issued, expires: row.expires })),
    endSession: (id) => write(() => end(sql`id = ${id}`) > 0),
    endSessionsOf: (filter) =>
      write(() => {
        voidCodes(codesBySubject(filter))
        return end(bySubject(filter))
      }),
    async token(hash) {
      const known = live.get(hash)
      if (known) return known
      const row = db.row<TokenRecord & { used: number }>(sql`SELECT * FROM token WHERE hash = ${hash}`)
      const owner = row && db.row<SessionRow>(sql`SELECT * FROM session WHERE id = ${row.session} AND active = 1`)
      if (!row || !owner) return undefined
      const { used, ...token } = row
      const found = { token, session: session(owner), used: used === 1 }
      if (live.size >= MAX_LIVE) live.clear()
      live.set(hash, found)
      return found
    },
    addTokens: (tokens) => write(() => add(tokens)),
    rotateToken: (hash, successors) =>
      write(() => {
        live.clear()
        const row = db.row<{ session: string; used: number }>(
          sql`SELECT t.session, t.used FROM token t JOIN session s ON s.id = t.session AND s.active = 1 WHERE t.hash = ${hash}`,
        )
        if (!row) return 'unknown'
        if (row.used === 0 && db.row(sql`UPDATE token SET used = 1 WHERE hash = ${hash} AND used = 0 RETURNING hash`)) {
          add(successors)
          return 'taken'
        }
        end(sql`id = ${row.session}`)
        return 'reused'
      }),
    renewToken: (hash, expires, tokens) =>
      write(() => {
        live.clear()
        const usable = sql`hash = ${hash} AND used = 0 AND session IN (SELECT id FROM session WHERE active = 1)`
        if (!db.row(sql`UPDATE token SET expires = ${expires} WHERE ${usable} RETURNING hash`)) return false
        add(tokens)
        return true
      }),
    revokeToken: (hash) =>
      write(() => {
        live.clear()
        const [gone] = db.rows<{ session: string }>(sql`DELETE FROM token WHERE hash = ${hash} RETURNING session`)
        if (gone)
          db.run(sql`DELETE FROM session WHERE id = ${gone.session} AND NOT EXISTS (SELECT 1 FROM token WHERE session = ${gone.session})`)
      }),
    putOnce: (kind, key, value, expires) => insert('INSERT OR REPLACE INTO once VALUES(?, ?, ?, ?)', kind, key, value, expires),
    peekOnce: async (kind, key) =>
      db.row<Once>(sql`SELECT value, expires FROM once WHERE kind = ${kind} AND key = ${key} AND expires > ${clock.now()}`),
    takeOnce: (kind, key) =>
      write(() =>
        db.row<Once>(sql`DELETE FROM once WHERE kind = ${kind} AND key = ${key} AND expires > ${clock.now()} RETURNING value, expires`),
      ),
    claimOnce: (kind, key, expires) =>
      write(
        () =>
          db.run(sql`INSERT INTO once VALUES(${kind}, ${key}, '', ${expires})
            ON CONFLICT(kind, key) DO UPDATE SET expires = excluded.expires WHERE once.expires <= ${clock.now()}`) === 1,
      ),
    purge: (now) =>
      write(() => {
        live.clear()
        // A session is worth as much as its tokens: it goes with the last of them.
        db.run(sql`DELETE FROM session WHERE id IN (SELECT session FROM token WHERE expires < ${now})
          AND NOT EXISTS (SELECT 1 FROM token WHERE token.session = session.id AND token.expires >= ${now})`)
        for (const table of ['login', 'token', 'code', 'once']) db.run(sql`DELETE FROM ${raw(table)} WHERE expires < ${now}`)
      }),
  }
}
