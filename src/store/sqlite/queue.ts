// Writes that arrive together share one commit, and so one fsync; each has its own savepoint, so that one which fails is undone alone.
import Database from 'better-sqlite3'
import { StoreFailure } from '../errors.ts'
import type { Connection } from './database.ts'

/** What a unit of work did; `keep` false undoes it. */
export interface Done<Value> {
  readonly value: Value
  readonly keep: boolean
}

export interface Queue {
  /** Runs the unit, without awaiting inside, and resolves when it is durable. */
  write<Value>(unit: () => Done<Value>): Promise<Value>
  /** Resolves when nothing is under way; later writes are refused. */
  finish(): void
}

interface Waiting {
  /** Runs the unit and returns what to call once the commit is done. */
  run(): { readonly keep: boolean; settle(): void }
  reject(error: Error): void
}

/** What means that the file or the disk, not the unit, is at fault. */
const fatal = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(IOERR|FULL|CORRUPT|NOTADB|READONLY|CANTOPEN)/.test(error.code)

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('A unit of work failed'))

/** A queue on the connection; `undone` is told when a savepoint was rolled back, so that caches can be dropped. */
export const writeQueue = (db: Connection, undone: () => void): Queue => {
  let waiting: Waiting[] = []
  let closed = false

  /** Runs the unit, and undoes it where it is not kept; answers what to call once the commit is done. */
  const one = (unit: Waiting, undo: string): (() => void) => {
    try {
      const done = unit.run()
      if (!done.keep) {
        db.script(undo)
        undone()
      }
      return () => done.settle()
    } catch (error) {
      if (fatal(error) || !db.inTransaction) throw error
      db.script(undo)
      undone()
      return () => unit.reject(asError(error))
    }
  }

  /** A unit alone is its own transaction: within a savepoint every page would be copied before it is first changed. */
  const alone = (unit: Waiting): readonly (() => void)[] => {
    const settle = one(unit, 'ROLLBACK')
    if (db.inTransaction) db.execute('COMMIT')
    return [settle]
  }

  const together = (units: readonly Waiting[]): readonly (() => void)[] => {
    const settled = units.map((unit) => {
      db.execute('SAVEPOINT unit')
      const settle = one(unit, 'ROLLBACK TO unit')
      db.execute('RELEASE unit')
      return settle
    })
    db.execute('COMMIT')
    return settled
  }

  const flush = (): void => {
    const units = waiting
    waiting = []
    const [first, ...others] = units
    if (!first) return
    try {
      db.execute('BEGIN IMMEDIATE')
      for (const settle of others.length === 0 ? alone(first) : together(units)) settle()
    } catch (error) {
      undone()
      if (db.inTransaction) db.script('ROLLBACK')
      const code = error instanceof Database.SqliteError ? error.code : 'unknown'
      for (const unit of units) unit.reject(new StoreFailure(`The database could not commit (${code})`))
    }
  }

  return {
    write: <Value>(unit: () => Done<Value>) =>
      new Promise<Value>((resolve, reject) => {
        if (closed) {
          reject(new Error('The store is closed'))
          return
        }
        waiting.push({
          run() {
            const done = unit()
            return { keep: done.keep, settle: () => resolve(done.value) }
          },
          reject,
        })
        if (waiting.length === 1) setImmediate(flush)
      }),
    finish() {
      closed = true
      flush()
    },
  }
}
