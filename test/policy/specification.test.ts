// The compiled engines agree with interpreters that were written apart from them, as plainly as the documents (issue 6, Done 2): a million
// pairs of a policy and a request. And the laws that hold of all policies together (security-requirements P-09, P-10, P-13).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CompiledPolicies, compilePolicies } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { explainPolicies } from '../../src/policy/explain.ts'
import { ENGINES, randomOf, requestFor } from './specification/pairs.ts'
import { isGranted, type Members } from './specification/policy.ts'

/** Engine → policies × requests of each. */
const PAIRS: Readonly<Record<string, readonly [policies: number, requests: number]>> = {
  matcho: [1_200, 500],
  'json-logic': [400, 500],
  'json-schema': [50, 1_000],
  complex: [200, 500],
  rpc: [100, 500],
}

const compiled = (policies: readonly Members[]): CompiledPolicies => {
  const result = compilePolicies(policies)
  assert.ok(result.ok, JSON.stringify(result))
  return result.policies
}

const pairsOf = (name: string): readonly [number, number] => PAIRS[name] ?? [0, 0]

test('a million pairs are to be had', () => {
  const total = Object.values(PAIRS).reduce((sum, [policies, requests]) => sum + policies * requests, 0)
  assert.equal(total, 1_000_000)
})

for (const [name, arbitrary] of Object.entries(ENGINES)) {
  test(`${name}: the compiled engine and the specification agree`, (t) => {
    const seed = Math.floor(performance.timeOrigin + performance.now())
    const random = randomOf(seed)
    const [policies, requests] = pairsOf(name)
    let granted = 0
    for (const generated of fc.sample(arbitrary, { seed, numRuns: policies })) {
      const roleName = random() < 0.1 ? { roleName: 'nurse' } : {}
      const policy = { id: 'p', ...generated, ...roleName }
      const ours = compiled([policy])
      for (let at = 0; at < requests; at++) {
        const request = requestFor(policy, random)
        const expected = isGranted([policy], request)
        if (decide(ours, request).granted !== expected) {
          assert.fail(`seed ${seed}: ${expected ? 'granted' : 'denied'} by the specification only\n${JSON.stringify({ policy, request })}`)
        }
        if (expected) granted++
      }
    }
    const share = granted / (policies * requests)
    t.diagnostic(`${name}: ${policies * requests} pairs, ${(share * 100).toFixed(1)} % granted, seed ${seed}`)
    assert.ok(share > 0.1 && share < 0.9, `${share} of the pairs are granted`)
  })
}

const anyPolicy = fc
  .tuple(
    fc.oneof(...Object.values(ENGINES)),
    fc.option(fc.constantFrom('Client/c', 'Client/d', 'User/u', 'Operation/FhirSearch', 'Operation/rpc'), { nil: undefined, freq: 2 }),
    fc.option(fc.constantFrom('nurse', 'patient'), { nil: undefined, freq: 1 }),
  )
  .map(
    ([policy, reference, roleName]): Members => ({ ...policy, ...(reference && { link: [{ reference }] }), ...(roleName && { roleName }) }),
  )
const policies = fc.array(anyPolicy, { minLength: 1, maxLength: 8 }).map((of) => of.map((one, at): Members => ({ id: `p${at}`, ...one })))

const requestsFor = (of: readonly Members[], seed: number, count: number): readonly Members[] => {
  const random = randomOf(seed)
  return Array.from({ length: count }, () => requestFor(of[Math.floor(random() * of.length)] ?? {}, random))
}

test('P-09: sets of linked policies decide as the specification asks every one of them', (t) => {
  let [answered, granted] = [0, 0]
  fc.assert(
    fc.property(policies, fc.integer(), (of, seed) => {
      const ours = compiled(of)
      for (const request of requestsFor(of, seed, 40)) {
        const expected = isGranted(of, request)
        assert.equal(decide(ours, request).granted, expected, JSON.stringify({ of, request }))
        answered++
        if (expected) granted++
      }
    }),
    { numRuns: 300 },
  )
  t.diagnostic(`${answered} decisions, ${((granted / answered) * 100).toFixed(1)} % granted`)
  assert.ok(granted > answered / 10 && granted < (answered * 9) / 10)
})

test('P-10: neither order nor repetition matters; a further policy takes nothing away, one that is gone adds nothing', () => {
  fc.assert(
    fc.property(policies, anyPolicy, fc.integer(), (of, further, seed) => {
      const [ours, reversed] = [compiled(of), compiled([...of].reverse())]
      const [twice, more] = [compiled([...of, ...of]), compiled([...of, { id: 'further', ...further }])]
      const fewer = compiled(of.slice(1))
      for (const request of requestsFor(of, seed, 20)) {
        const { granted } = decide(ours, request)
        assert.equal(decide(reversed, request).granted, granted)
        assert.equal(decide(twice, request).granted, granted)
        if (granted) assert.ok(decide(more, request).granted)
        else assert.ok(!decide(fewer, request).granted)
      }
    }),
    { numRuns: 200 },
  )
})

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen)
  return Object.freeze(value)
}

test('P-13: no engine changes the request, in a decision or in an explanation of it', () => {
  fc.assert(
    fc.property(policies, fc.integer(), (of, seed) => {
      const ours = compiled(frozen(of))
      for (const request of requestsFor(of, seed, 20)) {
        const before = JSON.stringify(request)
        const decision = decide(ours, frozen(request))
        const granting = explainPolicies(ours, request).filter(({ granted }) => granted)
        assert.equal(granting.length > 0, decision.granted, 'every engine explains as it decides')
        assert.equal(JSON.stringify(request), before)
      }
    }),
    { numRuns: 200 },
  )
})
