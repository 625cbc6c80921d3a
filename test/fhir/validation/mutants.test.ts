// Mutants: a valid resource changed in one way is found wrong at the element that was changed; and controls, changed and still valid.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { baseTerminology } from '../../../src/fhir/terminology/terminology.ts'
import { baseStructures } from '../../../src/fhir/validation/r4.ts'
import { createValidator } from '../../../src/fhir/validation/validator.ts'
import { ExactNumber } from '../../../src/http/json.ts'
import { BLOOD_PRESSURE, DEFINITIONS, NARRATIVE, ORIGIN_EXTENSION, PERSON } from './samples.ts'

type Json = Readonly<Record<string, unknown>>

const validate = createValidator({ structures: baseStructures().with(DEFINITIONS), terminology: baseTerminology() })
const errorsOf = (resource: unknown) => validate(resource).filter(({ severity }) => severity === 'error')

/** The value at a path replaced; undefined takes it away. */
const changed = (value: unknown, path: ReadonlyArray<string | number>, next: unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return next
  if (Array.isArray(value)) return value.map((one, at) => (at === step ? changed(one, rest, next) : one))
  const fields = value as Json
  const inner = rest.length === 0 ? next : changed(fields[step], rest, next)
  return Object.fromEntries([
    ...Object.entries(fields).filter(([name]) => name !== String(step)),
    ...(inner === undefined ? [] : [[String(step), inner]]),
  ])
}
const person = (path: ReadonlyArray<string | number>, next: unknown) => changed(PERSON, path, next)
const pressure = (path: ReadonlyArray<string | number>, next: unknown) => changed(BLOOD_PRESSURE, path, next)

test('the samples are valid', () => {
  assert.deepEqual(errorsOf(PERSON), [])
  assert.deepEqual(errorsOf(BLOOD_PRESSURE), [])
})

type Mutant = readonly [kind: string, resource: unknown, expression: string, says: RegExp]

