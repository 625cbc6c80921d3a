// Aidbox's wire: its resource format both ways, /rpc, PUT / (aidbox-behaviour §8.1, §8.2, §3.3).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchUpsert } from '../../src/aidbox/batch-upsert.ts'
import { toAidbox, toFhir } from '../../src/aidbox/format.ts'
import { createRpc, RpcError, type RpcMethod } from '../../src/aidbox/rpc.ts'
import type { Authorize } from '../../src/fhir/access.ts'
import { parseJson, stringifyJson } from '../../src/http/json.ts'
import { parametersOf } from '../../src/http/parameters.ts'
import type { CanonicalRequest } from '../../src/http/request.ts'
import { ALL } from '../../src/store/criterion.ts'

const request: CanonicalRequest = {
  id: 'r1',
  method: 'POST',
  path: '/rpc',
  segments: ['rpc'],
  query: parametersOf([]),
  queryString: '',
  headers: new Map(),
  remoteAddr: undefined,
  body: async () => new Uint8Array(),
}

const PAIRS = [
  [
    {
      resourceType: 'Observation',
      id: 'o',
      subject: { resourceType: 'Patient', id: 'p', display: 'P' },
      value: { Quantity: { value: 1, unit: 'kg' } },
      effective: { dateTime: '2020' },
      performer: [{ uri: 'https://x/y' }, { localRef: 'c' }],
      contained: [{ resourceType: 'Patient', id: 'c' }],
      extension: [{ url: 'u', value: { Reference: { resourceType: 'Patient', id: 'p' } } }],
    },
    {
      resourceType: 'Observation',
      id: 'o',
      subject: { reference: 'Patient/p', display: 'P' },
      valueQuantity: { value: 1, unit: 'kg' },
      effectiveDateTime: '2020',
      performer: [{ reference: 'https://x/y' }, { reference: '#c' }],
      contained: [{ resourceType: 'Patient', id: 'c' }],
      extension: [{ url: 'u', valueReference: { reference: 'Patient/p' } }],
    },
  ],
  [
    {
      resourceType: 'AccessPolicy',
      id: 'a',
      link: [{ resourceType: 'Client', id: 'x' }],
      matcho: { user: { resourceType: 'User', id: 'x' } },
    },
    { resourceType: 'AccessPolicy', id: 'a', link: [{ reference: 'Client/x' }], matcho: { user: { resourceType: 'User', id: 'x' } } },
  ],
  [
    { resourceType: 'Measure', timing: { code: { text: 'BID' } }, effectivePeriod: { start: '2020' } },
    { resourceType: 'Measure', timing: { code: { text: 'BID' } }, effectivePeriod: { start: '2020' } },
  ],
] as const

test('§8.1: Aidbox to FHIR and back', () => {
  for (const [aidbox, fhir] of PAIRS) {
    assert.deepEqual(toFhir(aidbox), fhir)
    assert.deepEqual(toAidbox(fhir), aidbox)
    assert.deepEqual(toFhir(fhir), fhir, 'FHIR stays FHIR')
  }
})

test('§8.1: a number whose spelling is kept, and a reference to what is elsewhere, whatever the element is called', () => {
  const value = parseJson('{"value":1.10}')
  const aidbox = { resourceType: 'Observation', value: { Quantity: value }, subject: { uri: 'https://x/Patient/1' } }
  const fhir = { resourceType: 'Observation', valueQuantity: value, subject: { reference: 'https://x/Patient/1' } }
  assert.equal(stringifyJson(toFhir(aidbox)), stringifyJson(fhir))
  assert.equal(stringifyJson(toAidbox(fhir)), stringifyJson(aidbox))
  const map = { resourceType: 'ConceptMap', source: { uri: 'https://x' }, extension: [{ url: 'u', value: { uri: 'https://y' } }] }
  assert.deepEqual(toFhir(map), { resourceType: 'ConceptMap', sourceUri: 'https://x', extension: [{ url: 'u', valueUri: 'https://y' }] })
  assert.deepEqual(toAidbox(toFhir(map)), map)
})

test('POST /rpc: policies decide each call; one answer per call of a batch', async () => {
  const rpc = createRpc({
    methods: new Map<string, RpcMethod>([
      ['echo', async (params) => params],
      [
        'fail',
        async () => {
          throw new RpcError('no such user')
        },
      ],
    ]),
  })
  const denied =
    (status: 401 | 403): Authorize =>
    async ({ operation, params }) =>
      operation === 'rpc' && params._m !== 'secret'
        ? { permit: true, rows: () => ALL, confined: false }
        : { permit: false, status, reason: 'Forbidden' }
  const caller = { request, principal: { method: 'bearer' as const, roles: [] }, authorize: denied(403) }
  assert.deepEqual(await rpc({ method: 'echo', params: { a: 1 } }, caller), { status: 200, body: { result: { a: 1 } } })
  assert.equal((await rpc({ method: 'secret' }, caller)).status, 403)
  assert.equal((await rpc({ method: 'secret' }, { ...caller, authorize: denied(401) })).status, 401)
  assert.equal((await rpc({ method: 'toString' }, caller)).status, 404)
  assert.equal((await rpc({ params: {} }, caller)).status, 400)
  assert.deepEqual(await rpc([{ method: 'echo' }, { method: 'fail' }], caller), {
    status: 200,
    body: [{ result: {} }, { error: { message: 'no such user' } }],
  })
})

test('PUT /: a list of resources, each a PUT of its own; a malformed item writes nothing', async () => {
  const written: string[] = []
  const upsert = async (type: string, id: string, resource: unknown) => {
    written.push(`${type}/${id}`)
    return { status: id === 'denied' ? 403 : 201, resource }
  }
  const a = { resourceType: 'Client', id: 'a' }
  assert.equal((await batchUpsert([a, { resourceType: 'Client' }], upsert)).status, 400)
  assert.equal((await batchUpsert(a, upsert)).status, 400)
  assert.deepEqual(written, [])
  assert.deepEqual(await batchUpsert([a], upsert), { status: 200, body: [a] })
  assert.equal((await batchUpsert([{ resourceType: 'Client', id: 'denied' }, a], upsert)).status, 403)
  assert.deepEqual(written, ['Client/a', 'Client/denied'])
})
