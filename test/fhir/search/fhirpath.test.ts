// The compiled walkers find as much as a FHIRPath engine does, on every parameter without resolve() (fhirpath 5.1.1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { loadDefinitions } from '../../../src/fhir/definitions/definitions.ts'
import { createExtractor } from '../../../src/fhir/search/extract.ts'

const definitions = loadDefinitions()
const RESOURCES = [
  {
    resourceType: 'Patient',
    id: 'p',
    active: true,
    gender: 'male',
    birthDate: '1980-01-01',
    deceasedDateTime: '2020',
    name: [{ family: 'A' }],
    telecom: [{ system: 'email', value: 'e' }],
  },
  {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { coding: [{ code: 'c' }] },
    effectivePeriod: { start: '2024' },
    valueString: 'x',
  },
  { resourceType: 'Condition', id: 'c', code: { coding: [{ code: 'c' }] }, onsetAge: { value: 3, code: 'a' }, abatementDateTime: '2024' },
]

test('a parameter has entries exactly where FHIRPath finds something', () => {
  const extract = createExtractor(definitions, { base: 'http://me.test/fhir' })
  for (const resource of RESOURCES) {
    const found = new Set(extract(resource).entries.map(({ param }) => param))
    for (const { code, type, expression } of definitions.searchParameters(resource.resourceType).values()) {
      if (expression === '' || type === 'composite' || code === '_id' || expression.includes('resolve()')) continue
      const values = fhirpath.evaluate(resource, expression, undefined, r4, { async: false })
      assert.equal(found.has(`${resource.resourceType}.${code}`), values.length > 0, `${resource.resourceType}.${code}`)
    }
  }
})
