// Value sets and code systems (R4 valueset.html#compositions, codesystem.html): membership is true, false or not known, never a wrong yes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { r4Terminology } from '../../../src/fhir/terminology/r4.ts'
import { terminologyResource } from '../../../src/fhir/terminology/resources.ts'
import { baseTerminology, type Terminology } from '../../../src/fhir/terminology/terminology.ts'

const r4 = baseTerminology()
const S = 'http://example.org/cs'

const colours = {
  resourceType: 'CodeSystem',
  url: S,
  version: '1',
  content: 'complete',
  concept: [
    {
      code: 'red',
      display: 'Red',
      concept: [
        { code: 'crimson', property: [{ code: 'kind', valueString: 'deep' }] },
        { code: 'pink', display: 'Pink' },
      ],
    },
    { code: 'blue', property: [{ code: 'kind', valueCode: 'deep' }], concept: [{ code: 'navy' }] },
    {
      code: 'any',
      property: [
        { code: 'notSelectable', valueBoolean: true },
        { code: 'child', valueCode: 'pink' },
      ],
    },
  ],
}

const withResources = (...resources: object[]): Terminology =>
  r4.with(resources.flatMap((resource) => terminologyResource(resource as Record<string, unknown>) ?? []))

const valueSet = (url: string, compose: object, rest: object = {}) => ({ resourceType: 'ValueSet', url, compose, ...rest })

/** The codes of a value set over the colours. */
const codesOf = (...include: object[]) => {
  const found = withResources(colours, valueSet('http://v', { include })).valueSet('http://v')
  return found
    ?.expand()
    .codes.map(({ code }) => code)
    .sort()
}

const filter = (property: string, op: string, value: string) => ({ system: S, filter: [{ property, op, value }] })

test('a required binding of R4 is decided', () => {
  const gender = r4.bindingOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')
  assert.equal(gender?.contains(undefined, 'female'), true)
  assert.equal(gender?.contains(undefined, 'f'), false)
  assert.equal(gender?.contains('http://hl7.org/fhir/administrative-gender', 'female'), true)
  assert.equal(gender?.contains('http://other', 'female'), false)
  const status = r4.bindingOf('http://hl7.org/fhir/ValueSet/observation-status')
  assert.deepEqual([status?.contains(undefined, 'final'), status?.contains(undefined, 'done')], [true, false])
})

