// A search by POST is the same search by GET, wherever its parameters stand (R4 http.html#search): what its form says of the answer holds too.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Box, createBox } from '../../src/box.ts'

let box: Box
const root = { authorization: `Basic ${btoa('root:r')}` }
const get = (path: string, headers: Record<string, string> = {}) => box.request(path, { headers: { ...root, ...headers } })
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  box.request(path, { method: 'POST', body, headers: { ...root, 'content-type': 'application/x-www-form-urlencoded', ...headers } })

before(async () => {
  box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'r' })
  const written = await box.request('/fhir/Patient/p', {
    method: 'PUT',
    headers: { ...root, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Patient',
      id: 'p',
      active: true,
      name: [{ family: 'Form' }],
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">p</div>' },
    }),
  })
  assert.equal(written.status, 201)
})
after(() => box.close())

for (const parameters of [
  '_elements=active',
  '_summary=true',
  '_summary=text',
  '_summary=count',
  '_format=yaml',
  '_format=xml',
  '_pretty=true',
  '_summary=true&_elements=active',
  '_elements=active&_count=1&_total=accurate',
  'name=form&_sort=-_lastUpdated',
  'nonsense=1',
]) {
  test(`POST ≡ GET: ${parameters} (R4 http.html#search, security-requirements §4.3)`, async () => {
    for (const base of ['/fhir', '']) {
      const expected = await get(`${base}/Patient?${parameters}`)
      const text = await expected.text()
      const [first = '', ...others] = parameters.split('&')
      const ways = [
        post(`${base}/Patient/_search`, parameters),
        post(`${base}/Patient/_search?${parameters}`, ''),
        post(`${base}/Patient/_search?${first}`, others.join('&')),
      ]
      for (const answer of await Promise.all(ways)) {
        assert.equal(answer.status, expected.status)
        assert.equal(answer.headers.get('content-type'), expected.headers.get('content-type'))
        assert.equal(await answer.text(), text)
      }
    }
  })
}

test('the form of a search over the system and over a compartment (R4 http.html#search)', async () => {
  for (const [path, query] of [
    ['/fhir', '_type=Patient&_elements=active'],
    ['/fhir/Patient/p/*', '_elements=active'],
  ] as const) {
    const expected = await get(`${path}?${query}`)
    const answer = await post(`${path}/_search`, query)
    assert.deepEqual([answer.status, await answer.text()], [200, await expected.text()])
  }
})

test('the body of a search by POST is a form: 415 else, and without a body none is needed (R4 http.html#search)', async () => {
  const json = await post('/fhir/Patient/_search', '{}', { 'content-type': 'application/json' })
  assert.deepEqual([json.status, (await json.json()).issue[0].code], [415, 'not-supported'])
  const none = await box.request('/fhir/Patient/_search?_elements=active', { method: 'POST', headers: root })
  assert.equal(none.status, 200)
  const { entry } = await none.json()
  assert.deepEqual(Object.keys(entry[0].resource), ['resourceType', 'id', 'meta', 'active'])
})

test('a thousand ids are asked for at once, and more are too costly (R4 search.html#id; security-requirements R-04)', async () => {
  const ids = (number: number) => `_id=${Array.from({ length: number - 1 }, (_, at) => `absent-${at}`)},p`
  const found = await post('/fhir/Patient/_search', ids(1000))
  assert.deepEqual([found.status, (await found.json()).total], [200, 1])
  const refused = await post('/fhir/Patient/_search', ids(1001))
  assert.deepEqual([refused.status, (await refused.json()).issue[0].code], [400, 'too-costly'])
})

test('_type without a value is as good as absent (R4 search.html#errors)', async () => {
  const answer = await get('/fhir?_type=&_id=p')
  assert.deepEqual([answer.status, (await answer.json()).total], [200, 1])
  assert.equal((await get('/fhir?_type=Patient,')).status, 400)
})