const MUTANTS: readonly Mutant[] = [
  ['an unknown element', person(['nickname'], 'x'), 'Patient.nickname', /no element/],
  ['an unknown element in a data type', person(['name', 0, 'middle'], 'x'), 'Patient.name[0].middle', /no element/],
  ['an unknown element in contained', person(['contained', 0, 'nickname'], 'x'), 'Patient.contained[0].nickname', /no element/],
  ['one value where a list is', person(['name'], { family: 'x' }), 'Patient.name', /list/],
  ['a list where one value is', person(['gender'], ['female']), 'Patient.gender', /not a list/],
  ['an empty list', person(['photo'], []), 'Patient.photo', /not empty/],
  ['an empty object', person(['photo', 0], {}), 'Patient.photo[0]', /ele-1/],
  ['an object with an id alone', person(['photo', 0], { id: 'x' }), 'Patient.photo[0]', /ele-1/],
  ['null', person(['gender'], null), 'Patient.gender', /null/],
  ['null in a list without a companion', person(['name', 0, 'given'], ['Amy', null]), 'Patient.name[0].given[1]', /null/],
  ['text where an object is', person(['name', 0], 'Amy'), 'Patient.name[0]', /object/],
  ['an object where text is', person(['birthDate'], {}), 'Patient.birthDate', /date/],
  ['30 February', person(['birthDate'], '1984-02-30'), 'Patient.birthDate', /date/],
  ['29 February of another year', person(['birthDate'], '1900-02-29'), 'Patient.birthDate', /date/],
  ['a date without dashes', person(['birthDate'], '19840229'), 'Patient.birthDate', /date/],
  ['a time without an offset', pressure(['effectiveDateTime'], '2024-02-29T10:00:00'), 'Observation.effective', /offset/],
  ['text that is empty', person(['name', 0, 'family'], ''), 'Patient.name[0].family', /not empty/],
  ['a code with two spaces', person(['gender'], 'fe  male'), 'Patient.gender', /code/],
  ['an id with a slash', person(['id'], 'a/b'), 'Patient.id', /id/],
  ['an id that is too long', person(['id'], 'x'.repeat(65)), 'Patient.id', /id/],
  ['a boolean as text', person(['deceasedBoolean'], 'false'), 'Patient.deceased', /true or false/],
  ['a uri with a space', person(['identifier', 0, 'system'], 'urn: mr'), 'Patient.identifier[0].system', /URI/],
  ['base64 of the wrong length', person(['photo', 0, 'data'], 'iVBOR'), 'Patient.photo[0].data', /base64/],
  ['a positive number that is 0', person(['telecom'], [{ system: 'phone', value: '1', rank: 0 }]), 'Patient.telecom[0].rank', /from 1/],
  ['a fraction for a whole number', person(['multipleBirthInteger'], 1.5), 'Patient.multipleBirth', /whole/],
  ['text for a number', pressure(['component', 0, 'valueQuantity', 'value'], '120'), 'Observation.component[0].value.value', /number/],
  ['two types of a choice', person(['deceasedDateTime'], '2024'), 'Patient.deceased', /one type/],
  ['a required element taken away', pressure(['status'], undefined), 'Observation.status', /required/],
  ['a required element of a backbone', pressure(['component', 0, 'code'], undefined), 'Observation.component[0].code', /required/],
  ['a code of no value set', person(['gender'], 'woman'), 'Patient.gender', /value set/],
  ['a required binding of a profile', person(['maritalStatus', 'coding', 0, 'code'], 'Q'), 'Patient.maritalStatus', /marital-status/],
  ['text alone where a code is required', person(['maritalStatus'], { text: 'married' }), 'Patient.maritalStatus', /marital-status/],
  [
    'a reference to another type',
    person(['managingOrganization'], { reference: 'Patient/x' }),
    'Patient.managingOrganization',
    /Organization/,
  ],
  [
    'a type that contradicts',
    person(['managingOrganization'], { type: 'Patient', display: 'x' }),
    'Patient.managingOrganization',
    /Organization/,
  ],
  [
    'a reference that the profile excludes',
    person(['generalPractitioner', 0], { reference: 'Organization/o' }),
    'Patient.generalPractitioner[0]',
    /Practitioner/,
  ],
  [
    'a contained resource of another type',
    person(['contained', 0], { resourceType: 'Organization', id: 'doctor', name: 'x' }),
    'Patient.generalPractitioner[0]',
    /Practitioner/,
  ],
  ['a contained resource of no type', person(['contained', 0, 'resourceType'], 'Doctor'), 'Patient.contained[0]', /resource of R4/],
  [
    'a reference to nothing contained',
    person(['generalPractitioner', 0, 'reference'], '#nobody'),
    'Patient.generalPractitioner[0]',
    /ref-1/,
  ],
  ['a contained resource that nothing refers to', person(['generalPractitioner'], undefined), 'Patient', /dom-3/],
  ['a period that ends before it starts', person(['name', 0, 'period'], { start: '2000', end: '1990' }), 'Patient.name[0].period', /per-1/],
  ['an extension without a value', person(['extension', 0], { url: 'urn:x' }), 'Patient.extension[0]', /ext-1/],
  ['an extension with a value and extensions', person(['extension', 0, 'valueString'], 'x'), 'Patient.extension[0]', /ext-1/],
  [
    'an extension with two values',
    person(['extension', 0], { url: 'urn:x', valueString: 'x', valueCode: 'x' }),
    'Patient.extension[0].value',
    /one type/,
  ],
  ['an extension without a url', person(['extension', 0, 'url'], undefined), 'Patient.extension[0].url', /required/],
  [
    'a slice of an extension taken away',
    person(['extension', 0, 'extension'], [{ url: 'other', valueString: 'x' }]),
    'Patient.extension[0].extension',
    /text/,
  ],
  [
    'another type of value in an extension',
    person(['extension', 0, 'extension', 0], { url: 'text', valueBoolean: true }),
    'Patient.extension[0].extension[0].value',
    /boolean is not allowed/,
  ],
  [
    'an extension more often than the profile allows',
    person(
      ['extension'],
      [1, 2].map(() => ({ url: ORIGIN_EXTENSION, extension: [{ url: 'text', valueString: 'x' }] })),
    ),
    'Patient.extension',
    /at most 1/,
  ],
  ['a primitive extension that is no object', person(['_birthDate'], 'x'), 'Patient.birthDate', /object/],
  ['a companion of what is no primitive', person(['_name'], [{ id: 'x' }]), 'Patient._name', /no element/],
  [
    'a type that the profile excludes',
    changed(person(['deceasedBoolean'], undefined), ['deceasedDateTime'], '2024'),
    'Patient.deceased',
    /dateTime is not allowed/,
  ],
  ['an invariant of a profile', person(['name'], undefined), 'Patient', /person-1/],
  ['a required element of a profile', person(['gender'], undefined), 'Patient.gender', /required/],
  ['a slice of a pattern taken away', person(['identifier', 0, 'type', 'coding', 0, 'code'], 'SS'), 'Patient.identifier', /mr/],
  [
    'what is in no slice of a closed list',
    person(['identifier'], [{ type: { coding: [{ code: 'MR' }] }, value: '1' }, { value: '2' }]),
    'Patient.identifier[1]',
    /none of the slices/,
  ],
  ['a required element of a slice', person(['identifier', 0, 'value'], undefined), 'Patient.identifier[0].value', /required/],
  ['text longer than a slice allows', person(['identifier', 0, 'value'], '123456789'), 'Patient.identifier[0].value', /8 characters/],
  [
    'a profile of another type',
    changed(PERSON, ['meta', 'profile'], ['http://hl7.org/fhir/StructureDefinition/bp']),
    'Patient',
    /profile of Observation/,
  ],
  ['the category of vital signs taken away', pressure(['category', 0, 'coding', 0, 'code'], 'laboratory'), 'Observation.category', /VSCat/],
  [
    'a component of blood pressure taken away',
    pressure(['component'], [BLOOD_PRESSURE.component as never].flat().slice(0, 1)),
    'Observation.component',
    /component/,
  ],
  [
    'the unit within a sliced component',
    pressure(['component', 0, 'valueQuantity', 'code'], 'kPa'),
    'Observation.component[0].value.code',
    /mm\[Hg\]/,
  ],
  ['a time too short for vital signs', pressure(['effectiveDateTime'], '2024-02'), 'Observation.effective', /vs-1/],
  [
    'markup that is not closed',
    pressure(['text', 'div'], '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</div>'),
    'Observation.text.div',
    /txt-1/,
  ],
  [
    'a script in narrative',
    pressure(['text', 'div'], '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>'),
    'Observation.text.div',
    /txt-1/,
  ],
  [
    'a handler in narrative',
    pressure(['text', 'div'], '<div xmlns="http://www.w3.org/1999/xhtml" onclick="x">x</div>'),
    'Observation.text.div',
    /txt-1/,
  ],
  [
    'narrative without content',
    pressure(['text', 'div'], '<div xmlns="http://www.w3.org/1999/xhtml"> </div>'),
    'Observation.text.div',
    /txt-2/,
  ],
  ['no type at all', { id: 'x' }, 'Resource', /resourceType/],
  ['a type that is none', { resourceType: 'Pateint' }, 'Pateint', /resource of R4/],
  ['an abstract type', { resourceType: 'DomainResource' }, 'DomainResource', /resource of R4/],
]

