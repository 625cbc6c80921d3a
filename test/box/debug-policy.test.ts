// Decisions explained over HTTP (aidbox-behaviour §3.7; security-requirements P-16, I4): administrators see why, the outside learns nothing.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type Box, createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-debug-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'bundle.json')
const client = (id: string) => ({
  resourceType: 'Client',
  id,
  secret: `${id}-secret`,
  grant_types: ['basic', 'password'],
  auth: { password: {} },
})
writeFileSync(
  file,
  JSON.stringify([
    client('reader'),
    client('portal'),
    { ...client('jwt-app'), type: 'smart-app', auth: { password: { token_format: 'jwt' } } },
    { ...client('auditor') },
    {
      resourceType: 'AccessPolicy',
      id: 'as-reader-read-patients',
      engine: 'matcho',
      link: [{ reference: 'Client/reader' }],
      matcho: { 'request-method': { $enum: ['get', 'post'] }, params: { 'resource/type': 'Patient', name: 'nil?' } },
    },
    {
      resourceType: 'AccessPolicy',
      id: 'as-reader-send-bundles',
      engine: 'matcho',
      link: [{ reference: 'Client/reader' }],
      matcho: { operation: { id: 'FhirTransaction' } },
    },
    {
      resourceType: 'AccessPolicy',
      id: 'as-reader-with-a-key',
      engine: 'matcho',
      link: [{ reference: 'Client/reader' }],
      matcho: { headers: { 'x-api-key': 'canary-key' } },
    },
    {
      resourceType: 'AccessPolicy',
      id: 'as-auditor-look-up-decisions',
      engine: 'matcho',
      link: [{ reference: 'Client/auditor' }],
      matcho: { operation: { id: 'decision' } },
    },
    { resourceType: 'User', id: 'amy', password: 'amy-password', data: { role: 'patient' } },
    { resourceType: 'Patient', id: 'p1' },
    { resourceType: 'Observation', id: 'o1', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p1' } },
  ]),
)

const lines: Record<string, unknown>[] = []
const log = {
  info: (members: object, message: string) => void lines.push({ ...members, message }),
  warn: () => undefined,
  error: () => undefined,
}
const options = { bundles: [file], baseUrl: 'https://box.example', rootClientSecret: 'root-secret', env: {}, log }
const box = await createBox(options)
const dev = await createBox({ ...options, devMode: true })
after(async () => {
  await box.close()
  await dev.close()
})

const basic = (id: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(`${id}:${id}-secret`).toString('base64')}` })
const ask = async (on: Box, path: string, headers: Record<string, string> = {}, init: RequestInit = {}) => {
  const response = await on.request(path, {
    ...init,
    headers: { ...headers, ...(init.body ? { 'content-type': 'application/json' } : {}) },
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}
const fromAddress = (path: string, remoteAddr: string, headers: Record<string, string> = {}) => {
  const wire = { target: path, rawHeaders: Object.entries(headers).flat(), remoteAddr }
  return dev.fetch(new Request(`https://box.example${path}`, { headers }), wire)
}
const post = (body: unknown, method = 'POST'): RequestInit => ({ method, body: JSON.stringify(body) })

test('__debug=policy: an administrator gets the request and every policy’s answer in place of the answer; nothing is done', async () => {
  const answer = await ask(box, '/fhir/Patient/p1?__debug=policy', basic('root'))
  assert.equal(answer.status, 200)
  const { request, policies, decision } = answer.json()
  assert.equal(request.uri, '/fhir/Patient/p1')
  assert.equal(request['request-method'], 'get')
  assert.equal(request['query-string'], undefined, 'it is decided as it would be without __debug')
  assert.deepEqual(request.params, { 'resource/type': 'Patient', 'resource/id': 'p1', id: 'p1' })
  assert.deepEqual(request.operation, { id: 'FhirRead', resourceType: 'Operation' })
  assert.doesNotMatch(answer.text, /root-secret|authorization/)
  assert.deepEqual(
    policies.map((policy: Record<string, unknown>) => [policy.id, policy.engine, policy['eval-result']]),
    [['root-client-seed-policy', 'allow', true]],
  )
  assert.deepEqual(decision, { permit: true })
  const created = await ask(box, '/fhir/Patient?__debug=policy', basic('root'), post({ resourceType: 'Patient', id: 'never' }))
  assert.equal(created.json().request.resource.id, 'never')
  const put = await ask(box, '/fhir/Patient/never?__debug=policy', basic('root'), post({ resourceType: 'Patient', id: 'never' }, 'PUT'))
  assert.equal(put.json().request.operation.id, 'FhirUpdate')
  assert.equal((await ask(box, '/fhir/Patient/never', basic('root'))).status, 404, 'nothing was written')
  assert.equal(
    (await ask(box, '/fhir/Nothing/x?__debug=policy', basic('root'))).status,
    404,
    'where nothing is decided the answer is its own',
  )
})

