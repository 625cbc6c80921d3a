// P-09: the decision index answers as if every policy were evaluated (Cedar calls it sound slicing).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CompiledPolicies, compilePolicies } from '../../src/policy/compile.ts'
import { candidates, decide, viewsFor } from '../../src/policy/decide.ts'
import { factsOf } from '../../src/policy/facts.ts'

const compiled = (policies: readonly object[]): CompiledPolicies => {
  const result = compilePolicies(policies)
  assert.ok(result.ok, JSON.stringify(result))
  return result.policies
}

/** As the decision is explained: each policy that is linked, of its kind and role, is asked. */
const grantedByAny = (policies: CompiledPolicies, request: Readonly<Record<string, unknown>>): boolean =>
  candidates(policies, request).some((policy) => viewsFor(policy, request).some((view) => policy.matcher.test(view, view)))

const pick = <const T>(...values: readonly T[]) => fc.constantFrom(...values)
const METHODS = ['get', 'post', 'put'] as const
const URIS = ['/fhir/Patient', '/fhir/Patient/1', '/fhir/PatientX', '/fhir/Observation', '/fhir', '/rpc', ''] as const
const TYPES = ['Patient', 'Observation'] as const
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
/** Three in four policies leave a condition out, so that a fair part of all requests is granted. */
const seldom = (...values: readonly unknown[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...values) })
const present = (members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const pattern = fc
  .record({
    'request-method': seldom(...METHODS, '#^p', { $enum: ['get', 'post'] }, { $enum: ['put'] }, { $not: 'get' }),
    uri: seldom(
      ...['/fhir/Patient', '#^/fhir/Patient(/|$)', '#^/fhir/Patient/[^/]+$', '#/Patient', '#^/fhir/(Patient|Observation)', '#^/fhir|x'],
      ...['#^(?i)/FHIR/pat', '#^/fhir/Pa?', '#^/fhir', { $not: '/fhir/Patient' }],
    ),
    operation: seldom({ id: 'FhirRead' }, { id: '#Read' }, { id: { $enum: ['FhirRead', 'rpc'] } }, 'present?'),
    params: seldom({ 'resource/type': 'Patient' }, { 'resource/type': '#^Pat' }, { patient: '.user.patient' }, { patient: 'present?' }),
    client: seldom({ id: 'c' }, { id: 'd' }, { id: 'present?' }, 'present?'),
    user: seldom({ id: 'u' }, { id: '.params.patient' }, 'nil?', { $not: { id: 'u' } }),
    '$one-of': seldom([{ uri: '/rpc' }, { 'request-method': 'get' }]),
  })
  .map(present)
  .filter((one) => Object.keys(one).length > 0)
const matcho = fc.record({ engine: pick('matcho'), matcho: pattern })
const engine = fc.oneof(
  { weight: 4, arbitrary: matcho },
  { weight: 1, arbitrary: fc.record({ engine: pick('complex'), and: fc.array(matcho, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ engine: pick('complex'), or: fc.array(matcho, { minLength: 1, maxLength: 3 }) }) },
)
const link = optional(
  pick(
    [{ reference: 'Client/c' }],
    [{ reference: 'User/u' }],
    [{ reference: 'Client/d' }, { reference: 'Operation/FhirRead' }],
    [{ reference: 'User/c' }],
  ),
)
const policy = fc
  .tuple(engine, link, optional(pick('patient', 'nurse')), optional(pick('rest', 'rpc')))
  .map(([of, links, roleName, type]) => present({ ...of, link: links, roleName, type }))
const request = fc.record({
  'request-method': pick(...METHODS),
  uri: pick(...URIS),
  operation: optional(fc.record({ id: pick('FhirRead', 'FhirSearch', 'rpc') })),
  params: optional(
    fc.record({ 'resource/type': optional(fc.oneof(pick(...TYPES), fc.constant(['Patient']))), patient: optional(pick('p', 'u', 'c')) }),
  ),
  client: optional(fc.record({ id: optional(pick('c', 'd')) })),
  user: optional(fc.record({ id: optional(pick('u', 'c')), patient: pick('p', 'q') })),
  role: optional(fc.array(fc.record({ name: pick('patient', 'nurse', 'other') }), { maxLength: 3 })),
})

test('P-09: the index gives the answer of asking every policy by itself', () => {
  let answered = 0
  let granted = 0
  fc.assert(
    fc.property(
      fc.array(policy, { minLength: 2, maxLength: 12 }),
      fc.array(request, { minLength: 20, maxLength: 20 }),
      (sources, requests) => {
        const policies = compiled(sources.map((source, at) => ({ id: `p${at}`, ...source })))
        for (const asked of requests) {
          const decision = decide(policies, asked)
          assert.equal(decision.granted, grantedByAny(policies, asked), JSON.stringify({ sources, asked }))
          answered++
          if (decision.granted) granted++
        }
      },
    ),
    { numRuns: 500 },
  )
  assert.ok(granted > answered / 10 && granted < (answered * 9) / 10, `${granted} of ${answered} were granted`)
})

test('P-09: a fact holds of every request that the policy grants', () => {
  fc.assert(
    fc.property(engine, fc.array(request, { minLength: 20, maxLength: 20 }), (source, requests) => {
      const { methods, uri, ...facts } = factsOf(source)
      const policies = compiled([{ id: 'p', ...source }])
      for (const asked of requests.filter((one) => grantedByAny(policies, one))) {
        assert.ok(methods?.has(asked['request-method']) ?? true)
        assert.ok(asked.uri.startsWith(uri ?? ''))
        const { operation, params, client, user } = asked
        const actual = { operation: operation?.id, type: params?.['resource/type'], client: client?.id, user: user?.id }
        assert.deepEqual({ ...actual, ...facts }, actual)
      }
    }),
    { numRuns: 500 },
  )
})
