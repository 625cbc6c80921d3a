// Search requests to plans: a vector for each parameter type, prefix, modifier and limit (R4 search.html; S-30).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../../src/fhir/definitions/definitions.ts'
import { openCursor, sealCursor } from '../../../src/fhir/search/cursor.ts'
import { FhirSearchError } from '../../../src/fhir/search/errors.ts'
import { criterionOf, parseSearch } from '../../../src/fhir/search/parse.ts'
import { searchset } from '../../../src/fhir/search/searchset.ts'
import { parseParameters } from '../../../src/http/parameters.ts'
import { ALL, type Criterion } from '../../../src/store/criterion.ts'

const definitions = loadDefinitions()
const base = 'http://me.test/fhir'
const parse = (type: string, query: string, lenient = false, permitted: (type: string) => Criterion = () => ALL) =>
  parseSearch(definitions, { types: [type], parameters: parseParameters(query), lenient, base, permitted })
const where = (type: string, query: string) => criterionOf(definitions, type, query, base)
const refused = (code: string) => (error: unknown) => error instanceof FhirSearchError && error.code === code

test('tokens, references and strings', () => {
  const param = 'Observation.code'
  assert.deepEqual(where('Observation', 'code=s|c'), { kind: 'token', param, system: 's', code: 'c' })
  assert.deepEqual(where('Observation', 'code=|c'), { kind: 'token', param, system: '', code: 'c' })
  assert.deepEqual(where('Observation', 'code=s|'), { kind: 'token', param, system: 's' })
  assert.deepEqual(where('Observation', 'code=a,b\\,c'), {
    kind: 'or',
    of: [
      { kind: 'token', param, code: 'a' },
      { kind: 'token', param, code: 'b,c' },
    ],
  })
  assert.deepEqual(where('Observation', 'patient=85'), where('Observation', 'patient=Patient/85'))
  assert.deepEqual(where('Observation', 'patient=85'), where('Observation', `patient=${base}/Patient/85`))
  assert.deepEqual(where('Observation', 'subject:Patient=1'), { kind: 'reference', param: 'Observation.subject', type: 'Patient', id: '1' })
  assert.deepEqual(where('Patient', 'name=ÉVa'), { kind: 'string', param: 'Patient.name', match: 'starts', value: 'eva' })
  assert.deepEqual(where('Patient', 'name:exact=Éva'), { kind: 'string', param: 'Patient.name', match: 'exact', value: 'Éva' })
})

test('dates, quantities, composites, ids and modifiers', () => {
  const value = { from: Date.UTC(2024, 4, 1), to: Date.UTC(2024, 4, 2) }
  assert.deepEqual(where('Observation', 'date=ge2024-05-01'), { kind: 'date', param: 'Observation.date', comparator: 'ge', value })
  const number = { kind: 'number', param: 'Observation.value-quantity', comparator: 'lt', value: 5.4, from: 5.35, to: 5.45 }
  assert.deepEqual(where('Observation', 'value-quantity=lt5.4||mg'), { ...number, code: 'mg' })
  assert.equal(where('RiskAssessment', 'probability=gt0.8').kind, 'number')
  assert.throws(() => where('RiskAssessment', 'probability=0.8||a'), refused('invalid'), 'a number has no unit')
  const composite = where('Observation', 'code-value-quantity=s|c$gt5')
  assert.ok(composite.kind === 'composite' && composite.parts.length === 2)
  assert.deepEqual(where('Patient', '_id=a'), { kind: 'id', ids: ['a'] })
  assert.deepEqual(where('Patient', '_id=a,b'), { kind: 'id', ids: ['a', 'b'] }, 'looked up together')
  assert.throws(() => where('Patient', '_id=a,,b'), refused('invalid'))
  assert.throws(() => where('Patient', `_id=${'a,'.repeat(1000)}a`), refused('too-costly'))
  assert.equal(where('Patient', 'gender:not=male').kind, 'not')
  assert.deepEqual(where('Patient', 'name:missing=true'), { kind: 'missing', param: 'Patient.name', missing: true })
  assert.deepEqual(where('Patient', 'identifier:of-type=t|MR|5'), {
    kind: 'token',
    param: 'Patient.identifier:of-type',
    system: 't',
    code: 'MR|5',
  })
  assert.deepEqual(where('ValueSet', 'url:below=http://x'), { kind: 'uri', param: 'ValueSet.url', match: 'below', value: 'http://x' })
})

