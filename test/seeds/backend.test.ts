// Seed 004 (backend services): the client and its policy as printed. Its client assertion comes with issue 4.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'
import { ROOT, send } from './request.ts'

const box = await createBox({ bundles: [], baseUrl: 'https://box.example', rootClientSecret: 'root-secret', env: {} })
after(() => box.close())

test('004: the client without resourceType and id in its body, and its policy', async () => {
  const client = await send(
    box,
    `PUT /Client/inferno-my-clinic-bulk-client
content-type: application/json
accept: application/json

{
"type": "bulk-api-client",
"active": true,
"auth": {
"client_credentials": {
"client_assertion_types": [
"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
],
"access_token_expiration": 300,
"token_format": "jwt"
}
},
"scope": [
"system/*.read"
],
"jwks_uri": "https://jwks.example/.well-known/jwks.json",
"grant_types": [
"client_credentials"
]
}`,
    ROOT,
  )
  assert.equal(client.status, 201)
  const body = client.json()
  assert.equal(body.resourceType, 'Client')
  assert.equal(body.type, 'bulk-api-client')
  assert.equal(body.active, true)
  assert.deepEqual(body.scope, ['system/*.read'])
  assert.deepEqual(body.grant_types, ['client_credentials'])
  assert.equal(body.jwks_uri, 'https://jwks.example/.well-known/jwks.json')
  assert.deepEqual(body.auth, {
    client_credentials: {
      client_assertion_types: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
      access_token_expiration: 300,
      token_format: 'jwt',
    },
  })
  const policy = await send(
    box,
    `PUT /AccessPolicy/inferno-my-clinic-bulk-client
accept: application/json
content-type: application/json

{
"engine": "allow",
"link": [
{
"id": "inferno-my-clinic-bulk-client",
"resourceType": "Client"
}
]
}`,
    ROOT,
  )
  assert.equal(policy.status, 201)
  const { meta, ...rest } = policy.json()
  assert.deepEqual(rest, {
    id: 'inferno-my-clinic-bulk-client',
    link: [{ id: 'inferno-my-clinic-bulk-client', resourceType: 'Client' }],
    engine: 'allow',
    resourceType: 'AccessPolicy',
  })
  assert.equal(typeof meta, 'object')
})

test('bad configuration: comments in JSON are a clear 400, an unknown key 422 with its place, nothing is stored', async () => {
  const commented = await send(box, 'PUT /Client/c\ncontent-type: application/json\n\n{"grant_types": [ /* none */ ]}', ROOT)
  assert.equal(commented.status, 400)
  assert.match(commented.text, /comment/)
  const unknown = await send(box, 'PUT /Client/c\ncontent-type: application/json\n\n{"grant_typs": ["basic"]}', ROOT)
  assert.equal(unknown.status, 422)
  assert.match(unknown.text, /grant_types/)
  assert.equal((await send(box, 'GET /Client/c', ROOT)).status, 404)
})