test('P-16: for everybody else __debug is an unknown parameter, and says nothing', async () => {
  for (const headers of [basic('reader'), {}]) {
    const answer = await ask(box, '/fhir/Patient?__debug=policy', headers)
    assert.equal(answer.status, 400)
    assert.doesNotMatch(answer.text, /as-reader|eval-result/)
  }
  const inMode = await dev.request('/fhir/Patient?__debug=policy', { headers: basic('reader') })
  assert.equal(inMode.status, 400, 'an address that is unknown is not loopback')
})

test('P-16: development mode explains to whoever asks on loopback, and to nobody else', async () => {
  for (const [address, status] of [
    ['127.0.0.1', 200],
    ['::ffff:127.0.0.1', 200],
    ['::1', 200],
    ['10.0.0.7', 400],
    ['127.0.0.1.evil.example', 400],
  ] as const) {
    assert.equal((await fromAddress('/fhir/Patient?__debug=policy', address, basic('reader'))).status, status, address)
  }
  const anonymous = await fromAddress('/fhir/Patient?__debug=policy', '127.0.0.1')
  assert.deepEqual(((await anonymous.json()) as { decision: unknown }).decision, {
    permit: false,
    status: 401,
    reason: 'authentication is required',
  })
})

test('a policy that does not grant says its first mismatch as Aidbox does: expected, but, path', async () => {
  const answer = await fromAddress('/fhir/Observation/o1?__debug=policy', '127.0.0.1', basic('reader'))
  const { policies } = (await answer.json()) as { policies: Array<Record<string, unknown>> }
  const [first] = policies
  assert.equal(first?.['eval-result'], false)
  assert.deepEqual(first?.errors, [{ expected: 'Patient', but: 'Observation', path: ['params', 'resource/type'] }])
  assert.deepEqual(first?.matcho, { 'request-method': { $enum: ['get', 'post'] }, params: { name: 'nil?', 'resource/type': 'Patient' } })
})

test('__debug=policy on a Bundle: the Bundle’s decision and each entry’s, of a batch and of a transaction alike', async () => {
  for (const type of ['batch', 'transaction']) {
    const bundle = {
      resourceType: 'Bundle',
      type,
      entry: [
        { request: { method: 'PUT', url: 'Patient/by-bundle' }, resource: { resourceType: 'Patient', id: 'by-bundle' } },
        { request: { method: 'GET', url: 'Observation/o1' } },
      ],
    }
    const answer = await ask(box, '/fhir?__debug=policy', basic('root'), post(bundle))
    assert.equal(answer.status, 200)
    const { request, entries } = answer.json()
    assert.equal(request.operation.id, 'FhirTransaction')
    assert.equal(request.resource.type, type)
    assert.deepEqual(
      entries.map((entry: { request: { operation: { id: string }; uri: string } }) => [entry.request.operation.id, entry.request.uri]),
      [
        ['FhirUpdate', '/fhir/Patient/by-bundle'],
        ['FhirRead', '/fhir/Observation/o1'],
      ],
    )
  }
  assert.equal((await ask(box, '/fhir/Patient/by-bundle', basic('root'))).status, 404)
})

test('__debug=policy on POST /rpc', async () => {
  const answer = await ask(
    box,
    '/rpc?__debug=policy',
    basic('root'),
    post({ method: 'aidbox.smart/get-launch-uri', params: { user: 'amy' } }),
  )
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json().request.params, { user: 'amy', _m: 'aidbox.smart/get-launch-uri' })
})

test('x-debug: policy: the answer is the ordinary one, and each policy is a line of the log', async () => {
  lines.length = 0
  const answer = await ask(box, '/fhir/Patient/p1', { ...basic('root'), 'x-debug': 'policy' })
  assert.equal(answer.json().resourceType, 'Patient')
  const traced = lines.filter(({ message }) => message === 'auth/trace-policy')
  assert.deepEqual(
    traced.map(({ policy, granted, operation }) => [policy, granted, operation]),
    [['root-client-seed-policy', true, 'FhirRead']],
  )
  lines.length = 0
  await ask(box, '/fhir/Patient/p1', { ...basic('reader'), 'x-debug': 'policy' })
  assert.deepEqual(
    lines.filter(({ message }) => message === 'auth/trace-policy'),
    [],
  )
})

