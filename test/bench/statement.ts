// The very statement that the store runs for a search, so that the baseline runs the same one.
import Database from 'better-sqlite3'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { parseSearch } from '../../src/fhir/search/parse.ts'
import { parseParameters } from '../../src/http/parameters.ts'
import { ALL } from '../../src/store/criterion.ts'
import { authorizeSearch } from '../../src/store/plan.ts'
import { openStore } from '../../src/store/sqlite/open.ts'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** Runs the search on the file with better-sqlite3's trace on, and returns the last SELECT over resources. */
export const statementOf = async (file: string, query: string): Promise<Statement> => {
  const seen: Statement[] = []
  const original = Database.prototype.prepare
  Database.prototype.prepare = function prepare(this: Database.Database, text: string) {
    const statement = original.call(this, text)
    const all = statement.all.bind(statement) as (...values: unknown[]) => unknown[]
    statement.all = (...values: unknown[]) => {
      seen.push({ text, values: values.flat() })
      return all(...values)
    }
    return statement
  } as typeof original
  try {
    const store = await openStore({ file, clock: { now: () => 0 } })
    const base = 'http://localhost/fhir'
    const input = { types: ['Observation'], parameters: parseParameters(query), lenient: false, base, permitted: () => ALL }
    const { plan } = parseSearch(loadDefinitions(), input)
    const { matches } = await store.search(authorizeSearch(plan, () => ALL))
    if (matches.length !== 20) throw new Error(`the search finds ${matches.length} rows, not 20`)
    await store.close()
  } finally {
    Database.prototype.prepare = original
  }
  const found = seen.findLast(({ text }) => /^SELECT x\.rid\b/.test(text))
  if (!found) throw new Error('the search ran no statement over resources')
  return found
}
