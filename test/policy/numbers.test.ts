// Numbers of a body as policies see them (aidbox-behaviour §3.1): by value, however they are spelt, in whichever engine looks at them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, policy, world } from './scenarios/world.ts'

const ENGINES: Readonly<Record<string, object>> = {
  matcho: { engine: 'matcho', matcho: { body: { valueQuantity: { value: 1.1 } } } },
  'json-schema': {
    engine: 'json-schema',
    schema: { properties: { body: { properties: { valueQuantity: { properties: { value: { maximum: 10 } } } } } } },
  },
  'json-logic': { engine: 'json-logic', 'json-logic': { '<=': [{ var: 'body.valueQuantity.value' }, 10] } },
}

for (const [engine, members] of Object.entries(ENGINES)) {
  test(`${engine}: 1.10 is 1.1, and 1.0e3 is more than 10`, async () => {
    const { box, basic, close } = await world(client('app'), policy('p', { ...members, link: [{ reference: 'Client/app' }] }))
    const headers = { ...basic('app'), 'content-type': 'application/fhir+json' }
    const create = async (value: string) => {
      const body = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":${value},"unit":"a"}}`
      return (await box.request('/fhir/Observation', { method: 'POST', headers, body })).status
    }
    assert.deepEqual([await create('1.1'), await create('1.10'), await create('11e-1')], [201, 201, 201])
    assert.deepEqual([await create('1000'), await create('1000.0'), await create('1.0e3'), await create('10.01')], [403, 403, 403, 403])
    await close()
  })
}