test('chains and _has hold what the principal may search', () => {
  const own: Criterion = { kind: 'compartment', patients: ['p1'] }
  const [chain] = parse('Observation', 'subject:Patient.name=a', false, () => own).plan.from
  const name = { kind: 'string', param: 'Patient.name', match: 'starts', value: 'a' }
  assert.deepEqual(chain?.where, { kind: 'chain', param: 'Observation.subject', type: 'Patient', where: { kind: 'and', of: [own, name] } })
  const [has] = parse('Patient', '_has:Observation:patient:code=c', false, () => own).plan.from
  const code = { kind: 'token', param: 'Observation.code', code: 'c' }
  assert.deepEqual(has?.where, { kind: 'has', type: 'Observation', param: 'Observation.patient', where: { kind: 'and', of: [own, code] } })
})

test('a chain without a named type leaves out the targets from which it does not go on', () => {
  const whole = where('Provenance', 'target.subject:Patient.family=x')
  assert.equal(whole.kind, 'or')
  const types = whole.kind === 'or' ? whole.of.flatMap((one) => (one.kind === 'chain' ? [one.type] : [])) : []
  assert.ok(types.includes('Observation') && !types.includes('MedicinalProductAuthorization'))
  assert.throws(() => where('Provenance', 'target.subject:Patient.nothing=x'), refused('not-supported'))
})

test('S-30: what is unknown is refused, and under lenient left out of self', () => {
  assert.throws(() => parse('Patient', 'nonsense=1'), refused('not-supported'))
  assert.throws(() => where('Patient', '_count=1'), refused('not-supported'))
  assert.deepEqual(parse('Patient', 'nonsense=1&name=a', true).self, [['name', 'a']])
  for (const bad of ['birthdate=x', 'birthdate=2024-02-30', '_count=x', '_count=1&_count=2', 'name=a,']) {
    assert.throws(() => parse('Patient', bad), refused('invalid'), bad)
  }
  assert.throws(() => parse('Patient', `name=${'a,'.repeat(1001)}a`), refused('too-costly'))
  const chained = 'subject:Patient.link:Patient.link:Patient.link:Patient.link:Patient.name=a'
  assert.throws(() => parse('Observation', chained), refused('too-costly'))
})

test('results: count, sort, includes, totals', () => {
  const { plan } = parse(
    'Observation',
    '_count=5000&_sort=-date,_id&_total=accurate&_include=Observation:patient&_revinclude=Provenance:target',
  )
  assert.equal(plan.count, 1000)
  assert.equal(plan.total, 'accurate')
  assert.deepEqual(plan.sort[0], { param: 'Observation.date', kind: 'date', descending: true })
  assert.deepEqual(
    plan.includes.map(({ param, reverse }) => [param, reverse]),
    [
      ['Observation.patient', false],
      ['Provenance.target', true],
    ],
  )
  assert.equal(parse('Patient', '_summary=count').plan.count, 0)
  assert.ok(parse('Observation', '_include=*').plan.includes.length > 5)
})

test('the searchset is made of the stored texts, and its cursor is bound to the query', () => {
  const page = { matches: [{ type: 'Patient', id: 'a', text: '{"resourceType":"Patient"}' }], included: [], total: 1, next: 'x' }
  const bundle = JSON.parse(searchset({ base, path: 'Patient', page, self: [['name', 'a b']], next: 'n' }))
  assert.equal(bundle.link[1].url, `${base}/Patient?name=a%20b&_cursor=n`)
  assert.equal(bundle.entry[0].fullUrl, `${base}/Patient/a`)
  const secret = new Uint8Array(32)
  const sealed = sealCursor(secret, 'position', 'q')
  assert.equal(sealed, sealCursor(secret, 'position', 'q'))
  assert.equal(openCursor(secret, sealed, 'q'), 'position')
  assert.throws(() => openCursor(secret, sealed, 'other'), refused('invalid'))
  assert.throws(() => openCursor(secret, `A${sealed.slice(1)}A`, 'q'), refused('invalid'))
})
