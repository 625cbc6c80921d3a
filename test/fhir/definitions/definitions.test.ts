// The generated R4 definitions and the compartment table (design.md "Who may").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compartmentKind } from '../../../src/fhir/definitions/compartment.ts'
import { loadDefinitions } from '../../../src/fhir/definitions/definitions.ts'
import { parseExpression } from '../../../src/fhir/search/expression.ts'
import { createExtractor } from '../../../src/fhir/search/extract.ts'

const definitions = loadDefinitions()

test('every R4 search parameter expression is read, and every type compiles', () => {
  const seen = new Set<string>()
  for (const type of definitions.types) {
    for (const { url, expression } of definitions.searchParameters(type).values()) {
      if (expression === '') continue
      seen.add(url)
      assert.ok(parseExpression(expression).length > 0, url)
    }
    assert.ok(createExtractor(definitions, { base: 'http://x/fhir' })({ resourceType: type, id: 'a' }).entries)
  }
  assert.equal(seen.size, 1375)
})

test('compartments: members, shared types and the rest', () => {
  const kinds = ['Observation', 'Device', 'Patient', 'Provenance', 'Practitioner', 'Group', 'Bundle', 'Nonsense']
  assert.deepEqual(
    kinds.map((type) => compartmentKind(definitions, type)),
    ['member', 'member', 'member', 'member', 'shared', 'none', 'none', 'none'],
  )
  assert.deepEqual(definitions.compartmentParams('Device'), ['patient'])
})