for (const [kind, resource, expression, says] of MUTANTS) {
  test(`mutant: ${kind}`, () => {
    const found = errorsOf(resource)
    const there = found.filter((issue) => issue.expression === expression)
    assert.ok(
      there.some(({ diagnostics }) => says.test(diagnostics)),
      `${expression} ${says}: found ${JSON.stringify(found.map((issue) => [issue.expression, issue.diagnostics]))}`,
    )
  })
}

const CONTROLS: ReadonlyArray<readonly [kind: string, resource: unknown]> = [
  ['a resource that says nothing but its type', { resourceType: 'Patient' }],
  [
    'a code that is absent, with the reason',
    changed(person(['gender'], undefined), ['_gender'], {
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
    }),
  ],
  [
    'a list padded with null where the companion says why',
    changed(
      person(['name', 0, 'given'], ['Amy', null]),
      ['name', 0, '_given'],
      [null, { extension: [{ url: 'urn:x', valueString: 'x' }] }],
    ),
  ],
  ['a companion with an id alone, beside a value', person(['_birthDate'], { id: 'x' })],
  ['base64 with line breaks', person(['photo', 0, 'data'], 'iVBO\r\nRw0K\nGgo=')],
  [
    'a coding more than the slice asks for',
    pressure(
      ['component', 0, 'code', 'coding'],
      [
        { system: 'http://snomed.info/sct', code: '271649006' },
        { system: 'http://loinc.org', code: '8480-6' },
      ],
    ),
  ],
  [
    'a period for vital signs',
    changed(pressure(['effectiveDateTime'], undefined), ['effectivePeriod'], {
      start: '2024-02-29T10:00:00Z',
      end: '2024-02-29T10:05:00Z',
    }),
  ],
  ['a number with its own precision', pressure(['component', 0, 'valueQuantity', 'value'], new ExactNumber('120.0'))],
  ['an extension that nobody knows', person(['extension', 0], { url: 'http://example.org/unknown', valueString: 'x' })],
  ['a profile that nobody knows', changed(PERSON, ['meta', 'profile'], ['http://example.org/unknown'])],
  ['a reference that says no type', person(['managingOrganization'], { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' })],
  ['a reference to another server', person(['managingOrganization'], { reference: 'https://other.example/fhir/Organization/1' })],
  [
    'narrative with a table and an image',
    pressure(['text'], {
      ...NARRATIVE,
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><td>1 &lt; 2</td></tr></table><img src="x.png" alt="x"/><br/></div>',
    }),
  ],
]

for (const [kind, resource] of CONTROLS) {
  test(`control: ${kind}`, () => {
    assert.deepEqual(
      errorsOf(resource).map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`),
      [],
    )
  })
}

test('what could not be checked is said, once, and is no error', () => {
  const twice = [1, 2].map(() => ({ url: 'http://example.org/unknown', valueString: 'x' }))
  const notes = validate(person(['extension'], twice), { thorough: true }).filter(({ severity }) => severity === 'information')
  assert.deepEqual(
    notes.map(({ diagnostics }) => diagnostics),
    ['the extension http://example.org/unknown is not known here'],
  )
})

test('a profile that is asked for and not known is an error', () => {
  const found = validate(PERSON, { profiles: ['http://example.org/unknown'] })
  assert.deepEqual(
    found.map(({ severity, code }) => [severity, code]),
    [['error', 'not-found']],
  )
})
