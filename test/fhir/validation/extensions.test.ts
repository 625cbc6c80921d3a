// Extensions where they may stand, definitions that are at hand in several versions, and what references say of themselves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { baseTerminology } from '../../../src/fhir/terminology/terminology.ts'
import { prune } from '../../../src/fhir/validation/prune.ts'
import { baseStructures } from '../../../src/fhir/validation/r4.ts'
import { createValidator } from '../../../src/fhir/validation/validator.ts'

const URL = 'http://example.org/fhir/StructureDefinition/sex'

/** An extension whose value's type changed from one version to the next. */
const sex = (version: string, type: string) =>
  prune(
    {
      url: URL,
      version,
      name: 'Sex',
      type: 'Extension',
      kind: 'complex-type',
      derivation: 'constraint',
      context: [{ type: 'element', expression: 'Patient' }],
      snapshot: {
        element: [
          { id: 'Extension', path: 'Extension', min: 0, max: '*' },
          { id: 'Extension.url', path: 'Extension.url', min: 1, max: '1', fixedUri: URL },
          { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, max: '1', type: [{ code: type }] },
        ],
      },
    },
    `example#${version}`,
  )

const profile = (version: string) =>
  prune(
    {
      url: 'http://example.org/fhir/StructureDefinition/person',
      version,
      name: 'Person',
      type: 'Patient',
      kind: 'resource',
      derivation: 'constraint',
      snapshot: {
        element: [
          { id: 'Patient', path: 'Patient', min: 0, max: '*' },
          {
            id: 'Patient.extension',
            path: 'Patient.extension',
            min: 0,
            max: '*',
            slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' },
            type: [{ code: 'Extension' }],
          },
          {
            id: 'Patient.extension:sex',
            path: 'Patient.extension',
            sliceName: 'sex',
            min: 0,
            max: '1',
            type: [{ code: 'Extension', profile: [URL] }],
          },
        ],
      },
    },
    `example#${version}`,
  )

const validate = createValidator({
  structures: baseStructures().with([sex('6.1.0', 'code'), sex('8.0.0', 'Coding'), profile('6.1.0'), profile('8.0.0')]),
  terminology: baseTerminology(),
})
const errorsOf = (resource: object) => validate(resource).map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`)
const patient = (extension: object, more: object = {}) => ({ resourceType: 'Patient', extension: [extension], ...more })
const claims = (version: string) => ({ meta: { profile: [`http://example.org/fhir/StructureDefinition/person${version}`] } })

const CODE = { url: URL, valueCode: '248152002' }
const CODING = { url: URL, valueCoding: { system: 'http://snomed.info/sct', code: '248152002' } }

const PREFIX = { url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix', valueString: 'a' }
const OBSERVATION = { status: 'final', code: { text: 'x' }, subject: { reference: '#p' } }

const VERSIONS: ReadonlyArray<readonly [what: string, resource: object, errors: readonly string[]]> = [
  ['either version of an extension that nobody names a version of: the older', patient(CODE), []],
  ['the newer', patient(CODING), []],
  [
    'a type of neither',
    patient({ url: URL, valueString: 'female' }),
    ['Patient.extension[0].value: string is not allowed here; expected is Coding'],
  ],
  ['a profile means the extension of its own package: 6.1.0', patient(CODE, claims('|6.1.0')), []],
  ['not another one', patient(CODE, claims('|8.0.0')), ['Patient.extension[0].value: code is not allowed here; expected is Coding']],
  ['a claim without a version is one to any version', patient(CODE, claims('')), []],
]

const PLACES: ReadonlyArray<readonly [what: string, resource: object, errors: readonly string[]]> = [
  [
    'an extension where its definition does not let it stand',
    { resourceType: 'Patient', name: [{ family: 'Quill', extension: [CODE] }] },
    [`Patient.name[0].extension[0]: the extension ${URL} stands on Patient, not here`],
  ],
  [
    'in a contained resource it is on the contained type',
    { resourceType: 'Observation', ...OBSERVATION, contained: [{ id: 'p', ...patient(CODE) }] },
    [],
  ],
  [
    'R4’s own, on an element of a backbone: where it may stand',
    {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: [
        { linkId: '1', type: 'group', item: [{ linkId: '2', type: 'choice', answerOption: [{ extension: [PREFIX], valueString: 'x' }] }] },
      ],
    },
    [],
  ],
  [
    'where it may not',
    { resourceType: 'Patient', extension: [PREFIX] },
    [
      'Patient.extension[0]: the extension http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix stands on Questionnaire.item.answerOption, not here',
    ],
  ],
  [
    'a relative url outside of an extension',
    patient({ url: 'sex', valueCode: 'x' }),
    ['Patient.extension[0].url: the url of an extension is absolute, but within another extension'],
  ],
  ['a relative url within one', patient({ url: 'http://example.org/other', extension: [{ url: 'sex', valueCode: 'x' }] }), []],
  [
    'a reference and a type that disagree',
    { resourceType: 'Observation', ...OBSERVATION, subject: { reference: 'Patient/p', type: 'Group' } },
    ['Observation.subject.type: the reference is to Patient, its type says Group'],
  ],
]

for (const [what, resource, errors] of [...VERSIONS, ...PLACES]) {
  test(`extensions: ${what}`, () => {
    assert.deepEqual(errorsOf(resource), errors)
  })
}
