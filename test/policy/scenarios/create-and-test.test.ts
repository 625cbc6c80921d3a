// Aidbox's tutorial on creating and testing policies (aidbox-behaviour §10.26): a client, then users of two roles, in both of its engines.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, policy, type Resource, refusal, user, world } from './world.ts'

const POSTMAN = client('postman')
const patient: Resource = { resourceType: 'Patient' }

const FOR_POSTMAN: ReadonlyArray<readonly [engine: string, source: Resource]> = [
  [
    'matcho',
    policy('policy-for-postman', { engine: 'matcho', matcho: { client: { id: 'postman' }, uri: '#^/fhir/.*', 'request-method': 'get' } }),
  ],
  [
    'json-schema',
    policy('policy-for-postman', {
      engine: 'json-schema',
      schema: {
        required: ['client', 'uri', 'request-method'],
        properties: {
          uri: { type: 'string', pattern: '^/fhir/.*' },
          client: { required: ['id'], properties: { id: { const: 'postman' } } },
          'request-method': { const: 'get' },
        },
      },
    }),
  ],
]

for (const [engine, source] of FOR_POSTMAN) {
  test(`${engine}: the client reads below /fhir and writes nothing`, async () => {
    const { status, basic, close } = await world(source, POSTMAN, client('other'))
    assert.equal(await status(basic('postman'), 'GET', '/fhir/Patient'), 200)
    assert.equal(await status(basic('postman'), 'POST', '/fhir/Patient', patient), 403)
    assert.equal(await status(basic('postman'), 'GET', '/Patient'), 403)
    assert.equal(await status(basic('other'), 'GET', '/fhir/Patient'), 403)
    await close()
  })
}

/** `roles` holds the role, said as the document says it: not all of them are something else. */
const holds = (role: string) => ({
  required: ['data'],
  properties: { data: { required: ['roles'], properties: { roles: { type: 'array', not: { items: { not: { enum: [role] } } } } } } },
})
const bySchema = (id: string, role: string, method: object): Resource =>
  policy(id, {
    engine: 'json-schema',
    schema: {
      required: ['client', 'user', 'request-method'],
      properties: {
        user: holds(role),
        client: { required: ['id'], properties: { id: { const: 'postman' } } },
        'request-method': method,
      },
    },
  })
const byMatcho = (id: string, role: string, method: unknown): Resource =>
  policy(id, {
    engine: 'matcho',
    matcho: { user: { data: { roles: { $contains: role } } }, client: { id: 'postman' }, 'request-method': method },
  })

const METHODS = ['get', 'post', 'put', 'delete', 'patch']
const BY_ROLE: ReadonlyArray<readonly [engine: string, sources: readonly Resource[]]> = [
  ['matcho', [byMatcho('role-patient', 'Patient', 'get'), byMatcho('role-administrator', 'Administrator', { $enum: METHODS })]],
  [
    'json-schema',
    [
      bySchema('role-patient', 'Patient', { const: 'get' }),
      bySchema('role-administrator', 'Administrator', { enum: [...METHODS, 'option', 'head'] }),
    ],
  ],
]

for (const [engine, sources] of BY_ROLE) {
  test(`${engine}: the table of the document: both read, the administrator alone writes`, async () => {
    const { box, status, token, close } = await world(
      ...sources,
      POSTMAN,
      user('user1', { email: 'user1@example.org', data: { roles: ['Administrator', 'Doctor'] } }),
      user('user2', { email: 'user2@example.org', data: { roles: ['Patient'] } }),
      user('user3', { data: { roles: [] } }),
    )
    const [administrator, reader, nobody] = [
      await token('user1', 'postman'),
      await token('user2', 'postman'),
      await token('user3', 'postman'),
    ]
    const table = []
    for (const method of ['GET', 'POST'] as const) {
      const body = method === 'POST' ? [patient] : []
      table.push([await status(administrator, method, '/fhir/Patient', ...body), await status(reader, method, '/fhir/Patient', ...body)])
    }
    assert.deepEqual(table, [
      [200, 200],
      [201, 403],
    ])
    assert.equal(await status(nobody, 'GET', '/fhir/Patient'), 403)
    assert.equal(await status(await token('user1'), 'GET', '/fhir/Patient'), 403, 'through another client')
    // differs: `__debug=policy` is for administrators, or for everybody on loopback in development mode; for others it is no parameter.
    assert.equal(await status(reader, 'GET', '/fhir/Patient?__debug=policy'), 400)
    const { explanations } = await box.explain(
      { client: 'postman', user: 'user2' },
      { method: 'POST', url: '/fhir/Patient', body: patient },
    )
    assert.deepEqual([...(explanations[0]?.policies ?? [])].map(({ id, granted }) => `${id} ${granted}`).sort(), [
      'role-administrator false',
      'role-patient false',
    ])
    await close()
  })
}

test('differs: tokens that hold a policy of their own (signed-rpc) are refused at load', async () => {
  const [problem] = await refusal(policy('signed', { engine: 'signed-rpc', type: 'rpc' }))
  assert.equal(problem?.severity, 'error')
  assert.match(problem?.message ?? '', /signed-rpc is not served; use matcho-rpc/)
})
