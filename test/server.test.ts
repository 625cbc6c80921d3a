// The box on a socket: many requests at once, each with its own answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBox } from '../src/box.ts'
import { listen } from '../src/server.ts'

test('requests that arrive together are each answered: reads, a body, a refusal and HEAD, on one port', async () => {
  const box = await createBox({ bundles: [], baseUrl: 'http://localhost:1' })
  const { port, stop } = await listen(box, { host: '127.0.0.1', port: 0 })
  try {
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
      return { status: response.status, id: response.headers.get('x-request-id'), text: await response.text() }
    }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => [
        ask('/health'),
        ask('/health', { method: 'HEAD' }),
        ask('/fhir/Patient/p1'),
        ask('/auth/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'none' }) }),
      ]).flat(),
    )
    const statuses = answers.map(({ status }) => status)
    assert.deepEqual([...new Set(statuses.filter((_, at) => at % 4 === 0))], [200])
    assert.deepEqual([...new Set(statuses.filter((_, at) => at % 4 === 1))], [200])
    assert.deepEqual([...new Set(statuses.filter((_, at) => at % 4 === 2))], [401])
    assert.deepEqual([...new Set(statuses.filter((_, at) => at % 4 === 3))], [400])
    assert.equal(new Set(answers.map(({ id }) => id)).size, 80)
    assert.deepEqual([...new Set(answers.filter((_, at) => at % 4 === 1).map(({ text }) => text))], [''])
    assert.ok(answers.filter((_, at) => at % 4 === 3).every(({ text }) => JSON.parse(text).error === 'unsupported_grant_type'))
  } finally {
    await stop()
  }
})
