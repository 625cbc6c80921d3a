// A profile that is claimed without a version, where several are at hand: any of them will do; of none, the nearest one says what is wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { baseTerminology } from '../../../src/fhir/terminology/terminology.ts'
import { prune } from '../../../src/fhir/validation/prune.ts'
import { baseStructures } from '../../../src/fhir/validation/r4.ts'
import { createValidator } from '../../../src/fhir/validation/validator.ts'

const URL = 'http://example.org/fhir/StructureDefinition/member'

const version = (number: string, required: readonly string[]) =>
  prune(
    {
      resourceType: 'StructureDefinition',
      url: URL,
      version: number,
      name: 'Member',
      kind: 'resource',
      type: 'Patient',
      derivation: 'constraint',
      snapshot: {
        element: [
          { id: 'Patient', path: 'Patient', min: 0, max: '*' },
          ...required.map((name) => ({
            id: `Patient.${name}`,
            path: `Patient.${name}`,
            min: 1,
            max: '1',
            base: { path: `Patient.${name}`, min: 0, max: '1' },
            type: [{ code: name === 'birthDate' ? 'date' : name === 'active' ? 'boolean' : 'code' }],
          })),
        ],
      },
    },
    `example#${number}`,
  )

const structures = baseStructures().with([version('1.0.0', ['gender']), version('2.0.0', ['birthDate', 'active'])])
const validate = createValidator({ structures, terminology: baseTerminology() })
const placesOf = (fields: object, profile = URL) =>
  validate({ resourceType: 'Patient', meta: { profile: [profile] }, ...fields }).map(({ expression }) => expression)

test('any version will do', () => {
  assert.deepEqual(placesOf({ gender: 'female' }), [])
  assert.deepEqual(placesOf({ birthDate: '1984', active: true }), [])
})

test('where none will, the version that is nearest says what is wrong; of equals, the latest', () => {
  assert.deepEqual(placesOf({}), ['Patient.gender'])
  assert.deepEqual(placesOf({ birthDate: '1984' }), ['Patient.active'])
})

test('a version that is named is the one', () => {
  assert.deepEqual(placesOf({ gender: 'female' }, `${URL}|2.0.0`), ['Patient.birthDate', 'Patient.active'])
})
