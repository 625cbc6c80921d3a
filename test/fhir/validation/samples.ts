// Valid resources that mutants are made of, and a profile with slices, extensions and targets as US Core has them.
import { prune } from '../../../src/fhir/validation/prune.ts'

type Json = Readonly<Record<string, unknown>>

const UCUM = 'http://unitsofmeasure.org'
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category'
const STRUCTURE = 'http://hl7.org/fhir/StructureDefinition'

export const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Blood <b>pressure</b></p></div>' }

const pressure = (code: string, value: number) => ({
  code: { coding: [{ system: 'http://loinc.org', code }] },
  valueQuantity: { value, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' },
})

/** Conforms to R4's own blood pressure profile, which slices components and category. */
export const BLOOD_PRESSURE: Json = {
  resourceType: 'Observation',
  id: 'bp',
  meta: { profile: [`${STRUCTURE}/bp`] },
  text: NARRATIVE,
  status: 'final',
  category: [{ coding: [{ system: CATEGORY, code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2024-02-29T10:00:00+01:00',
  component: [pressure('8480-6', 120), pressure('8462-4', 80)],
}

export const PERSON_PROFILE = 'http://example.org/fhir/StructureDefinition/person'
export const ORIGIN_EXTENSION = 'http://example.org/fhir/StructureDefinition/origin'
const BLACK_LIST_TYPES = ['string', 'boolean', 'code', 'Coding', 'Reference']

const element = (id: string, more: Json = {}): Json => ({
  id,
  path: id.replace(/:[^.]*/g, ''),
  min: 0,
  max: '*',
  ...more,
})
const ORIGIN_SLICE = 'Patient.extension:origin'

/** `text` is required within a complex extension, as in US Core's race. */
const originDefinition = {
  resourceType: 'StructureDefinition',
  url: ORIGIN_EXTENSION,
  name: 'Origin',
  kind: 'complex-type',
  type: 'Extension',
  derivation: 'constraint',
  context: [{ type: 'element', expression: 'Patient' }],
  snapshot: {
    element: [
      element('Extension'),
      element('Extension.extension', {
        min: 1,
        base: { path: 'Element.extension', min: 0, max: '*' },
        slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' },
        type: [{ code: 'Extension' }],
      }),
      element('Extension.extension:text', { sliceName: 'text', min: 1, max: '1', type: [{ code: 'Extension' }] }),
      element('Extension.extension:text.url', { min: 1, max: '1', fixedUri: 'text', type: [{ code: 'uri' }] }),
      element('Extension.extension:text.value[x]', {
        min: 1,
        max: '1',
        base: { path: 'Extension.value[x]', min: 0, max: '1' },
        type: [{ code: 'string' }],
      }),
      element('Extension.url', { min: 1, max: '1', fixedUri: ORIGIN_EXTENSION, type: [{ code: 'uri' }] }),
      element('Extension.value[x]', {
        max: '0',
        base: { path: 'Extension.value[x]', min: 0, max: '1' },
        type: BLACK_LIST_TYPES.map((code) => ({ code })),
      }),
    ],
  },
}

const personDefinition = {
  resourceType: 'StructureDefinition',
  url: PERSON_PROFILE,
  version: '1.0.0',
  name: 'Person',
  kind: 'resource',
  type: 'Patient',
  derivation: 'constraint',
  snapshot: {
    element: [
      element('Patient', {
        constraint: [
          {
            key: 'person-1',
            severity: 'error',
            human: 'A name or a reason why not',
            expression: "name.exists() or extension('urn:why').exists()",
          },
        ],
      }),
      element('Patient.extension', {
        slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' },
        type: [{ code: 'Extension' }],
      }),
      element(ORIGIN_SLICE, { sliceName: 'origin', max: '1', type: [{ code: 'Extension', profile: [ORIGIN_EXTENSION] }] }),
      element('Patient.identifier', {
        min: 1,
        base: { path: 'Patient.identifier', min: 0, max: '*' },
        slicing: { discriminator: [{ type: 'pattern', path: 'type' }], rules: 'closed' },
        type: [{ code: 'Identifier' }],
      }),
      element('Patient.identifier:mr', { sliceName: 'mr', min: 1, max: '1', type: [{ code: 'Identifier' }] }),
      element('Patient.identifier:mr.type', {
        min: 1,
        max: '1',
        patternCodeableConcept: { coding: [{ code: 'MR' }] },
        type: [{ code: 'CodeableConcept' }],
      }),
      element('Patient.identifier:mr.value', {
        min: 1,
        max: '1',
        base: { path: 'Identifier.value', min: 0, max: '1' },
        maxLength: 8,
        type: [{ code: 'string' }],
      }),
      element('Patient.gender', {
        min: 1,
        max: '1',
        base: { path: 'Patient.gender', min: 0, max: '1' },
        type: [{ code: 'code' }],
        binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
      }),
      element('Patient.deceased[x]', {
        max: '1',
        base: { path: 'Patient.deceased[x]', min: 0, max: '1' },
        type: [{ code: 'boolean' }],
      }),
      element('Patient.generalPractitioner', {
        type: [{ code: 'Reference', targetProfile: [`${STRUCTURE}/Practitioner`] }],
      }),
      element('Patient.maritalStatus', {
        max: '1',
        base: { path: 'Patient.maritalStatus', min: 0, max: '1' },
        type: [{ code: 'CodeableConcept' }],
        binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/marital-status' },
      }),
    ],
  },
}

export const DEFINITIONS = [originDefinition, personDefinition].map((one) => prune(one, 'example#1.0.0'))

export const PERSON: Json = {
  resourceType: 'Patient',
  id: 'person',
  meta: { profile: [`${PERSON_PROFILE}|1.0.0`] },
  extension: [{ url: ORIGIN_EXTENSION, extension: [{ url: 'text', valueString: 'from afar' }] }],
  contained: [{ resourceType: 'Practitioner', id: 'doctor', name: [{ family: 'Quill' }] }],
  identifier: [{ type: { coding: [{ code: 'MR' }] }, system: 'urn:mr', value: '4711' }],
  name: [{ use: 'official', family: 'Ashworth', given: ['Amy', 'B.'], period: { start: '1990', end: '2000-05' } }],
  gender: 'female',
  birthDate: '1984-02-29',
  deceasedBoolean: false,
  maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] },
  generalPractitioner: [{ reference: '#doctor' }],
  photo: [{ contentType: 'image/png', data: 'iVBORw0KGgo=' }],
}
