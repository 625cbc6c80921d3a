// security-requirements E-01: outbound requests leave only for public addresses over https, or for origins that the operator named.
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createEgress, isPublicAddress } from '../../src/http/egress.ts'

test('private, loopback, link-local, mapped and metadata addresses are not public', () => {
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '172.16.5.5',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.1.1',
    '224.0.0.1',
    '::1',
    '::',
    'fc00::1',
    'fe80::1',
    '::ffff:127.0.0.1',
    'not-an-ip',
  ]) {
    assert.equal(isPublicAddress(address), false, address)
  }
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111']) assert.equal(isPublicAddress(address), true, address)
})

test('an origin that nobody named is refused without a connection; a named one is reached, redirects are not followed', async () => {
  let connections = 0
  const server = http.createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://127.0.0.1/' }).end()
    else response.end('{"ok":true}')
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    await assert.rejects(createEgress([])(`${origin}/x`), /not allowed/)
    await assert.rejects(createEgress([])('https://127.0.0.1/x'), /not allowed/)
    await assert.rejects(createEgress([])('https://[::ffff:127.0.0.1]/x'), /not allowed/)
    assert.equal(connections, 0)
    const reached = await createEgress([origin])(`${origin}/x`)
    assert.deepEqual(await reached.json(), { ok: true })
    await assert.rejects(createEgress([origin])(`${origin}/away`), /redirects/)
  } finally {
    server.close()
  }
})
