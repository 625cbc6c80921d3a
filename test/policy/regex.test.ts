// F16, R-06, P-15: a regular expression is accepted only where linear time is proved. The other reading of the proof is a backtracking
// matcher that counts its steps, written here as plainly as one is explained.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileRegex, literalPrefix } from '../../src/policy/matcho/regex.ts'
import { parseRegex, RegexRefused } from '../../src/policy/matcho/regex-parse.ts'
import { proveLinear } from '../../src/policy/matcho/regex-proof.ts'
import { type Automaton, automatonOf } from '../../src/policy/matcho/regex-states.ts'

const refusal = (source: string): string | undefined => {
  try {
    compileRegex(source)
    return undefined
  } catch (error) {
    if (error instanceof RegexRefused) return error.message
    throw error
  }
}

test('F16: what can take more than linear time is refused', () => {
  for (const source of [
    ...['(a+)+$', '^(a+)+$', '(a|a)*$', '^(a|aa)+$', '(x+x+)+y', '(.*)*', '^(.*a){12}$', '(a*)*b', '^((|)c)*d', '(a?){30}a{30}b'],
    ...['\\d+$x', '\\s+$x', 'a+b', '^/fhir/.*/a/.*/b$', '^.*a.*b.*c.*d', 'a{1,50}{1,50}', '(a{1,50}){1,50}b', '[ab]*[bc]*[cd]*x'],
    ...['(?=a)b', '(?!a)b', '(?<=a)b', '(a)\\1', '(?<n>a)\\k<n>', '(?>a)', 'a++', '\\p{L}', '(', '[a', 'x{2'],
  ]) {
    assert.notEqual(refusal(source), undefined, source)
  }
})

test('the expressions of Aidbox’s documentation and examples are accepted; the one that looks around is refused with another way to say it', () => {
  for (const source of [
    ...['.*/\\$dump$', '/Patient/.*', '/ResearchStudy/.+', '/User.+', '/fhir/Composition.*'],
    ...[
      '\\d+',
      '^/Observation$',
      '^/some-path/(operation-a|operation-b)$',
      '/patient/fhir/.+',
      '/smart/.*',
      '/smart/Patient',
      '/smart/Patient/.*',
    ],
    ...[
      '/Encounter.*',
      '/fhir/Practitioner/.*',
      '/smart/Observation',
      '^/Patient.*$',
      '^/fhir/.*',
      '.+smart$',
      '^/fhir/[A-Z][A-Za-z]+(/|$)',
    ],
    ...[
      '^(?i)select',
      '^[\\w.]+@[\\w.]+\\.[a-z]+$',
      '^\\d{4}-\\d{2}-\\d{2}$',
      '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      '^/fhir/[^/]*/a/[^/]*/b$',
    ],
  ]) {
    assert.equal(refusal(source), undefined, source)
  }
  for (const name of ['dump', 'dump-csv', 'load']) {
    assert.ok(refusal(`/.*/\\$${name}$`)?.endsWith(`did you mean ^/.*/\\$${name}$?`), 'quadratic on a path of slashes')
    assert.equal(refusal(`^/.*/\\$${name}$`), undefined)
  }
  assert.match(refusal('^(?i)(?!.*(INSERT|UPDATE)).*') ?? '', /\$not/)
})

test('what an unanchored find may begin or end with is left out, and the answer stays', () => {
  for (const [source, text, found] of [
    ['/Patient/.*', '/fhir/Patient/', true],
    ['.*b', 'a\nb', true],
    ['.+b', 'b', false],
    ['a\\.*', 'ba', true],
    ['^a\\\\.*', 'a\\b', true],
    ['^/Patient.*$', '/Patient/1', true],
  ] as const) {
    assert.equal(compileRegex(source)(text), found, source)
    assert.equal(new RegExp(source).test(text), found, source)
  }
})

test('the literal text that every match begins with', () => {
  assert.deepEqual(
    ['^/fhir/Patient(/|$)', '^/fhir/Patient', '/fhir', '^/fhir|x', '^(?i)/fhir', '^/a+b', '^.x', '^a?b', '^/\\$sql$'].map(literalPrefix),
    ['/fhir/Patient', '/fhir/Patient', undefined, undefined, '/', '/', undefined, undefined, '/$sql'],
  )
})

type Place = readonly [state: number, at: number]

/** Where a backtracking matcher goes from a place, what it prefers last. */
const onward = ({ states }: Automaton, [id, at]: Place, text: string): readonly Place[] => {
  const state = states[id]
  if (state?.kind === 'split') return state.next.map((next): Place => [next, at]).reverse()
  if (state?.kind === 'chars') return at < text.length && state.chars.has(Math.min(text.charCodeAt(at), 128)) ? [[state.next, at + 1]] : []
  if (state?.kind === 'start') return at === 0 ? [[state.next, at]] : []
  return state?.kind === 'end' && at === text.length ? [[state.next, at]] : []
}

/** Steps of a backtracking find, until one run accepts, all have failed or it has taken `most`. */
const stepsOf = (automaton: Automaton, text: string, most: number): number => {
  let steps = 0
  for (let start = 0; start <= text.length; start++) {
    const stack: Place[] = [[automaton.first, start]]
    for (let place = stack.pop(); place; place = stack.pop()) {
      steps++
      if (steps > most || automaton.states[place[0]]?.kind === 'accept') return steps
      stack.push(...onward(automaton, place, text))
    }
  }
  return steps
}

const { regex } = fc.letrec<{ regex: string }>((tie) => ({
  regex: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '/', '.', '[^/]', '[ab]'),
    fc.tuple(tie('regex'), tie('regex')).map(([one, other]) => one + other),
    fc.tuple(tie('regex'), tie('regex')).map(([one, other]) => `(${one}|${other})`),
    fc.tuple(tie('regex'), fc.constantFrom('*', '+', '?', '{2,3}', '*?')).map(([one, count]) => `(${one})${count}`),
  ),
}))
const whole = fc.tuple(fc.constantFrom('^', ''), regex, fc.constantFrom('$', '')).map((parts) => parts.join(''))
const pumped = fc
  .tuple(fc.stringMatching(/^[ab/]{0,3}$/), fc.stringMatching(/^[ab/]{1,4}$/), fc.stringMatching(/^[ab/x]{0,3}$/))
  .map(([before, pump, after]) => before + pump.repeat(400) + after)

const provedOf = (source: string): Automaton | undefined => {
  try {
    const automaton = automatonOf(parseRegex(source, { i: false, m: false, s: false }))
    proveLinear(automaton)
    return automaton
  } catch (error) {
    if (error instanceof RegexRefused) return undefined
    throw error
  }
}

test('P-15: of what is accepted, no text makes a backtracking matcher take more than a fixed number of steps per character', () => {
  let accepted = 0
  fc.assert(
    fc.property(whole, fc.array(pumped, { minLength: 8, maxLength: 8 }), (source, texts) => {
      const proved = provedOf(source)
      if (!proved) return
      accepted++
      for (const text of texts) {
        const most = 600 * (text.length + 2)
        assert.ok(stepsOf(proved, text, most) <= most, `${source} on ${text.slice(0, 40)}… (${text.length})`)
      }
    }),
    { numRuns: 2_000 },
  )
  assert.ok(accepted > 200, `only ${accepted} of 2,000 were accepted`)
})
