// The scope grammar, coverage, spelling and consent (aidbox-behaviour §5.4; security-requirements O-22).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, consentItems } from '../../src/smart/consent.ts'
import { coveredBy, covers, narrowed } from '../../src/smart/coverage.ts'
import { parseScope } from '../../src/smart/scopes.ts'
import { spell } from '../../src/smart/wildcards.ts'

test('valid scopes say their permissions', () => {
  const table = [
    ['patient/Observation.read', 'rs'],
    ['patient/*.write', 'cud'],
    ['user/Patient.*', 'cruds'],
    ['system/*.rs', 'rs'],
    ['patient/Observation.cruds', 'crud' + 's'],
    ['patient/Observation.rs?category=laboratory', 'rs'],
  ] as const
  for (const [text, letters] of table) {
    assert.deepEqual([...(parseScope(text)?.permissions ?? [])].sort(), [...letters].sort(), text)
  }
})

test('O-22: misordered, unknown and misplaced parts are no scopes', () => {
  for (const text of [
    ...['patient/Observation.dr', 'patient/Observation.', 'patient/observation.r', 'foo', 'patient/Observation.rs?', 'patient/*.rs?a=b'],
    ...['system/Observation.rs?status=final', 'patient/Observation.read?status=final', 'patient/Observation.rs?status=', 'openid'],
    ...['patient/Observation.rs?_has:x:y:z=1', 'patient/Observation.rs?status=%zz', 'patient/Observation.rs?status="final"'],
  ]) {
    assert.equal(parseScope(text), undefined, text)
  }
})

test('coverage: narrower is covered, wider and other contexts are not', () => {
  assert.ok(covers('patient/*.read', 'patient/Observation.rs?category=x'))
  assert.ok(!covers('patient/Observation.rs?category=x', 'patient/Observation.rs'))
  assert.ok(!covers('patient/*.rs', 'user/Observation.rs'))
  assert.ok(!covers('launch/patient', 'launch'))
  assert.ok(coveredBy(['patient/Observation.r', 'patient/Observation.s'], 'patient/Observation.rs'))
  assert.deepEqual(narrowed(['patient/*.rs'], 'patient/Observation.cruds'), ['patient/Observation.rs'])
  assert.deepEqual(narrowed(['patient/Observation.rs'], 'patient/*.read'), ['patient/Observation.read'])
  assert.deepEqual(narrowed(['patient/Observation.rs'], 'patient/Condition.rs'), [])
})

test('narrowed: in the form that was asked, and two queries are one', () => {
  assert.deepEqual(narrowed(['patient/Observation.read'], 'patient/*.rs'), ['patient/Observation.rs'])
  assert.deepEqual(narrowed(['patient/*.cruds'], 'user/*.read'), [])
  assert.deepEqual(narrowed(['patient/Observation.cruds'], 'patient/*.*'), ['patient/Observation.*'])
  assert.deepEqual(narrowed(['patient/Observation.r'], 'patient/Observation.read'), ['patient/Observation.r'])
  assert.deepEqual(narrowed(['patient/Observation.rs?status=final'], 'patient/*.read'), ['patient/Observation.rs?status=final'])
  assert.deepEqual(narrowed(['patient/Observation.r?status=final&code=1'], 'patient/Observation.rs?category=x|y&status=final'), [
    'patient/Observation.r?category=x|y&status=final&code=1',
  ])
})

test('spell: the documented answers, with the wildcard kept', () => {
  assert.equal(
    spell(['launch/patient', 'openid', 'fhirUser', 'offline_access', 'patient/*.read']),
    'launch/patient openid fhirUser offline_access patient/Patient.read patient/AllergyIntolerance.read patient/CarePlan.read patient/CareTeam.read patient/Condition.read patient/Device.read patient/DiagnosticReport.read patient/DocumentReference.read patient/Goal.read patient/Encounter.read patient/Immunization.read patient/MedicationRequest.read patient/Observation.read patient/Procedure.read patient/Provenance.read patient/Practitioner.read patient/Organization.read patient/Location.read patient/*.read',
  )
  assert.equal(
    spell(['system/*.read']),
    'system/AllergyIntolerance.read system/CarePlan.read system/CareTeam.read system/Condition.read system/Device.read system/DiagnosticReport.read system/DocumentReference.read system/Encounter.read system/Goal.read system/Group.read system/Immunization.read system/Location.read system/MedicationRequest.read system/Observation.read system/Organization.read system/Patient.read system/Practitioner.read system/Procedure.read system/Provenance.read system/*.read',
  )
})

test('consent: an unticked type drops the wildcard; nothing can be added; system/ is not a person’s', () => {
  const rows = consentItems(['openid', 'patient/*.rs'], new Map()).map(({ scope }) => scope)
  assert.equal(rows.length, 19)
  assert.deepEqual(choose(['openid', 'patient/*.rs'], rows), ['openid', 'patient/*.rs'])
  const left = choose(['openid', 'patient/*.rs', 'offline_access'], ['patient/Patient.rs', 'user/Patient.rs', 'patient/Goal.cruds'])
  assert.deepEqual(left, ['openid', 'patient/Patient.rs'])
  assert.deepEqual(choose(['system/*.rs'], ['system/*.rs']), [])
  const narrower = consentItems(['patient/Observation.read'], new Map())[0]?.narrower ?? []
  assert.equal(narrower.length, 6)
  for (const { scope } of narrower) assert.deepEqual(choose(['patient/Observation.read'], [scope]), [scope])
})