test('v3 and v2 are there, with what is-a finds in them', () => {
  const encounters = r4.bindingOf('http://terminology.hl7.org/ValueSet/v3-ActEncounterCode')
  assert.equal(encounters?.contains('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'AMB'), true)
  assert.equal(encounters?.contains('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'NOPE'), false)
  assert.ok(r4.codes('http://terminology.hl7.org/CodeSystem/v2-0203')?.find('MR'))
})

test('a system that is not at hand is not known, another one is not in the set', () => {
  const procedures = r4.bindingOf('http://hl7.org/fhir/ValueSet/procedure-code')
  assert.equal(procedures?.contains('http://snomed.info/sct', '80146002'), 'unknown')
  assert.equal(procedures?.contains('http://loinc.org', '1'), false)
  assert.equal(r4.bindingOf('http://nowhere.example/vs'), undefined)
})

test('grammars: media types, languages, units, currencies, countries', () => {
  const asks = (url: string, code: string) => r4.bindingOf(`http://hl7.org/fhir/ValueSet/${url}`)?.contains(undefined, code)
  assert.deepEqual([asks('mimetypes', 'text/plain; charset=utf-8'), asks('mimetypes', 'plain')], [true, false])
  assert.deepEqual([asks('all-languages', 'de-CH'), asks('all-languages', 'de_CH')], ['unknown', false])
  assert.deepEqual(
    [asks('ucum-units', 'mm[Hg]'), asks('ucum-units', 'mm Hg'), asks('ucum-units', '[oz_av]/[pt_br]')],
    [true, false, 'unknown'],
  )
  assert.deepEqual([asks('currencies', 'CHF'), asks('currencies', 'chf'), asks('currencies', 'QQQ')], [true, false, 'unknown'])
})

test('whole systems, lists, and every filter operator', () => {
  assert.deepEqual(codesOf({ system: S }), ['blue', 'crimson', 'navy', 'pink', 'red'])
  assert.deepEqual(codesOf({ system: S, concept: [{ code: 'red' }, { code: 'navy' }] }), ['navy', 'red'])
  assert.deepEqual(codesOf(filter('concept', 'is-a', 'red')), ['crimson', 'pink', 'red'])
  assert.deepEqual(codesOf(filter('concept', 'descendent-of', 'red')), ['crimson', 'pink'])
  assert.deepEqual(codesOf(filter('concept', 'is-not-a', 'red')), ['blue', 'navy'])
  assert.deepEqual(codesOf(filter('concept', 'generalizes', 'navy')), ['blue', 'navy'])
  assert.deepEqual(codesOf(filter('kind', '=', 'deep')), ['blue', 'crimson'])
  assert.deepEqual(codesOf(filter('parent', '=', 'red')), ['crimson', 'pink'])
  assert.deepEqual(codesOf(filter('code', 'in', 'red, navy')), ['navy', 'red'])
  assert.deepEqual(codesOf(filter('code', 'not-in', 'red,navy')), ['blue', 'crimson', 'pink'])
  assert.deepEqual(codesOf(filter('kind', 'exists', 'true')), ['blue', 'crimson'])
  assert.deepEqual(codesOf(filter('code', 'regex', '[a-z]{4}')), ['blue', 'navy', 'pink'])
  assert.deepEqual(codesOf({ system: S, filter: [...filter('concept', 'is-a', 'red').filter, ...filter('kind', '=', 'deep').filter] }), [
    'crimson',
  ])
  assert.deepEqual(codesOf({ system: S, concept: [{ code: 'red' }] }, filter('concept', 'is-a', 'red')), ['crimson', 'pink', 'red'])
})

test('a filter that is not understood leaves the answer open', () => {
  const found = withResources(colours, valueSet('http://v', { include: [filter('code', 'resembles', 'x')] })).valueSet('http://v')
  assert.deepEqual([found?.contains(S, 'red'), found?.contains('http://other', 'red')], ['unknown', false])
  assert.equal(found?.expand().missing.length, 1)
})

test('imports intersect within an include; what is excluded is out, and open where that is', () => {
  const reds = valueSet('http://reds', { include: [filter('concept', 'is-a', 'red')] })
  const deep = valueSet('http://deep', { include: [filter('kind', '=', 'deep')] })
  const known = withResources(
    colours,
    reds,
    deep,
    valueSet('http://both', { include: [{ valueSet: ['http://reds', 'http://deep'] }] }),
    valueSet('http://without', { include: [{ valueSet: ['http://reds'] }], exclude: [{ system: S, concept: [{ code: 'pink' }] }] }),
    valueSet('http://open', { include: [{ valueSet: ['http://reds'] }], exclude: [{ valueSet: ['http://gone'] }] }),
    valueSet('http://self', { include: [{ valueSet: ['http://self'] }] }),
  )
  const codes = (url: string) =>
    known
      .valueSet(url)
      ?.expand()
      .codes.map(({ code }) => code)
  assert.deepEqual(codes('http://both'), ['crimson'])
  assert.deepEqual(codes('http://without'), ['red', 'crimson'])
  assert.equal(known.bindingOf('http://without')?.contains(S, 'pink'), false)
  assert.equal(known.bindingOf('http://open')?.contains(S, 'pink'), 'unknown')
  assert.equal(known.bindingOf('http://open')?.contains(S, 'navy'), false)
  assert.equal(known.bindingOf('http://self')?.contains(S, 'red'), 'unknown')
})

test('versions: the latest without one, the one that is named, none for another', () => {
  const known = withResources(
    valueSet('http://v', { include: [{ system: S, concept: [{ code: 'old' }] }] }, { version: '6.1.0' }),
    valueSet('http://v', { include: [{ system: S, concept: [{ code: 'new' }] }] }, { version: '10.0.0' }),
  )
  assert.equal(known.bindingOf('http://v')?.contains(S, 'new'), true)
  assert.equal(known.bindingOf('http://v|6.1.0')?.contains(S, 'new'), false)
  assert.equal(known.bindingOf('http://v|7.0.0'), undefined)
})

test('what a version leaves open, another one of the same set may list: its yes counts, its no does not', () => {
  const known = withResources(
    valueSet('http://v', { include: [{ system: S, concept: [{ code: 'old' }] }] }, { version: '3.1.1' }),
    valueSet('http://v', { include: [{ valueSet: ['http://gone'] }] }, { version: '6.1.0' }),
  )
  const binding = known.bindingOf('http://v|6.1.0')
  assert.deepEqual([binding?.contains(S, 'old'), binding?.contains(S, 'x')], [true, 'unknown'])
  assert.equal(known.bindingOf('http://v|3.1.1')?.contains(S, 'x'), false)
})

test('a filter over a grammar leaves open what is well-formed only', () => {
  const simple = valueSet('http://v', {
    include: [{ system: 'urn:ietf:bcp:47', filter: [{ property: 'ext-lang', op: 'exists', value: 'false' }] }],
  })
  const binding = withResources(simple).bindingOf('http://v')
  assert.deepEqual([binding?.contains(undefined, 'de'), binding?.contains(undefined, 'd e')], ['unknown', false])
})

test('a fragment leaves open what it does not list; case is ignored where the system says so', () => {
  const known = withResources(
    { ...colours, content: 'fragment' },
    { resourceType: 'CodeSystem', url: 'http://i', content: 'complete', caseSensitive: false, concept: [{ code: 'Aa' }] },
    valueSet('http://v', { include: [{ system: S }, { system: 'http://i' }] }),
    valueSet('http://l', { include: [{ system: 'http://i', concept: [{ code: 'Aa' }] }] }),
  )
  assert.deepEqual([known.bindingOf('http://v')?.contains(S, 'red'), known.bindingOf('http://v')?.contains(S, 'green')], [true, 'unknown'])
  assert.deepEqual(
    [known.bindingOf('http://v')?.contains('http://i', 'aA'), known.bindingOf('http://l')?.contains('http://i', 'AA')],
    [true, true],
  )
})

test('a value set that was published expanded only is what it lists', () => {
  const expansion = {
    contains: [
      { system: S, code: 'a', contains: [{ system: S, code: 'b', display: 'B' }] },
      { system: S, code: 'c', abstract: true },
    ],
  }
  const known = withResources({ resourceType: 'ValueSet', url: 'http://e', expansion })
  assert.deepEqual(
    known
      .valueSet('http://e')
      ?.expand()
      .codes.map(({ code }) => code),
    ['a', 'b'],
  )
  assert.deepEqual([known.bindingOf('http://e')?.contains(S, 'b'), known.bindingOf('http://e')?.contains(S, 'x')], [true, false])
})

test('subsumption, also through properties', () => {
  const codes = withResources(colours).codes(S)
  assert.deepEqual(
    [codes?.subsumes('red', 'pink'), codes?.subsumes('any', 'pink'), codes?.subsumes('pink', 'red'), codes?.subsumes('red', 'x')],
    [true, true, false, undefined],
  )
})

test('every value set of R4 compiles, and most can be enumerated', () => {
  const urls = r4Terminology().flatMap(({ resourceType, url }) => (resourceType === 'ValueSet' ? [url] : []))
  const whole = urls.filter((url) => r4.valueSet(url)?.expand().missing.length === 0)
  assert.ok(urls.length > 1300 && whole.length > 1200, `${whole.length} of ${urls.length}`)
  assert.ok((r4.valueSet('http://hl7.org/fhir/ValueSet/ucum-common')?.expand().codes.length ?? 0) > 1000)
})
