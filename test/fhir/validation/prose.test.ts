// Rules that R4 states in prose only, each with an id of its own: of Bundles, and of attachments.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { baseTerminology } from '../../../src/fhir/terminology/terminology.ts'
import { baseStructures } from '../../../src/fhir/validation/r4.ts'
import { createValidator } from '../../../src/fhir/validation/validator.ts'

const validate = createValidator({ structures: baseStructures(), terminology: baseTerminology() })

const PATIENT = { resourceType: 'Patient', id: 'p', active: true }
const bundle = (type: string, ...entry: readonly object[]) => ({ resourceType: 'Bundle', type, entry })
const observation = (reference: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference },
})
const HEADER = { resourceType: 'MessageHeader', eventUri: 'http://x.example', source: { endpoint: 'http://x.example' } }
const letter = (size: number) => ({
  resourceType: 'DocumentReference',
  status: 'current',
  content: [{ attachment: { contentType: 'text/plain', data: 'SGVs\nbG8=', size } }],
})

const RULES: ReadonlyArray<readonly [what: string, resource: object, errors: ReadonlyArray<readonly [expression: string, rule: string]>]> =
  [
    [
      'a fullUrl that is relative',
      bundle('collection', { fullUrl: 'Patient/p', resource: PATIENT }),
      [['Bundle.entry[0].fullUrl', 'bundle-absolute']],
    ],
    [
      'a fullUrl of another id',
      bundle('collection', { fullUrl: 'http://x.example/fhir/Patient/q', resource: PATIENT }),
      [['Bundle.entry[0].fullUrl', 'bundle-id']],
    ],
    [
      'a fullUrl of another type',
      bundle('collection', { fullUrl: 'http://x.example/fhir/Person/p', resource: PATIENT }),
      [['Bundle.entry[0].fullUrl', 'bundle-id']],
    ],
    [
      'a urn says nothing of the id',
      bundle('collection', { fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', resource: PATIENT }),
      [],
    ],
    [
      'two entries of one fullUrl (bdl-7)',
      bundle('collection', ...[1, 2].map(() => ({ fullUrl: 'http://x.example/fhir/Patient/p', resource: PATIENT }))),
      [['Bundle', 'bdl-7']],
    ],
    ['an entry of a message without a fullUrl', bundle('message', { resource: HEADER }), [['Bundle.entry[0].fullUrl', 'bundle-named']]],
    [
      'an outcome that is none',
      bundle('searchset', { search: { mode: 'outcome' }, resource: PATIENT }),
      [['Bundle.entry[0].search', 'bundle-search']],
    ],
    [
      'a reference to an entry of another type than the element allows',
      bundle(
        'collection',
        { fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', resource: { resourceType: 'Organization', name: 'x' } },
        { resource: observation('urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0') },
      ),
      [['Bundle.entry[1].resource.subject', 'a reference to Organization is not allowed here']],
    ],
    ['an attachment of another size', letter(6), [['DocumentReference.content[0].attachment.size', 'attachment-size']]],
    ['an attachment of the size that it says', letter(5), []],
  ]

for (const [what, resource, errors] of RULES) {
  test(`in prose: ${what}`, () => {
    const found = validate(resource, { thorough: true }).map(({ expression, diagnostics }) => [expression, diagnostics])
    assert.deepEqual(
      found.map(([expression]) => expression),
      errors.map(([expression]) => expression),
      JSON.stringify(found),
    )
    for (const [at, [, rule]] of errors.entries()) assert.ok(found[at]?.[1]?.startsWith(rule), found[at]?.[1])
  })
}
