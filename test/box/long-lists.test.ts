// Long OR lists and many conditions (security-requirements R-04): answered, or refused as too costly; never a 5xx, whatever they hold.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Box, createBox } from '../../src/box.ts'

const headers = { authorization: `Basic ${btoa('root:r')}` }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const NUMBER = 40
let box: Box

const observation = (at: number) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://c', code: `c${at}`, display: `code ${at}` }] },
  identifier: [{ system: 'http://i', value: `i${at}` }],
  subject: { reference: `Patient/p${at % 2}` },
  effectiveDateTime: `2024-01-${String((at % 28) + 1).padStart(2, '0')}`,
  valueQuantity: { value: at, unit: 'mg' },
})

before(async () => {
  box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'r' })
  const put = (resource: object & { resourceType: string }, id: string) => ({
    resource: { ...resource, id },
    request: { method: 'PUT', url: `${resource.resourceType}/${id}` },
  })
  const answer = await box.request('/fhir', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        ...['p0', 'p1'].map((id) => put({ resourceType: 'Patient' }, id)),
        ...Array.from({ length: NUMBER }, (_, at) => put(observation(at), `o${at}`)),
      ],
    }),
  })
  assert.equal(answer.status, 200)
})
after(() => box.close())

const list = (length: number, value: (at: number) => string) => Array.from({ length }, (_, at) => value(at)).join(',')
const ask = async (type: string, body: string) => {
  const answer = await box.request(`/fhir/${type}/_search`, { method: 'POST', headers: { ...headers, ...form }, body })
  return { status: answer.status, json: await answer.json() }
}

const LISTS: ReadonlyArray<readonly [name: string, value: (at: number) => string, found: number]> = [
  ['code', (at) => `c${at}`, NUMBER],
  ['code', (at) => `http://c|c${at}`, NUMBER],
  ['code', (at) => `http://other-${at}|c${at}`, 0],
  ['code:text', (at) => `code ${at}`, NUMBER],
  ['code:not', (at) => `c${at}`, 0],
  ['identifier', (at) => `http://i|i${at + NUMBER - 1}`, 1],
  ['identifier', (at) => `i${at}`, NUMBER],
  ['patient', (at) => `p${at}`, NUMBER],
  ['subject', (at) => `Patient/p${at + 1}`, NUMBER / 2],
  ['date', (at) => `${2024 - at}`, NUMBER],
  ['date', (at) => `ge${2025 + at}`, 0],
  ['value-quantity', (at) => `${at}||mg`, NUMBER],
  ['value-quantity', (at) => `gt${at + NUMBER - 2}`, 1],
  ['value-quantity', (at) => `ne${at}`, NUMBER],
  ['_lastUpdated', (at) => `lt${2000 - at}`, 0],
  ['_tag', (at) => `t${at}`, 0],
]

for (const [name, value, found] of LISTS) {
  test(`R-04: 750 values of ${name}, as ${value(1)}, find what they should`, async () => {
    const { status, json } = await ask('Observation', `${name}=${encodeURIComponent(list(750, value))}&_total=accurate&_count=0`)
    assert.deepEqual([status, json.total], [200, found])
  })
}

test('R-04: a long list and others beside it are each what they are, negated and within a chain too', async () => {
  const values = (value: (at: number) => string) => encodeURIComponent(list(150, value))
  const found = async (query: string) => (await ask('Observation', `${query}&_total=accurate&_count=0`)).json.total
  assert.equal(await found(`code=${values((at) => `c${at + 10}`)}&date=${values((at) => `${2024 - at}`)}`), NUMBER - 10)
  assert.equal(await found(`code:not=${values((at) => `c${at + 10}`)}&identifier=${values((at) => `i${at}`)}`), 10)
  assert.equal(await found(`value-quantity=${values((at) => (at % 2 ? `gt${at + 500}` : `${at}||mg`))}`), NUMBER / 2)
  assert.equal(await found(`subject:Patient._id=${values((at) => `p${at + 1}`)}`), NUMBER / 2)
  assert.equal(await found(`subject:Patient._has:Observation:patient:code=${values((at) => `c${at + NUMBER - 1}`)}`), NUMBER / 2)
  assert.equal(await found(`code-value-quantity=${encodeURIComponent(list(60, (at) => `c${at}$${at + 1},c${at}$${at}`))}`), NUMBER)
})

test('R-04: ten sort keys, page by page; more are too costly', async () => {
  const keys = ['code', '-date', 'status', 'subject', 'value-quantity', 'identifier', 'category', '-_lastUpdated', 'method', '_id']
  const seen: string[] = []
  for (let path: string | undefined = `/fhir/Observation?_sort=${keys}&_count=15`; path !== undefined; ) {
    const answer = await box.request(path, { headers })
    assert.equal(answer.status, 200)
    const { entry, link } = await answer.json()
    seen.push(...entry.map((one: { resource: { id: string } }) => one.resource.id))
    path = link.find((one: { relation: string }) => one.relation === 'next')?.url.replace('http://localhost:8080', '')
  }
  assert.deepEqual(
    seen,
    Array.from({ length: NUMBER }, (_, at) => `c${at}`)
      .sort()
      .map((code) => code.replace('c', 'o')),
  )
  const { status, json } = await ask('Observation', `_sort=${[...keys, 'focus']}`)
  assert.deepEqual([status, json.issue[0].code], [400, 'too-costly'])
})

test('R-04: as many conditions as there may be, of any kind and nested, are 200 or 400, never a 5xx', async () => {
  const shapes: ReadonlyArray<readonly [type: string, condition: (at: number) => string]> = [
    ['Observation', (at) => `code=c${at}`],
    ['Observation', (at) => `code=c${at},d${at},e${at}`],
    ['Observation', (at) => `code:not=c${at}`],
    ['Observation', (at) => `code-value-quantity=c${at}$gt${at}`],
    ['Observation', (at) => `subject:Patient.name=n${at}`],
    ['Observation', (at) => `subject.identifier=n${at},m${at}`],
    ['Observation', (at) => `value-quantity=ne${at}`],
    ['Patient', (at) => `_has:Observation:patient:code=c${at}`],
    ['Patient', (at) => `_has:Observation:patient:_has:Observation:has-member:code=c${at}`],
    ['Patient', (at) => `name:missing=${at % 2 === 0}`],
    ['Patient', (at) => `general-practitioner.name=n${at}`],
  ]
  for (const [type, condition] of shapes) {
    for (const length of [20, 60, 130, 195, 390, 790]) {
      const conditions = Array.from({ length }, (_, at) => condition(at)).join('&')
      const { status, json } = await ask(type, conditions)
      assert.ok(status === 200 || (status === 400 && json.issue[0].code === 'too-costly'), `${length} of ${condition(0)}: ${status}`)
    }
  }
})
