// Resources for the tests of FHIRPath: small, with what is awkward (choices, primitive extensions, null-padded lists, contained resources).
export const patient = {
  resourceType: 'Patient',
  id: 'p',
  meta: { lastUpdated: '2024-01-02T03:04:05.678Z' },
  contained: [
    { resourceType: 'Organization', id: 'o1', name: 'One' },
    { resourceType: 'Practitioner', id: 'd1' },
  ],
  extension: [
    {
      url: 'http://example.org/race',
      extension: [
        { url: 'ombCategory', valueCoding: { system: 's', code: 'UNK' } },
        { url: 'text', valueString: 'x' },
      ],
    },
    { url: 'http://example.org/flag', valueBoolean: true },
  ],
  name: [
    {
      use: 'official',
      family: 'Łuk',
      given: ['Ana', null, 'Eva'],
      _given: [null, { extension: [{ url: 'u', valueCode: 'masked' }] }, { id: 'third' }],
    },
    { use: 'usual', given: ['Annie'], period: { start: '2001', end: '2004-05-06' } },
  ],
  telecom: [{ system: 'phone', value: '555', use: 'home' }, { value: 'x' }],
  gender: 'female',
  _birthDate: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
  deceasedBoolean: false,
  multipleBirthInteger: 2,
  managingOrganization: { reference: '#o1' },
  generalPractitioner: [
    { reference: 'Practitioner/1' },
    { reference: 'http://other.example/fhir/Organization/2/_history/3' },
    { identifier: { value: '9' } },
  ],
}

export const observation = {
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }], text: 'Vital Signs' },
  ],
  code: {
    coding: [
      { system: 'http://loinc.org', code: '85354-9', display: 'BP' },
      { system: 'http://snomed.info/sct', code: '75367002' },
    ],
  },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2024-05-06T07:08:09+02:00',
  _effectiveDateTime: { id: 'when' },
  issued: '2024-05-06T06:00:00Z',
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
      valueQuantity: { value: 120, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    },
    { code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] }, dataAbsentReason: { text: 'none' } },
    { code: { text: 'third' }, valueString: '12' },
  ],
  referenceRange: [{ low: { value: 60, code: 'a', system: 's' }, high: { value: 90.5, code: 'a', system: 's' } }],
}

export const questionnaire = {
  resourceType: 'Questionnaire',
  id: 'q',
  status: 'active',
  url: 'http://example.org/q',
  item: [
    {
      linkId: '1',
      type: 'group',
      item: [{ linkId: '1.1', type: 'choice', answerOption: [{ valueString: 'a' }, { valueInteger: 3 }], repeats: true }],
    },
    { linkId: '2', type: 'display', text: 'hello' },
    {
      linkId: '3',
      type: 'decimal',
      enableWhen: [{ question: '1', operator: 'exists', answerBoolean: true }],
      initial: [{ valueDecimal: 1.5 }],
    },
  ],
}

export const response = {
  resourceType: 'QuestionnaireResponse',
  id: 'r',
  status: 'completed',
  authored: '2024-02-29',
  item: [
    {
      linkId: '1',
      item: [
        { linkId: '1.1', answer: [{ valueString: 'a' }, { valueString: 'b', item: [{ linkId: '1.1.1', answer: [{ valueInteger: 3 }] }] }] },
      ],
    },
    { linkId: '2', answer: [{ valueCoding: { code: 'c' } }] },
  ],
}

export const bundle = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: 'urn:uuid:1',
      resource: { resourceType: 'Patient', id: 'a', meta: { versionId: '1' } },
      request: { method: 'PUT', url: 'Patient/a' },
    },
    { fullUrl: 'urn:uuid:2', resource: { resourceType: 'Composition', id: 'c' }, request: { method: 'POST', url: 'Composition' } },
  ],
}

export const riskAssessment = {
  resourceType: 'RiskAssessment',
  id: 'ra',
  status: 'final',
  subject: { reference: 'Patient/p' },
  prediction: [
    { probabilityDecimal: 0.3, whenPeriod: { start: '2020-01-01', end: '2020-01-02T00:00:00Z' } },
    { probabilityRange: { low: { value: 1 } } },
  ],
}

export const organization = {
  resourceType: 'Organization',
  id: 'org',
  active: true,
  identifier: [
    { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' },
    { system: 'urn:x', value: '007' },
  ],
  name: '  Two  Words ',
}

export const RESOURCES: readonly Readonly<Record<string, unknown>>[] = [
  patient,
  observation,
  questionnaire,
  response,
  bundle,
  riskAssessment,
  organization,
]
