// The HTTP edge on a real socket (security-requirements H-01 to H-09, B-03, F5 to F10; RFC 9110, RFC 9112): bytes that two readers would
// read in two ways are refused, and nothing that a stranger writes around a request changes what is decided or linked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Served, serveBox } from '../box/served.ts'
import { exchange, type RawAnswer } from '../box/sockets.ts'

const ROOT = `Basic ${btoa('root:root-secret')}`
const NEAR = `Basic ${btoa('near:near-secret')}`
let site: Served
before(async () => {
  site = await serveBox({ bundles: ['test/smart/fixtures.yaml', 'test/http/edge.yaml'], rootClientSecret: 'root-secret', maxBody: 10_000 })
})
after(() => site.stop())

interface Raw {
  readonly method?: string
  readonly headers?: readonly string[]
  readonly body?: string
  readonly host?: string
}
/** The request line's target as it stands, and headers line by line. */
const send = (target: string, { method = 'GET', headers = [], body = '', host = 'localhost' }: Raw = {}): Promise<RawAnswer> => {
  const lines = [`host: ${host}`, 'connection: close', ...headers, ...(body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`])]
  return exchange(site.port, `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
const asRoot = (target: string, raw: Raw = {}) => send(target, { ...raw, headers: [`authorization: ${ROOT}`, ...(raw.headers ?? [])] })

test('H-01: methods that are none of ours are refused, HEAD is GET without its body, and no header makes another of one', async () => {
  for (const method of ['PROPFIND', 'TRACE', 'MKCOL', 'LOCK', 'SEARCH', 'REPORT']) {
    assert.equal((await asRoot('/fhir/Patient/p1', { method })).status, 405, method)
  }
  for (const method of ['get', 'FOO', 'GET,', ''])
    assert.ok([400, 405].includes((await asRoot('/fhir/Patient/p1', { method })).status), method)
  const [get, head] = [await asRoot('/fhir/Patient/p1'), await asRoot('/fhir/Patient/p1', { method: 'HEAD' })]
  assert.deepEqual([get.status, head.status, head.body, head.headers.get('etag')], [200, 200, '', get.headers.get('etag')])
  const override = ['x-http-method-override: DELETE', 'x-http-method: DELETE', 'x-method-override: DELETE']
  assert.equal((await asRoot('/fhir/Patient/p1', { headers: override })).status, 200)
  assert.equal((await asRoot('/fhir/Patient/p1')).status, 200, 'it is still there')
})

const TARGETS: readonly string[] = [
  ...[
    '//fhir/Patient/p2',
    '/fhir//Patient/p2',
    '/fhir/./Patient/p2',
    '/fhir/x/../Patient/p2',
    '/fhir/Patient/p1/../p2',
    '/./fhir/Patient/p2',
  ],
  ...['/fhir/Patient/p1%2F..%2Fp2', '/fhir/Patient%2Fp2', '/fhir%2FPatient%2Fp2', '/fhir/Patient/p1%5c..%5cp2', '/fhir\\Patient\\p2'],
  ...[
    '/fhir/%2e%2e/fhir/Patient/p2',
    '/fhir/Patient/%2e/p2',
    '/fhir/Patient/p2%00',
    '/fhir/Patient/p2%0a',
    '/fhir/Patient/p2%20',
    '/fhir/Patient/p2.',
  ],
  ...[
    '/fhir/Patient./p2',
    '/fhir/Patient/p2;x=1',
    '/fhir;x=1/Patient/p2',
    '/fhir/Patient/p2%3bx',
    '/fhir/Patient/p2%zz',
    '/fhir/Patient/p2%2500',
  ],
  ...['/fhir/Patient%c0%afp2', '/fhir/%c0%ae%c0%ae/fhir/Patient/p2', '/fhir/Patient/p2%ff', '/fhir/Patient/p2#x', '*', 'fhir/Patient/p2'],
]

test('H-02, H-03: a target with two readings is 400 or 404, and reaches nobody’s record', async () => {
  for (const target of TARGETS) {
    const { status, body } = await asRoot(target)
    assert.ok([400, 404].includes(status), `${target}: ${status}`)
    assert.doesNotMatch(body, /Brook|\n\s+at /, target)
  }
  assert.equal((await asRoot('/fhir/%50atient/p2')).status, 200, 'an escape with one reading')
  assert.equal((await asRoot(`/fhir/Patient/${'x'.repeat(65)}`)).status, 400)
})

const BODY = '{"resourceType":"Patient"}'
const SMUGGLED: ReadonlyArray<readonly [name: string, head: readonly string[], body: string]> = [
  [
    'Content-Length and Transfer-Encoding',
    ['content-length: 4', 'transfer-encoding: chunked'],
    '0\r\n\r\nGET /fhir HTTP/1.1\r\nhost: x\r\n\r\n',
  ],
  ['two Content-Lengths', ['content-length: 4', 'content-length: 26'], BODY],
  ['the same Content-Length twice', ['content-length: 26', 'content-length: 26'], BODY],
  ['a list of Content-Lengths', ['content-length: 26, 26'], BODY],
  ['a signed Content-Length', ['content-length: +26'], BODY],
  ['a space before the colon', ['transfer-encoding : chunked'], '0\r\n\r\n'],
  ['an unknown coding', ['transfer-encoding: xchunked'], '0\r\n\r\n'],
  ['chunked, then something', ['transfer-encoding: chunked, identity'], '0\r\n\r\n'],
  ['a folded header', ['x: a\r\n b: c', 'content-length: 26'], BODY],
  ['a NUL in a header', ['x: a\0b', 'content-length: 26'], BODY],
  ['a chunk size that is none', ['transfer-encoding: chunked'], 'zz\r\nx\r\n0\r\n\r\n'],
]

test('H-04: what a proxy in front would cut in another place is 400, and one request is one answer', async () => {
  for (const [name, head, body] of SMUGGLED) {
    const lines = ['host: localhost', `authorization: ${ROOT}`, 'content-type: application/fhir+json', ...head]
    const answer = await exchange(site.port, `POST /fhir/Patient HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
    assert.equal(answer.status, 400, name)
    assert.doesNotMatch(answer.body, /HTTP\/1\.1/, `${name}: a second answer`)
  }
  assert.equal((await exchange(site.port, 'GET /fhir/metadata HTTP/1.1\nhost: x\nconnection: close\n\n')).status, 400, 'bare line feeds')
  assert.equal((await exchange(site.port, 'GET /fhir/metadata HTTP/1.1\r\nconnection: close\r\n\r\n')).status, 400, 'no Host')
  assert.equal((await send('/health', { headers: [`x: ${'a'.repeat(17_000)}`] })).status, 431)
})

test('H-05, B-03: two Hosts, two credentials, two types, or a target that names a host', async () => {
  assert.equal((await asRoot('/fhir/Patient/p1', { headers: ['host: evil.example'] })).status, 400)
  assert.equal((await asRoot('/fhir/Patient/p1', { headers: [`authorization: ${ROOT}`] })).status, 400)
  const types = ['content-type: application/fhir+json', 'content-type: text/plain']
  assert.equal((await asRoot('/fhir/Patient', { method: 'POST', headers: types, body: BODY })).status, 400)
  for (const target of ['http://evil.example/fhir/Patient/p1', 'http://localhost/fhir/Patient/p1', 'https://evil.example:443/']) {
    assert.equal((await asRoot(target)).status, 400, target)
  }
})

const SPOOFED = [
  'forwarded: for=127.0.0.1;host=evil.example;proto=https',
  ...['host', 'server', 'prefix', 'proto', 'port', 'for'].map((name) => `x-forwarded-${name}: evil.example`),
  ...['x-original-url: /fhir/Patient/p2', 'x-rewrite-url: /fhir/Patient/p2', 'x-host: evil.example', 'x-real-ip: 127.0.0.1'],
]

test('H-05: Host and Forwarded reach no link, no Location, no issuer, no cookie and no route', async () => {
  const raw: Raw = { host: 'evil.example', headers: SPOOFED }
  const json = 'content-type: application/fhir+json'
  const answers = [
    await asRoot('/fhir/Patient?_count=1', raw),
    await asRoot('/fhir/Patient', { ...raw, method: 'POST', headers: [...SPOOFED, json], body: BODY }),
    await send('/.well-known/openid-configuration', raw),
    await send('/fhir/.well-known/smart-configuration', raw),
    await send('/fhir/metadata', raw),
    await send('/auth/login', raw),
    await send('/', { ...raw, headers: [...SPOOFED, 'accept: text/html'] }),
  ]
  for (const { status, headers, body } of answers) {
    assert.ok(status < 300, String(status))
    assert.doesNotMatch(`${[...headers].join('\n')}\n${body}`, /evil/)
  }
  const [search, created] = answers
  assert.ok(search?.body.includes(`${site.base}/fhir/Patient`))
  assert.ok(created?.headers.get('location')?.startsWith(`${site.base}/fhir/Patient/`))
  assert.match((await asRoot('/fhir/Patient/p1', raw)).body, /"id":"p1"/)
})

test('H-05, H-06: a policy on remote-addr sees the peer’s address in one spelling, never a header', async () => {
  const as = (headers: readonly string[] = []) => send('/fhir/Patient/p1', { headers: [`authorization: ${NEAR}`, ...headers] })
  assert.equal((await as()).status, 200)
  assert.equal((await as(['x-forwarded-for: 10.0.0.1', 'forwarded: for=10.0.0.1'])).status, 200)
  const far = `Basic ${btoa('far:far-secret')}`
  const tries = [
    'x-forwarded-for: 10.0.0.1',
    'forwarded: for=10.0.0.1',
    'x-real-ip: 10.0.0.1',
    'remote-addr: 10.0.0.1',
    'client-ip: 10.0.0.1',
  ]
  assert.equal((await send('/fhir/Patient/p1', { headers: [`authorization: ${far}`, ...tries] })).status, 403)
})

test('H-07: answers are not sniffed, leak no referrer and do not say what serves them', async () => {
  for (const target of [
    '/fhir/Patient/p1',
    '/fhir/metadata',
    '/health',
    '/auth/login',
    '/.well-known/jwks.json',
    '/nothing/here',
    '/fhir//x',
  ]) {
    const { headers } = await asRoot(target)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', target)
    assert.equal(headers.get('referrer-policy'), 'no-referrer', target)
    // Not over plain http (RFC 6797 §7.2); rows/pages.test.ts has it over TLS.
    for (const name of ['server', 'x-powered-by', 'via', 'strict-transport-security'])
      assert.equal(headers.has(name), false, `${target}: ${name}`)
  }
})

test('H-08: bodies are JSON or YAML in UTF-8, as they are', async () => {
  const post = (type: string, body = BODY, more: readonly string[] = []) =>
    asRoot('/fhir/Patient', { method: 'POST', headers: [`content-type: ${type}`, ...more], body })
  const entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir">&e;</Patient>'
  for (const type of ['application/fhir+xml', 'application/xml', 'text/xml']) assert.equal((await post(type, entity)).status, 415, type)
  for (const charset of ['utf-16', 'iso-8859-1', 'utf-7', '"utf-16"']) {
    assert.equal((await post(`application/fhir+json; charset=${charset}`)).status, 415, charset)
  }
  for (const coding of ['gzip', 'deflate', 'br', 'gzip, gzip']) {
    assert.equal((await post('application/fhir+json', BODY, [`content-encoding: ${coding}`])).status, 415, coding)
  }
  for (const type of [
    'application/fhir+json',
    'application/json; charset=UTF-8',
    'application/fhir+json; fhirVersion=4.0; charset="utf-8"',
  ]) {
    assert.equal((await post(type)).status, 201, type)
  }
  assert.equal((await post('application/fhir+json', `{"resourceType":"Patient","language":"${'x'.repeat(11_000)}"}`)).status, 413)
  const chunks = `2af8\r\n${'x'.repeat(11_000)}\r\n0\r\n\r\n`
  const chunked = await exchange(
    site.port,
    `POST /fhir/Patient HTTP/1.1\r\nhost: x\r\nauthorization: ${ROOT}\r\ncontent-type: application/fhir+json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks}`,
  )
  assert.equal(chunked.status, 413)
})

test('H-09: what may hold a record is kept by no shared cache, and differs by who asks', async () => {
  for (const target of [
    '/fhir/Patient/p1',
    '/fhir/Patient',
    '/fhir/Patient/p1/_history',
    '/Patient/p1',
    '/fhir/Patient/absent',
    '/fhir/User/amy',
  ]) {
    const { headers } = await asRoot(target)
    assert.match(headers.get('cache-control') ?? '', /private|no-store/, target)
    assert.match(headers.get('vary') ?? '', /Authorization/, target)
  }
  const token = await send('/auth/userinfo')
  assert.match(token.headers.get('cache-control') ?? '', /no-store/)
})
