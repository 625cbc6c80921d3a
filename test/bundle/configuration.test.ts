// Configuration under change: checked, hashed, compiled beside the running tables, swapped once stored (design, seam 4).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConfiguration } from '../../src/bundle/configuration.ts'
import { indexConfiguration } from '../../src/bundle/index-configuration.ts'
import { redact } from '../../src/bundle/secrets.ts'
import { hashClientSecret, isClientSecretHash, verifyClientSecret } from '../../src/oauth/secret.ts'

type Fields = Readonly<Record<string, unknown>>
type Tables = readonly string[]

const CLIENT = { resourceType: 'Client', id: 'app', secret: hashClientSecret('s') }
const POLICY = { resourceType: 'AccessPolicy', id: 'p', engine: 'allow', link: [{ reference: 'Client/app' }] }

const setUp = (initial: readonly Fields[] = [CLIENT, POLICY], rows: readonly string[] = []) => {
  const swapped: Tables[] = []
  const configuration = createConfiguration<Tables>({
    initial,
    compile: (resources) => {
      const all = [...resources]
      const bad = all.find(({ engine }) => engine === 'broken')
      return bad
        ? { ok: false, problems: [{ type: 'AccessPolicy', id: String(bad.id), path: ['engine'], message: 'no engine', severity: 'error' }] }
        : { ok: true, tables: all.map(({ resourceType, id }) => `${resourceType}/${id}`) }
    },
    checkResource: async ({ resourceType, unknown }) =>
      unknown === undefined ? [] : [{ code: 'structure', message: 'no such field', expression: `${resourceType}.unknown` }],
    hashSecret: hashClientSecret,
    hashPassword: async (password) => (password.startsWith('$hash$') ? password : `$hash$${password.length}`),
    exists: async (type, id) => initial.some((one) => one.resourceType === type && one.id === id),
    referrers: async (type, id) => (type === 'User' && id === 'u' ? rows : []),
    personsOf: async () => [],
    revoke: async () => undefined,
    swap: async (tables) => void swapped.push(tables),
  })
  return { configuration, swapped }
}

const prepared = async (result: ReturnType<ReturnType<typeof setUp>['configuration']['prepare']>) => {
  const done = await result
  assert.ok(done.ok, JSON.stringify(done))
  return done
}

test('owns the twelve configuration types and no FHIR type', () => {
  const { configuration } = setUp()
  const types = 'Client User Role AccessPolicy IdentityProvider TokenIntrospector Session Grant Scope AuthConfig Operation Api'
  for (const type of types.split(' ')) assert.ok(configuration.owns(type), type)
  for (const type of ['Patient', 'constructor', 'client']) assert.ok(!configuration.owns(type), type)
})

test('a client is stored with its type, its id and the hash of its secret, and acts only once committed', async () => {
  const { configuration, swapped } = setUp([])
  const done = await prepared(configuration.prepare([{ type: 'Client', id: 'new', resource: { id: 'other', secret: 'open sesame' } }]))
  const [client] = done.resources
  assert.equal(client?.resourceType, 'Client')
  assert.equal(client?.id, 'new')
  assert.ok(verifyClientSecret('open sesame', String(client?.secret)))
  assert.deepEqual(swapped, [])
  done.commit()
  assert.deepEqual(swapped, [['Client/new']])
})

test('a secret that is hashed already stays, and a client sent without one has none', async () => {
  const { configuration } = setUp()
  const done = await prepared(
    configuration.prepare([
      { type: 'Client', id: 'app', resource: CLIENT },
      { type: 'Client', id: 'open', resource: { name: 'no secret' } },
    ]),
  )
  assert.equal(done.resources[0]?.secret, CLIENT.secret)
  assert.ok(!Object.hasOwn(done.resources[1] ?? {}, 'secret'))
  done.abandon()
})

test('passwords and the literal tokens of a Session are hashed; they recompile nothing', async () => {
  const { configuration, swapped } = setUp()
  const done = await prepared(
    configuration.prepare([
      { type: 'User', id: 'u', resource: { password: 'secret' } },
      { type: 'Session', id: 's', resource: { access_token: 'janes-access-token' } },
    ]),
  )
  assert.equal(done.resources[0]?.password, '$hash$6')
  assert.ok(isClientSecretHash(String(done.resources[1]?.access_token)))
  done.commit()
  assert.deepEqual(swapped, [])
})

test('both forms of a policy link are stored as a list of references', async () => {
  const { configuration } = setUp()
  for (const link of [{ resourceType: 'Client', id: 'app' }, [{ reference: 'Client/app' }]]) {
    const done = await prepared(configuration.prepare([{ type: 'AccessPolicy', id: 'q', resource: { engine: 'allow', link } }]))
    assert.deepEqual(done.resources[0]?.link, [{ reference: 'Client/app' }])
    done.abandon()
  }
})

