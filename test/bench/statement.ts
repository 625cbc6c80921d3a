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
  /** Of each of the searches. */
  readonly values: readonly (readonly unknown[])[]
}

/** Runs the searches on the file with better-sqlite3's trace on, and returns the SELECT over resources that all of them are. */
export const statementOf = async (file: string, queries: readonly string[]): Promise<Statement> => {
  const seen: { readonly text: string; readonly values: readonly unknown[]; readonly columns: readonly string[] }[] = []
  const original = Database.prototype.prepare
  Database.prototype.prepare = function prepare(this: Database.Database, text: string) {
    const statement = original.call(this, text)
    const all = statement.all.bind(statement) as (...values: unknown[]) => unknown[]
    statement.all = (...values: unknown[]) => {
      seen.push({ text, values: values.flat(), columns: statement.columns().map(({ name }) => name) })
      return all(...values)
    }
    return statement
  } as typeof original
  try {
    const store = await openStore({ file, clock: { now: () => 0 } })
    const base = 'http://localhost/fhir'
    for (const query of queries) {
      const input = { types: ['Observation'], parameters: parseParameters(query), lenient: false, base, permitted: () => ALL }
      const { plan } = parseSearch(loadDefinitions(), input)
      const { matches } = await store.search(authorizeSearch(plan, () => ALL))
      if (matches.length !== 20) throw new Error(`${query} finds ${matches.length} rows, not 20`)
    }
    await store.close()
  } finally {
    Database.prototype.prepare = original
  }
  const found = seen.filter(({ text }) => /^SELECT [cx]\.rid, /.test(text))
  const [first] = found
  if (!first || found.length !== queries.length || found.some(({ text }) => text !== first.text)) {
    throw new Error('the searches did not run one statement over resources each, all the same')
  }
  if (!first.columns.includes('body')) throw new Error('the statement names no body for the bare server to answer')
  return { text: first.text, values: found.map(({ values }) => values) }
}
