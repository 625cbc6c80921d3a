// What scopes reach (design, Who may; S-16, S-17, S-27).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { scopeRows } from '../../src/smart/criteria.ts'
import { rememberingReader } from '../../src/smart/scope-reader.ts'
import { ALL, type Criterion, NOTHING } from '../../src/store/criterion.ts'

const definitions = loadDefinitions()
const p1: Criterion = { kind: 'compartment', patients: ['p1'] }
const FINAL: Criterion = { kind: 'token', param: 'Observation.status', code: 'final' }
const practitioner = { fhirUser: { type: 'Practitioner', id: 'd1' } }
const patient = { fhirUser: { type: 'Patient', id: 'p1' } }
const nobody = { fhirUser: undefined }
const read = rememberingReader(definitions, () => FINAL)
const rows = (scope: string, user: typeof practitioner | typeof nobody | undefined, context = {}) =>
  scopeRows({ scope: scope.split(' '), context, user, definitions, base: 'http://x/fhir', read })

test('the algebra of scopes', () => {
  const table = [
    ['patient/*.rs', practitioner, { patient: 'p1' }, 'Observation', p1],
    ['patient/*.rs', practitioner, {}, 'Observation', NOTHING],
    ['patient/*.rs', practitioner, { patient: 'p1' }, 'Practitioner', ALL],
    ['patient/*.rs', practitioner, { patient: 'p1' }, 'Group', NOTHING],
    ['user/*.rs', practitioner, {}, 'Observation', ALL],
    ['user/*.rs', patient, {}, 'Observation', p1],
    ['user/*.rs', nobody, {}, 'Observation', NOTHING],
    ['system/*.rs', undefined, {}, 'Observation', ALL],
    ['system/*.rs', practitioner, {}, 'Observation', NOTHING],
    ['system/*.rs', undefined, {}, 'Client', NOTHING],
    ['patient/Observation.rs user/Observation.rs', practitioner, { patient: 'p1' }, 'Observation', ALL],
    ['patient/Observation.rs?status=final', practitioner, { patient: 'p1' }, 'Observation', { kind: 'and', of: [p1, FINAL] }],
  ] as const
  for (const [scope, user, context, type, expected] of table) {
    const found = rows(scope, user, context)
    assert.deepEqual(found.rows(type, 'r'), expected, `${scope} ${type}`)
    assert.equal(found.covers(type, 'r'), expected !== NOTHING)
  }
})

test('a SearchParameter is configuration: any scope reads it, none writes it, by whatever name', () => {
  for (const [scope, user] of [
    ['user/*.cruds', practitioner],
    ['user/SearchParameter.cruds', practitioner],
    ['system/*.cruds', undefined],
    ['system/SearchParameter.cruds', undefined],
  ] as const) {
    const found = rows(scope, user)
    for (const permission of ['r', 's'] as const) assert.equal(found.covers('SearchParameter', permission), true, scope)
    for (const permission of ['c', 'u', 'd'] as const) assert.equal(found.covers('SearchParameter', permission), false, scope)
    assert.equal(found.covers('Basic', 'c'), scope.includes('*'), scope)
  }
})

test('shared types are never written through patient/, and confinement is said', () => {
  assert.equal(rows('patient/*.cruds', practitioner, { patient: 'p1' }).covers('Practitioner', 'u'), false)
  assert.equal(rows('patient/Observation.rs', practitioner, { patient: 'p1' }).confined, true)
  assert.equal(rows('user/*.rs', practitioner).confined, false)
})
