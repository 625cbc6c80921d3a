// The limit: a bare Hono server that selects the same text, or runs the same search statement, from the same SQLite settings.
import { serve } from '@hono/node-server'
import Database from 'better-sqlite3'
import { Hono } from 'hono'

const [, , port = '0', file = ':memory:', statement = '{}'] = process.argv
const db = new Database(file)
db.pragma('locking_mode = EXCLUSIVE')
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.pragma('cache_size = -8192')
db.pragma('temp_store = MEMORY')

const app = new Hono()
app.get('/health', (c) => c.json({ status: 'pass' }))
if (statement !== '{}') {
  const { text, values }: { text: string; values: (string | number)[][] } = JSON.parse(statement)
  const type = db.prepare("SELECT id FROM name WHERE kind = 1 AND text = 'Observation'").pluck().get()
  const read = db.prepare('SELECT body FROM res WHERE type = ? AND id = ?')
  const search = db.prepare(text)
  const headers = { 'content-type': 'application/fhir+json' }
  app.get('/fhir/Observation/:id', (c) => c.body((read.get(type, c.req.param('id')) as { body: string }).body, 200, headers))
  let searches = 0
  app.get('/fhir/Observation', (c) => {
    const rows = search.all(values[searches++ % values.length]) as { id: string; body: string }[]
    return c.body(
      `{"resourceType":"Bundle","entry":[${rows
        .slice(0, 20)
        .map(({ body }) => `{"resource":${body}}`)
        .join(',')}]}`,
      200,
      headers,
    )
  })
}
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' })
process.once('SIGTERM', () => process.exit(0))
