// Definitions in their pruned form: what validation keeps of a StructureDefinition, and how canonicals are resolved (R4 references.html#canonical).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotPrunable, prune } from '../../../src/fhir/validation/prune.ts'
import { baseStructures } from '../../../src/fhir/validation/r4.ts'

const BASE = 'http://hl7.org/fhir/StructureDefinition'
const profile = (version: string) => ({
  resourceType: 'StructureDefinition',
  url: 'http://example.org/tall',
  version,
  name: 'Tall',
  kind: 'resource',
  type: 'Patient',
  derivation: 'constraint',
  snapshot: {
    element: [
      { id: 'Patient', path: 'Patient', min: 0, max: '*' },
      {
        id: 'Patient.identifier:mr',
        path: 'Patient.identifier',
        sliceName: 'mr',
        min: 1,
        max: '1',
        base: { path: 'Patient.identifier', min: 0, max: '*' },
        type: [{ code: 'Identifier' }],
        patternIdentifier: { system: 'urn:mr' },
        binding: { strength: 'example', valueSet: 'urn:vs' },
        constraint: [
          { key: 'ele-1', severity: 'error', expression: 'true' },
          { key: 'tall-1', severity: 'error', human: 'tall', expression: 'value.exists()' },
        ],
      },
    ],
  },
})

test('a profile keeps what can be violated', () => {
  const { elements, constraint, type } = prune(profile('1'), 'example#1')
  assert.deepEqual([constraint, type], [true, 'Patient'])
  assert.deepEqual(elements[1], {
    id: 'Patient.identifier:mr',
    path: 'Patient.identifier',
    min: 1,
    max: 1,
    base: { min: 0, max: '*' },
    types: [{ code: 'Identifier' }],
    pattern: { system: 'urn:mr' },
    constraints: [{ key: 'tall-1', severity: 'error', human: 'tall', expression: 'value.exists()' }],
    slice: 'mr',
  })
})

test('a definition without a snapshot is refused, and says why', () => {
  assert.throws(() => prune({ ...profile('1'), snapshot: undefined }), NotPrunable)
  assert.throws(() => prune({ ...profile('1'), kind: 'logical' }), NotPrunable)
})

test('Resource.id is an id, ids of elements are strings, a url of an extension is a uri', () => {
  const typeAt = (name: string, path: string) =>
    baseStructures()
      .type(name)
      ?.elements.find((element) => element.path === path)?.types?.[0]?.code
  assert.equal(typeAt('Patient', 'Patient.id'), 'id')
  assert.equal(typeAt('HumanName', 'HumanName.id'), 'string')
  assert.equal(typeAt('Extension', 'Extension.url'), 'uri')
})

test('canonicals: by version, by the package that asks, else the latest', () => {
  const structures = baseStructures().with([prune(profile('9.0.0'), 'p#9'), prune(profile('10.1.0'), 'p#10')])
  assert.equal(structures.resolve('http://example.org/tall')?.version, '10.1.0')
  assert.equal(structures.resolve('http://example.org/tall', 'p#9')?.version, '9.0.0')
  assert.equal(structures.resolve('http://example.org/tall|9.0.0', 'p#10')?.version, '9.0.0')
  assert.equal(structures.resolve('http://example.org/tall|8'), undefined)
  assert.equal(structures.resolve(`${BASE}/Patient`)?.type, 'Patient')
  assert.equal(structures.resolve(`${BASE}/bp|4.0.1`)?.type, 'Observation', "R4's own are of one version")
  assert.equal(structures.resolve(`${BASE}/bp|5.0.0`), undefined)
})
