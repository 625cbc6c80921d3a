// security-requirements §4.6: one reading of every request, made before routing; what has two readings is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalRequest, type Wire } from '../../src/http/canonical.ts'
import { HttpError } from '../../src/http/errors.ts'

const options = { id: 'r1', maxBody: 16 }
const wire = (target: string, rawHeaders: string[] = []): Wire => ({ target, rawHeaders, remoteAddr: '::ffff:10.1.2.3' })
const read = (target: string, init: RequestInit = {}, rawHeaders: string[] = []) =>
  canonicalRequest(new Request('http://internal.invalid/', init), wire(target, rawHeaders), options)
const status = (action: () => unknown): number => {
  try {
    action()
  } catch (error) {
    if (error instanceof HttpError) return error.status
    throw error
  }
  return 200
}

test('H-02: paths that another reader would read otherwise are refused', () => {
  for (const path of [
    '//fhir',
    '/fhir//Patient',
    '/fhir/./Patient',
    '/fhir/../x',
    '/fhir/%2e%2e/x',
    '/fhir/Patient%2Fp1',
    '/fhir/a%5cb',
    '/fhir/a%00',
    '/fhir/a%0ab',
    '/fhir/Patient./x',
    '/fhir/a%20',
    '/fhir/%zz',
    '/fhir/a%25b',
  ]) {
    assert.equal(
      status(() => read(path)),
      400,
      path,
    )
  }
})

test('H-03: matrix parameters are refused', () => {
  assert.equal(
    status(() => read('/fhir/Patient;x=1')),
    400,
  )
})

test('H-05, F8: an absolute-form target, or a second Host or Authorization header, is refused', () => {
  assert.equal(
    status(() => read('http://evil.example/fhir')),
    400,
  )
  assert.equal(
    status(() => read('/fhir', {}, ['Host', 'a', 'host', 'b'])),
    400,
  )
  assert.equal(
    status(() => read('/fhir', {}, ['Authorization', 'Bearer a', 'Authorization', 'Bearer b'])),
    400,
  )
  assert.equal(
    status(() => read('/fhir', {}, ['Accept', 'a', 'Accept', 'b'])),
    200,
  )
})

test('H-01: methods outside of the list are 405', () => {
  assert.equal(
    status(() => read('/fhir', { method: 'PROPFIND' })),
    405,
  )
})

test('a path and its query are read once: segments decoded, a trailing slash dropped, the remote address canonical (H-06)', () => {
  const request = read('/fhir/%50atient/p1/?_id=a%2Cb&_id=c&patient=d+e')
  assert.deepEqual(request.segments, ['fhir', 'Patient', 'p1'])
  assert.equal(request.path, '/fhir/%50atient/p1')
  assert.deepEqual(request.query.getAll('_id'), ['a,b', 'c'])
  assert.equal(request.query.get('patient'), 'd e')
  assert.equal(request.remoteAddr, '10.1.2.3')
})

test('R-01: a body over the limit is 413, by its declared and by its real length', async () => {
  await assert.rejects(read('/x', { method: 'POST', body: 'x'.repeat(17) }).body(), { status: 413 })
  const chunked = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('x'.repeat(10)))
      controller.enqueue(new TextEncoder().encode('x'.repeat(10)))
      controller.close()
    },
  })
  const request = new Request('http://internal.invalid/', { method: 'POST', body: chunked, duplex: 'half' } as RequestInit)
  await assert.rejects(canonicalRequest(request, wire('/x'), options).body(), { status: 413 })
  assert.equal(new TextDecoder().decode(await read('/x', { method: 'POST', body: 'x'.repeat(16) }).body()), 'x'.repeat(16))
})

test('H-08: a compressed body is 415', () => {
  assert.equal(
    status(() => read('/x', { method: 'POST', body: 'x' }, ['content-encoding', 'gzip'])),
    415,
  )
})