test('POST /$matcho: what was given, with the mismatches; what is no pattern is 422', async () => {
  const matches = await ask(box, '/$matcho', basic('root'), post({ matcho: { a: '.b' }, resource: { a: 1 }, context: { b: 1 } }))
  assert.deepEqual(matches.json(), { matcho: { a: '.b' }, resource: { a: 1 }, context: { b: 1 }, result: [] })
  const differs = await ask(box, '/$matcho', basic('root'), post({ matcho: { a: [1, { c: 4 }] }, resource: { a: [1, { c: 3 }] } }))
  assert.deepEqual(differs.json().result, [{ expected: 4, but: 3, path: ['a', '1', 'c'] }])
  const missing = await ask(box, '/$matcho', basic('root'), post({ matcho: { a: 'present?' }, resource: {} }))
  assert.deepEqual(missing.json().result, [{ expected: 'present?', path: ['a'] }])
  const refused = await ask(box, '/$matcho', basic('root'), post({ matcho: { a: { $or: [1] } }, resource: {} }))
  assert.equal(refused.status, 422)
  assert.match(refused.json().issue[0].diagnostics, /unknown key \$or/)
  const long = await ask(box, '/$matcho', basic('root'), post({ matcho: { a: '#a.*b' }, resource: { a: 'a'.repeat(70_000) } }))
  assert.equal(long.status, 422)
  assert.equal((await ask(box, '/$matcho', basic('root'), post({ resource: {} }))).status, 400)
  assert.equal((await ask(box, '/$matcho', basic('reader'), post({ matcho: { a: 1 } }))).status, 403)
  assert.equal((await ask(box, '/$matcho', {}, post({ matcho: { a: 1 } }))).status, 401)
})

const unsigned = (claims: object) =>
  `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`

test('POST /auth/test-policy: a policy that is not stored, on a request that is not made', async () => {
  const tested = await ask(
    box,
    '/auth/test-policy',
    basic('root'),
    post({
      request: { uri: '/fhir/Patient', 'request-method': 'get', user: { data: { role: 'admin' } } },
      policy: { engine: 'matcho', matcho: { params: { 'resource/type': 'Patient' }, user: { data: { role: 'admin' } } } },
    }),
  )
  assert.equal(tested.status, 200)
  assert.equal(tested.json().operation.id, 'FhirSearch')
  assert.equal(tested.json().request.params['resource/type'], 'Patient')
  assert.deepEqual(tested.json().result, { 'eval-result': true })

  const stored = await ask(
    box,
    '/auth/test-policy',
    basic('root'),
    post({
      request: { uri: '/fhir/Patient', 'request-method': 'get', 'user-id': 'amy', 'client-id': 'reader' },
      policy: {
        engine: 'matcho',
        link: [{ reference: 'Client/else' }],
        matcho: { client: { id: 'reader' }, user: { data: { role: 'admin' } } },
      },
    }),
  )
  assert.deepEqual(stored.json().result, {
    'eval-result': false,
    errors: [{ expected: 'admin', but: 'patient', path: ['user', 'data', 'role'] }],
  })
  assert.doesNotMatch(stored.text, /\$s0\$|"secret"|"password":/, 'no secret of whom it found')

  const jwt = await ask(
    box,
    '/auth/test-policy',
    basic('root'),
    post({
      request: {
        uri: '/fhir/Patient',
        'request-method': 'get',
        headers: { authorization: `Bearer ${unsigned({ iss: 'https://other', role: 'manager' })}` },
      },
      policy: {
        engine: 'json-schema',
        schema: { required: ['jwt'], properties: { jwt: { required: ['role'], properties: { role: { constant: 'manager' } } } } },
      },
    }),
  )
  assert.deepEqual(jwt.json().result, { 'eval-result': true })
  assert.equal(
    (await ask(box, '/fhir/Patient', { authorization: `Bearer ${unsigned({ iss: 'https://other' })}` })).status,
    401,
    'but nowhere else',
  )

  const wrong = await ask(box, '/auth/test-policy', basic('root'), post({ request: { uri: '/fhir' }, policy: { engine: 'sql' } }))
  assert.equal(wrong.status, 422)
  const nobody = await ask(box, '/auth/test-policy', basic('root'), post({ request: { 'user-id': 'none' }, policy: { engine: 'allow' } }))
  assert.equal(nobody.status, 404)
  for (const body of [
    {},
    [],
    { request: 1, policy: {} },
    { request: { uri: '/%zz' }, policy: { engine: 'allow' } },
    { request: { uri: 'x y' }, policy: { engine: 'allow' } },
  ]) {
    assert.ok((await ask(box, '/auth/test-policy', basic('root'), post(body))).status < 500)
  }
  assert.equal((await ask(box, '/auth/test-policy', basic('reader'), post({}))).status, 403)
})