test('what the schema, the links or the compiler refuse is 422, and the running tables stay', async () => {
  const { configuration, swapped } = setUp()
  const bad: ReadonlyArray<readonly [Fields, string]> = [
    [{ engine: 'allow', unknown: 1 }, 'AccessPolicy.unknown'],
    [{ engine: 'broken' }, 'AccessPolicy.engine'],
    [{ engine: 'allow', link: { reference: 'Client/nobody' } }, 'AccessPolicy.link'],
    [{ engine: 'allow', link: { reference: 'Operation/NoSuchOne' } }, 'AccessPolicy.link'],
  ]
  for (const [resource, expression] of bad) {
    const refused = await configuration.prepare([{ type: 'AccessPolicy', id: 'q', resource }])
    assert.ok(!refused.ok && refused.status === 422)
    assert.deepEqual(
      refused.issues.map((issue) => issue.expression),
      [expression],
    )
  }
  assert.deepEqual(swapped, [])
})

test('a policy may come together with the client that it links to, and may link to the operations of the server', async () => {
  const { configuration } = setUp([])
  const done = await prepared(
    configuration.prepare([
      { type: 'AccessPolicy', id: 'p', resource: POLICY },
      { type: 'AccessPolicy', id: 'q', resource: { engine: 'allow', link: { reference: 'Operation/FhirRead' } } },
      { type: 'Client', id: 'app', resource: {} },
    ]),
  )
  done.abandon()
})

test('deleting what others link to is 409 and names them; together with them it is fine', async () => {
  const { configuration, swapped } = setUp([CLIENT, POLICY], ['Role/doctor'])
  const client = await configuration.prepare([{ type: 'Client', id: 'app', resource: undefined }])
  assert.ok(!client.ok && client.status === 409)
  assert.match(client.issues[0]?.message ?? '', /AccessPolicy\/p/)
  const user = await configuration.prepare([{ type: 'User', id: 'u', resource: undefined }])
  assert.ok(!user.ok && user.status === 409)
  assert.match(user.issues[0]?.message ?? '', /Role\/doctor/)
  const both = await prepared(
    configuration.prepare([
      { type: 'Client', id: 'app', resource: undefined },
      { type: 'AccessPolicy', id: 'p', resource: undefined },
    ]),
  )
  assert.deepEqual(both.resources, [undefined, undefined])
  both.commit()
  assert.deepEqual(swapped, [[]])
})

test('one preparation at a time: the second sees what the first committed, and nothing of what was abandoned', async () => {
  const { configuration, swapped } = setUp([])
  const first = await prepared(configuration.prepare([{ type: 'Client', id: 'a', resource: {} }]))
  const waiting = configuration.prepare([{ type: 'Client', id: 'b', resource: {} }])
  const last = configuration.prepare([{ type: 'Client', id: 'c', resource: {} }])
  first.commit()
  const second = await prepared(waiting)
  second.abandon()
  const third = await prepared(last)
  third.commit()
  assert.deepEqual(swapped, [['Client/a'], ['Client/a', 'Client/c']])
})

test('no secret leaves the server', () => {
  const jwt = { iss: 'i', secret: 'x', keys: [{ k: 'x', kty: 'OCT' }] }
  assert.deepEqual(redact('TokenIntrospector', { jwt, introspection_endpoint: { url: 'u', authorization: 'x' } }), {
    jwt: { iss: 'i', keys: [{ kty: 'OCT' }] },
    introspection_endpoint: { url: 'u' },
  })
  assert.deepEqual(redact('User', { id: 'u', password: 'x', twoFactor: { enabled: true, secretKey: 'x' } }), {
    id: 'u',
    twoFactor: { enabled: true },
  })
  assert.deepEqual(redact('Client', { id: 'c', secret: 'x' }), { id: 'c' })
  assert.deepEqual(redact('IdentityProvider', { client: { id: 'c', secret: 'x', 'private-key': 'x' } }), { client: { id: 'c' } })
})

test('users, roles and policies are indexed by what they are looked up with', () => {
  const user = { resourceType: 'User', userName: 'jane', identifier: [{ system: 'urn:s', value: '1' }], active: true }
  assert.deepEqual(indexConfiguration(user).entries, [
    { kind: 'identifier', param: 'User.userName', system: '', code: 'jane' },
    { kind: 'identifier', param: 'User.identifier', system: 'urn:s', code: '1' },
    { kind: 'token', param: 'User.active', system: '', code: 'true' },
  ])
  for (const reference of [{ reference: 'User/u' }, { resourceType: 'User', id: 'u' }])
    assert.deepEqual(indexConfiguration({ resourceType: 'Role', name: 'r', user: reference }).entries, [
      { kind: 'token', param: 'Role.name', system: '', code: 'r' },
      { kind: 'reference', param: 'Role.user', type: 'User', id: 'u' },
    ])
})
