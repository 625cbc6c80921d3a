// Extraction of representative resources (R4 search.html), and S-25: which references make a compartment.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../../src/fhir/definitions/definitions.ts'
import { createExtractor } from '../../../src/fhir/search/extract.ts'

const base = 'http://me.test/fhir'
const extract = createExtractor(loadDefinitions(), { base })
const of = (resource: Record<string, unknown>, param: string) => extract(resource).entries.filter((entry) => entry.param === param)

const observation = {
  resourceType: 'Observation',
  id: 'o',
  meta: { tag: [{ system: 's', code: 't' }] },
  status: 'final',
  subject: { reference: 'Patient/p1' },
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }], text: 'Blood  Préssure' },
  effectiveDateTime: '2024-05',
  valueQuantity: { value: { text: '5.40' }, system: 'u', code: 'mg' },
  component: [{ code: { coding: [{ code: 'a' }] }, valueQuantity: { value: 120, unit: 'mmHg' } }],
}

test('tokens, texts, dates, quantities and references of an Observation', () => {
  assert.deepEqual(of(observation, 'Observation.status'), [{ kind: 'token', param: 'Observation.status', system: '', code: 'final' }])
  assert.equal(of(observation, 'Observation._tag').length, 1)
  assert.deepEqual(of(observation, 'Observation.code:text'), [
    { kind: 'string', param: 'Observation.code:text', value: 'Blood  Préssure', folded: 'blood pressure' },
  ])
  const [from, to] = [Date.UTC(2024, 4, 1), Date.UTC(2024, 5, 1)]
  assert.deepEqual(of(observation, 'Observation.date'), [{ kind: 'date', param: 'Observation.date', from, to }])
  assert.equal(extract(observation).date, from)
  const number = { kind: 'number', param: 'Observation.value-quantity', from: 5.4, to: 5.4, system: 'u', code: 'mg' }
  assert.deepEqual(of(observation, 'Observation.value-quantity'), [number])
  const reference = { kind: 'reference', param: 'Observation.patient', type: 'Patient', id: 'p1' }
  assert.deepEqual(of(observation, 'Observation.patient'), [reference])
  const [composite] = of(observation, 'Observation.component-code-value-quantity')
  assert.ok(composite?.kind === 'composite' && composite.parts.length === 2)
})

test('names, identifiers, contact points and deceased of a Patient', () => {
  const patient = {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Łuk', given: ['Ana', 'É'] }],
    identifier: [{ system: 's', value: 'v', type: { coding: [{ system: 't', code: 'MR' }] } }],
    telecom: [{ system: 'phone', value: '1' }],
    link: [{ other: { reference: 'Patient/p2' } }],
  }
  assert.deepEqual(
    of(patient, 'Patient.name').map((entry) => entry.kind === 'string' && entry.value),
    ['Łuk', 'Ana', 'É'],
  )
  assert.equal(of(patient, 'Patient.identifier')[0]?.kind, 'identifier')
  assert.deepEqual(of(patient, 'Patient.identifier:of-type'), [
    { kind: 'identifier', param: 'Patient.identifier:of-type', system: 't', code: 'MR|v' },
  ])
  assert.equal(of(patient, 'Patient.phone').length, 1)
  assert.equal(of(patient, 'Patient.email').length, 0)
  assert.deepEqual(of(patient, 'Patient.deceased'), [{ kind: 'token', param: 'Patient.deceased', system: '', code: 'false' }])
  assert.deepEqual(extract(patient).compartments, ['p1'])
})

test('S-25: only an exact relative reference, or one of our own base, makes a compartment', () => {
  const compartmentOf = (reference: unknown) => extract({ resourceType: 'Observation', subject: { reference } }).compartments
  assert.deepEqual(compartmentOf('Patient/p1'), ['p1'])
  assert.deepEqual(compartmentOf(`${base}/Patient/p1`), ['p1'])
  const foreign = [
    'http://evil/fhir/Patient/p1',
    '#p1',
    'Patient/p1/_history/1',
    'patient/p1',
    'Patient/p1\u200b',
    'Patient/p1\0',
    ['Patient/p1'],
  ]
  for (const reference of foreign) assert.deepEqual(compartmentOf(reference), [])
  assert.deepEqual(extract({ resourceType: 'Group', member: [{ entity: { reference: 'Patient/p1' } }] }).compartments, [])
})

test('a Provenance belongs where all its targets that have a compartment belong', () => {
  const of = (...targets: string[]) =>
    extract({ resourceType: 'Provenance', target: targets.map((reference) => ({ reference })) }, (_, id) =>
      id === 'o' ? ['p1'] : undefined,
    ).compartments
  assert.deepEqual(of('Patient/p1', 'Observation/o', 'Practitioner/x'), ['p1'])
  assert.deepEqual(of('Patient/p1', 'Patient/p2'), [])
  assert.deepEqual(of('Patient/p1', 'Observation/unknown'), [])
  assert.deepEqual(of('Practitioner/x'), [])
})

test('a period without an end, and the medication of a request', () => {
  const encounter = { resourceType: 'Encounter', period: { start: '2024-01-01T00:00:00+01:00' } }
  assert.equal(extract(encounter).date, Date.UTC(2023, 11, 31, 23))
  const [entry] = of(encounter, 'Encounter.date')
  assert.ok(entry?.kind === 'date' && entry.to === 8.64e15)
  const request = { resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/m' }, authoredOn: '2024' }
  assert.equal(of(request, 'MedicationRequest.medication').length, 1)
  assert.equal(of(request, 'MedicationRequest.code').length, 0)
})
