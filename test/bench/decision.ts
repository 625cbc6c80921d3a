// The price of a policy decision: 10 matcho policies per client, each with a method enum, a uri regex and one `.path`.
import assert from 'node:assert/strict'
import type { AccessRequest } from '../../src/fhir/access.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { parametersOf } from '../../src/http/parameters.ts'
import type { Principal } from '../../src/oauth/principal.ts'
import { createAuthorize } from '../../src/policy/authorize.ts'
import { compilePolicies } from '../../src/policy/compile.ts'

/** No policy here names searches. */
const SEARCHES = { definitions: loadDefinitions(), find: async () => [] }

const PER_CLIENT = 10
const BATCH = 200
const SAMPLES = 400

const policies = (clients: number) =>
  Array.from({ length: clients * PER_CLIENT }, (_, at) => ({
    resourceType: 'AccessPolicy',
    id: `p${at}`,
    engine: 'matcho',
    link: [{ reference: `Client/c${Math.floor(at / PER_CLIENT)}` }],
    matcho: {
      'request-method': { $enum: ['get', 'post'] },
      uri: `#^/fhir/${at % PER_CLIENT === PER_CLIENT - 1 ? 'Observation' : `Type${at % PER_CLIENT}`}(/|$)`,
      params: { patient: '.user.data.patient' },
    },
  }))

const accessOf = (number: number): AccessRequest => ({
  request: {
    id: `r${number}`,
    method: 'GET',
    path: '/fhir/Observation',
    segments: ['fhir', 'Observation'],
    query: parametersOf([['patient', 'p1']]),
    queryString: 'patient=p1',
    headers: new Map([['accept', 'application/fhir+json']]),
    remoteAddr: '127.0.0.1',
    body: async () => new Uint8Array(),
  },
  operation: 'FhirSearch',
  interaction: 'search-type',
  type: 'Observation',
  params: { patient: 'p1', 'resource/type': 'Observation' },
  permissions: ['s'],
})

const principalOf = (client: number): Principal => ({
  method: 'bearer',
  roles: [],
  client: { resourceType: 'Client', id: `c${client}` },
  user: { resourceType: 'User', id: 'u', data: { patient: 'p1' } },
})

/** Median microseconds of one decision among the policies of `clients` clients; the request object is made in each. */
const medianMicroseconds = async (clients: number): Promise<number> => {
  const compilation = compilePolicies(policies(clients))
  assert.ok(compilation.ok)
  const nothing = { covers: () => false, rows: () => ({ kind: 'or', of: [] }) as const, confined: true }
  const authorize = createAuthorize({ policies: compilation.policies, scopeRows: () => nothing, decisionLog: () => undefined, ...SEARCHES })
  const samples: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const bound = authorize(principalOf(sample % clients))
    const accesses = Array.from({ length: BATCH }, (_, at) => accessOf(at))
    const began = performance.now()
    for (const access of accesses) {
      const decision = await bound(access)
      if (!decision.permit) throw new Error('the last policy permits')
    }
    samples.push(((performance.now() - began) * 1000) / BATCH)
  }
  return samples.sort((one, other) => one - other)[SAMPLES / 2] ?? Number.NaN
}

/** The ratio and the absolute figure, in microseconds. */
export const measureDecision = async (): Promise<{ readonly decision_us: number; readonly decision_10000_vs_10: number }> => {
  const few = await medianMicroseconds(1)
  const many = await medianMicroseconds(1_000)
  return { decision_us: await medianMicroseconds(1), decision_10000_vs_10: many / few }
}
