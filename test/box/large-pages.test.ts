// A page ends early where its resources are large (R4 search.html#count: fewer than asked for, never more): an answer is put together in
// memory, and a thousand documents with what is attached to them are more than a small machine has (security-requirements R-04).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Box, createBox } from '../../src/box.ts'

const MOST = 64 * 1024 * 1024
const LARGE = 30
const SMALL = 30
const headers = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/fhir+json' }
let box: Box

before(async () => {
  box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'r' })
  const megabyte = { url: 'http://example.org/attached', valueString: 'x'.repeat(1_000_000) }
  for (let at = 0; at < LARGE + SMALL; at++) {
    const resource = {
      resourceType: 'Basic',
      id: `b${at}`,
      code: { text: 'x' },
      created: `2024-01-${String((at % 28) + 1).padStart(2, '0')}`,
      ...(at < LARGE && { extension: [megabyte, megabyte, megabyte] }),
    }
    const written = await box.request(`/fhir/Basic/b${at}`, { method: 'PUT', headers, body: JSON.stringify(resource) })
    assert.equal(written.status, 201)
  }
})
after(() => box.close())

for (const search of ['', '_sort=_id', '_sort=created,-_id', '_include=Basic:subject', '_total=accurate&_sort=-_lastUpdated']) {
  test(`R4 search.html#count: all of them, on pages of at most 64 MB: ${search || 'as they come'}`, async () => {
    const seen: string[] = []
    let pages = 0
    for (let path: string | undefined = `/fhir/Basic?${search}&_count=1000`; path !== undefined; pages++) {
      const answer = await box.request(path, { headers })
      assert.equal(answer.status, 200)
      const text = await answer.text()
      assert.ok(text.length < MOST, `a page has ${text.length} bytes`)
      const { entry, link, total } = JSON.parse(text)
      if (search.includes('_total')) assert.equal(total, LARGE + SMALL)
      seen.push(...entry.map((one: { resource: { id: string } }) => one.resource.id))
      path = link.find((one: { relation: string }) => one.relation === 'next')?.url.replace('http://localhost:8080', '')
    }
    assert.ok(pages > 1)
    assert.equal(seen.length, LARGE + SMALL)
    assert.equal(new Set(seen).size, LARGE + SMALL)
  })
}

test('a page of one is that one, however large', async () => {
  const { entry } = await (await box.request('/fhir/Basic?_id=b0&_count=1', { headers })).json()
  assert.equal(entry[0].resource.extension.length, 3)
})