test('a denial has an id that says nothing outside, and all of it to whom a policy lets look it up', async () => {
  const denied = await ask(box, '/fhir/Patient?name=Secretname', { ...basic('reader'), 'x-api-key': 'wrong-key' })
  assert.equal(denied.status, 403)
  assert.doesNotMatch(denied.text, /as-reader/)
  const id = denied.headers.get('x-request-id') ?? ''
  const found = await ask(box, `/$decision/${id}`, basic('auditor'))
  assert.equal(found.status, 200)
  const [denial] = found.json().denials
  assert.deepEqual(
    { ...denial, time: '' },
    {
      time: '',
      method: 'GET',
      path: '/fhir/Patient',
      operation: 'FhirSearch',
      interaction: 'search-type',
      client: 'reader',
      reason: 'policy',
      policies: [
        { id: 'as-reader-read-patients', why: 'mismatch', path: 'params.name', expected: 'nil?', found: 'a string' },
        { id: 'as-reader-send-bundles', why: 'mismatch', path: 'operation.id', expected: 'FhirTransaction', found: 'FhirSearch' },
        { id: 'as-reader-with-a-key', why: 'mismatch', path: 'headers.x-api-key', expected: '(not shown)', found: 'a string' },
      ],
    },
  )
  assert.doesNotMatch(found.text, /Secretname|wrong-key|canary-key/)
  assert.equal((await ask(box, `/$decision/${id}`, basic('root'))).status, 200)
  for (const headers of [basic('reader'), {}]) {
    const refused = await ask(box, `/$decision/${id}`, headers)
    assert.ok([401, 403].includes(refused.status))
    const unknown = await ask(box, '/$decision/unknown', headers)
    assert.equal(unknown.status, refused.status, 'whether an id is known is not said')
    assert.equal(unknown.text, refused.text)
  }
  assert.equal((await ask(box, '/$decision/unknown', basic('auditor'))).status, 404)
})

test('the denials of a batch are found under the one id; those of /rpc too; strangers’ are kept apart', async () => {
  const entry = { request: { method: 'GET', url: 'Observation/o1' } }
  const batch = await ask(box, '/fhir', basic('reader'), post({ resourceType: 'Bundle', type: 'batch', entry: [entry, entry] }))
  assert.equal(batch.status, 200)
  const looked = await ask(box, `/$decision/${batch.headers.get('x-request-id')}`, basic('auditor'))
  assert.equal(looked.json().denials.length, 2)
  const rpc = await ask(box, '/rpc', basic('reader'), post({ method: 'aidbox.smart/get-launch-uri' }))
  assert.equal(rpc.status, 403)
  const call = await ask(box, `/$decision/${rpc.headers.get('x-request-id')}`, basic('auditor'))
  assert.equal(call.json().denials[0].operation, 'rpc')
  for (let at = 0; at < 300; at++) await ask(box, '/fhir/Patient')
  assert.equal((await ask(box, `/$decision/${rpc.headers.get('x-request-id')}`, basic('auditor'))).status, 200)
})

test('a token that scopes bind looks nothing up, whatever its policies', async () => {
  const body = new URLSearchParams({
    grant_type: 'password',
    client_id: 'portal',
    client_secret: 'portal-secret',
    username: 'amy',
    password: 'amy-password',
    scope: 'patient/*.rs',
  })
  const token = (await (await box.request('/auth/token', { method: 'POST', body })).json()) as { access_token?: string }
  assert.ok(token.access_token)
  const headers = { authorization: `Bearer ${token.access_token}` }
  await ask(
    box,
    '/fhir/AccessPolicy/open',
    basic('root'),
    post({ resourceType: 'AccessPolicy', id: 'open', engine: 'allow', link: [{ reference: 'User/amy' }] }, 'PUT'),
  )
  assert.equal((await ask(box, '/$matcho', headers, post({ matcho: { a: 1 } }))).status, 403)
  assert.equal((await ask(box, '/fhir/Patient?__debug=policy', headers)).status, 400)
})

test('an explanation by name sees what a token of theirs would say: the claims of a real one, but for its times and name', async () => {
  const scope = 'patient/Observation.rs launch/patient'
  const form = {
    grant_type: 'password',
    client_id: 'jwt-app',
    client_secret: 'jwt-app-secret',
    username: 'amy',
    password: 'amy-password',
    scope,
  }
  const answer = await box.request('/auth/token', { method: 'POST', body: new URLSearchParams(form) })
  const { access_token } = (await answer.json()) as { access_token: string }
  const real = await box.explain({ jwt: decodeJwt(access_token) }, { method: 'GET', url: '/fhir/Observation' })
  const byName = await box.explain(
    { client: 'jwt-app', user: 'amy', scope: String(decodeJwt(access_token).scope).split(' ') },
    { method: 'GET', url: '/fhir/Observation' },
  )
  const claims = (explained: typeof real) => ({ ...(explained.explanations[0]?.request.jwt as object), iat: 0, exp: 0, jti: '' })
  assert.equal(byName.explanations[0]?.principal.client?.id, 'jwt-app')
  assert.deepEqual(claims(byName), claims(real))
})
