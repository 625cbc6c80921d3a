// References within a transaction (R4 http.html#trules, bundle.html#references): where they stand, and what they are resolved to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, type Json } from './server.ts'

const URN = 'urn:uuid:0b7007ed-2f0b-4e45-aee0-85bad27083c1'
const ELSEWHERE = 'http://other.example/fhir'
const entry = (method: string, url: string, resource?: object, fullUrl?: string) => ({
  ...(fullUrl && { fullUrl }),
  ...(resource && { resource }),
  request: { method, url },
})
const transaction = (...entries: readonly object[]) => ({ body: { resourceType: 'Bundle', type: 'transaction', entry: entries } })
const patient = (value: string) => ({ resourceType: 'Patient', identifier: [{ system: 's', value }] })
const observation = (reference: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference } })
const resources = (json: Json): Json[] => json.entry.map((one: Json) => one.resource)

test('R4 http.html#trules: a urn is resolved in References, uris and links of narratives, and in no string or canonical', async () => {
  const { ask } = await createServer()
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${URN}">x</a><img src='${URN}' alt="${URN}"/>${URN}</div>`
  const sent = {
    ...observation(URN),
    text: { status: 'generated', div },
    contained: [{ resourceType: 'Provenance', policy: [URN, 'http://policy'], target: [{ reference: URN }] }],
    identifier: [{ system: 'urn:ietf:rfc:3986', value: URN }],
    extension: [
      { url: 'http://u', valueUri: URN },
      { url: 'http://c', valueCanonical: URN },
    ],
  }
  const { json, text } = await ask(
    'POST',
    '/',
    transaction(entry('POST', 'Observation', sent), entry('POST', 'Patient', patient('1'), URN)),
  )
  const [stored, subject] = resources(json)
  const name = `Patient/${subject.id}`
  assert.equal(stored.subject.reference, name, text)
  assert.ok(stored.text.div.includes(`<a href="${name}">x</a><img src="${name}" alt="${URN}"/>${URN}</div>`), stored.text.div)
  assert.deepEqual([stored.contained[0].policy, stored.contained[0].target[0].reference], [[name, 'http://policy'], name])
  assert.deepEqual([stored.identifier[0].value, stored.extension[0].valueUri, stored.extension[1].valueCanonical], [URN, name, URN])
})

test('R4 bundle.html#references: a relative reference is to the server that the entry’s fullUrl is of', async () => {
  const { ask, put } = await createServer()
  await put({ ...patient('ours'), id: '77' })
  const { json } = await ask(
    'POST',
    '/',
    transaction(
      entry('POST', 'Patient', patient('theirs'), `${ELSEWHERE}/Patient/77`),
      entry('POST', 'Observation', observation('Patient/77'), `${ELSEWHERE}/Observation/5`),
      entry('POST', 'Observation', observation('Patient/77')),
    ),
  )
  const [theirs, related, ours] = resources(json)
  assert.equal(related.subject.reference, `Patient/${theirs.id}`)
  assert.equal(ours.subject.reference, 'Patient/77')
})

test('what a definition is called stays, also where its entry is called the same', async () => {
  const { ask } = await createServer()
  const url = `${ELSEWHERE}/StructureDefinition/note`
  const definition = { resourceType: 'StructureDefinition', url, name: 'Note', status: 'draft', kind: 'complex-type', abstract: false }
  const extended = { ...patient('1'), extension: [{ url, valueString: 'x' }] }
  const { json } = await ask(
    'POST',
    '/',
    transaction(entry('POST', 'StructureDefinition', { ...definition, type: 'Extension' }, url), entry('POST', 'Patient', extended)),
  )
  const [stored, subject] = resources(json)
  assert.deepEqual([stored.url, subject.extension[0].url], [url, url])
})

test('R4 http.html#trules: conditional references are resolved last: to what the transaction stores, not to what it deletes or changes', async () => {
  const { ask, put } = await createServer()
  await put({ ...patient('gone'), id: 'gone' }, { ...patient('moved'), id: 'moved' })
  const made = await ask(
    'POST',
    '/',
    transaction(entry('POST', 'Observation', observation('Patient?identifier=s|new')), entry('POST', 'Patient', patient('new'))),
  )
  assert.equal(made.status, 200, made.text)
  assert.equal(resources(made.json)[0].subject.reference, `Patient/${resources(made.json)[1].id}`)
  const refused: ReadonlyArray<readonly [string, object]> = [
    ['gone', entry('DELETE', 'Patient/gone')],
    ['moved', entry('PUT', 'Patient/moved', { ...patient('other'), id: 'moved' })],
    ['new', entry('POST', 'Patient', patient('new'))],
  ]
  for (const [value, change] of refused) {
    const sent = transaction(change, entry('POST', 'Observation', observation(`Patient?identifier=s|${value}`)))
    const { status, json, text } = await ask('POST', '/', sent)
    assert.equal(status, 412, text)
    assert.deepEqual(json.issue[0].expression, ['Bundle.entry[1]'])
  }
  assert.equal((await ask('GET', '/Patient/gone')).status, 200)
})

test('R4 bundle.html#invs (bdl-7): two entries of one fullUrl are refused, since a reference to them leads nobody knows where', async () => {
  const { ask } = await createServer()
  const sent = transaction(
    entry('POST', 'Patient', patient('1'), URN),
    entry('POST', 'Patient', patient('2'), URN),
    entry('POST', 'Observation', observation(URN)),
  )
  const refused = await ask('POST', '/', sent)
  assert.deepEqual([refused.status, refused.json.issue[0].expression], [400, ['Bundle.entry[1]']])
  assert.equal((await ask('GET', '/Patient?_summary=count')).json.total, 0)
})
