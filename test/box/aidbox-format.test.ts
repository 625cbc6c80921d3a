// Aidbox's format over HTTP at the root (aidbox-behaviour §8.1, §8.2): what goes in comes out, in either spelling, and patches are of it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'root-secret', env: {} })
after(() => box.close())

const send = async (method: string, path: string, body?: string | object) => {
  const headers = { authorization: `Basic ${btoa('root:root-secret')}`, 'content-type': 'application/json' }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await box.request(path, { method, headers, ...(body !== undefined && { body: text }) })
  return { status: response.status, text: await response.text() }
}

const OBSERVATION = '"status":"final","code":{"text":"x"}'

test('§8.1, R4 json.html#decimal: decimals keep their precision at the root, both ways', async () => {
  const put = await send('PUT', '/Observation/d', `{${OBSERVATION},"value":{"Quantity":{"value":1.10}}}`)
  assert.equal(put.status, 201, put.text)
  assert.match((await send('GET', '/Observation/d')).text, /"value":\{"Quantity":\{"value":1\.10\}\}/)
  assert.match((await send('GET', '/fhir/Observation/d')).text, /"valueQuantity":\{"value":1\.10\}/)
})

test('§8.1: a reference to another server is {uri}, of an element too that is a choice elsewhere', async () => {
  const put = await send('PUT', '/Observation/u', `{${OBSERVATION},"subject":{"uri":"https://x.example/Patient/1"}}`)
  assert.equal(put.status, 201, put.text)
  assert.match((await send('GET', '/fhir/Observation/u')).text, /"subject":\{"reference":"https:\/\/x\.example\/Patient\/1"\}/)
  const again = await send('PUT', '/Observation/u', (await send('GET', '/Observation/u')).text)
  assert.equal(again.status, 200, again.text)
})

test('§8.2: a patch at the root is of the resource as Aidbox spells it; what it says of is changed, and nothing else', async () => {
  for (const id of ['a', 'b']) await send('PUT', `/Patient/${id}`, { deceased: { boolean: true } })
  await send('PUT', '/Observation/p', `{${OBSERVATION},"subject":{"resourceType":"Patient","id":"a"},"value":{"Quantity":{"value":2.50}}}`)
  const subject = /"subject":\{"reference":"Patient\/(\w)"\}/
  const stored = async (path: string) => (await send('GET', `/fhir${path}`)).text
  assert.equal((await send('PATCH', '/Observation/p', { subject: { id: 'b' } })).status, 200)
  assert.equal(subject.exec(await stored('/Observation/p'))?.[1], 'b')
  assert.equal((await send('PATCH', '/Observation/p', [{ op: 'replace', path: '/subject/id', value: 'a' }])).status, 200)
  assert.equal(subject.exec(await stored('/Observation/p'))?.[1], 'a')
  assert.match(await stored('/Observation/p'), /"valueQuantity":\{"value":2\.50\}/)
  assert.equal((await send('PATCH', '/Observation/p', { value: { Quantity: null, string: 's' } })).status, 200)
  assert.match(await stored('/Observation/p'), /"valueString":"s"/)
  assert.equal((await send('PATCH', '/Observation/p', { valueString: 't' })).status, 200, 'in FHIR’s spelling')
  assert.match(await stored('/Observation/p'), /"valueString":"t"/)
  assert.equal((await send('PATCH', '/Patient/a', { deceased: null })).status, 200)
  assert.doesNotMatch(await stored('/Patient/a'), /deceased/)
})
