// The slowest request that a policy can cause: policies at the edge of what is accepted, asked about requests that are made for it (P-15).
import assert from 'node:assert/strict'
import type { AccessRequest } from '../../src/fhir/access.ts'
import { parametersOf } from '../../src/http/parameters.ts'
import { compilePolicies } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { RequestView } from '../../src/policy/request-object.ts'

const LONG = 65_536
const ROUNDS = 5

const matcho = (pattern: object) => ({ engine: 'matcho', matcho: pattern })
const regex = (source: string) => matcho({ params: { q: source } })

const POLICIES: readonly object[] = [
  regex('#^[^/]*/[^/]*/[^/]*x$'),
  regex('#^[\\w.]+@[\\w.]+\\.[a-z]+$'),
  regex('#^(a|b)*c$'),
  regex('#a{0,7}b{0,7}c'),
  regex('#(aa|ab|ba|bb)x'),
  matcho({ params: { q: { $not: '#^(?i)(a|/)*x' } } }),
  matcho({ params: { list: { $contains: '#^(a|/)*x' } } }),
  matcho({ params: { list: { '$present-all': Array.from({ length: 20 }, (_, at) => `none-${at}`) } } }),
  matcho({ params: { q: { '$one-of': Array.from({ length: 50 }, (_, at) => `#^(a|/)*${at}`) } } }),
  matcho({ resource: { items: { $contains: { a: { $contains: { b: 'x' } } } } } }),
  matcho({ resource: '.body' }),
  { engine: 'json-logic', 'json-logic': { some: [{ var: 'resource.items' }, { some: [{ var: 'a' }, { '==': [{ var: 'b' }, 'x'] }] }] } },
  { engine: 'json-logic', 'json-logic': { in: [{ var: 'params.q' }, { var: 'params.list' }] } },
  {
    engine: 'json-schema',
    schema: {
      type: 'object',
      required: ['params'],
      properties: { params: { type: 'object', required: ['q'], properties: { q: { type: 'string', pattern: '^(a|/)*x$' } } } },
    },
  },
]

/** Each a kilobyte short of what a URL may hold. */
const TEXTS = ['a', '/', 'ab', 'a.', 'a@', '/a'].map((text) => text.repeat(LONG / text.length))
const MANY = Array.from({ length: LONG / 8 }, (_, at) => `aaaaaa${at % 10}`)
const BODY = { items: Array.from({ length: 2_000 }, () => ({ a: Array.from({ length: 8 }, () => ({ b: 'y' })) })) }

const REQUESTS: ReadonlyArray<Pick<AccessRequest, 'params' | 'resource'>> = [
  ...TEXTS.map((q) => ({ params: { q, list: [q] } })),
  { params: { q: 'a', list: MANY } },
  { params: {}, resource: BODY },
]

const accessOf = (members: Pick<AccessRequest, 'params' | 'resource'>): AccessRequest => ({
  request: {
    id: 'r',
    method: 'POST',
    path: '/fhir/Observation',
    segments: ['fhir', 'Observation'],
    query: parametersOf([]),
    queryString: '',
    headers: new Map(),
    remoteAddr: undefined,
    body: async () => new Uint8Array(),
  },
  operation: 'FhirCreate',
  interaction: 'create',
  type: 'Observation',
  permissions: ['c'],
  ...members,
})

/** Microseconds of the slowest pair, each the fastest of several rounds: what it costs, not what else the machine did. */
export const measureWorstPolicy = (): { readonly microseconds: number; readonly policy: string } => {
  let worst = { microseconds: 0, policy: '' }
  for (const source of POLICIES) {
    const compilation = compilePolicies([{ id: 'p', ...source }])
    assert.ok(compilation.ok, JSON.stringify(compilation))
    for (const members of REQUESTS) {
      let fastest = Number.POSITIVE_INFINITY
      for (let round = 0; round < ROUNDS; round++) {
        const began = performance.now()
        decide(compilation.policies, new RequestView(accessOf(members), { method: 'anonymous', roles: [] }))
        fastest = Math.min(fastest, performance.now() - began)
      }
      if (fastest * 1000 > worst.microseconds) worst = { microseconds: fastest * 1000, policy: JSON.stringify(source).slice(0, 80) }
    }
  }
  return worst
}
