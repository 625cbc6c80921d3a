// The bodies of generated records, about 1 KB as real ones are: coded, narrated, with references to the patient, the encounter, who did it.
import { idOf, numberOf, oneOf } from './identity.ts'

/** What a resource is about: the patient, the encounter, and the number of its kind within the patient. */
export interface Place {
  readonly patient: number
  readonly encounter: number
  readonly number: number
}

export type Body = (place: Place) => object

const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'
const UCUM = 'http://unitsofmeasure.org'
const HL7 = 'http://terminology.hl7.org/CodeSystem'
const DAY = 86_400_000
/** Patients of one practice. */
const PRACTICE = 25

const GIVEN = ['Anna', 'José', 'Mary', 'Lukas', 'Zoë', 'Amina', 'Wei', 'Olga', 'John', 'Priya', 'Noah', 'Ewa'] as const
const FAMILY = ['Smith', 'Müller', 'García', 'Nowak', 'Okafor', 'Chen', 'Johnson', 'Dubois', 'Rossi', 'Kim', 'Novák', 'Haddad'] as const
const CITIES = ['Springfield', 'Riverside', 'Fairview', 'Madison', 'Georgetown'] as const

const nameOf = (patient: number): { readonly family: string; readonly given: string } => ({
  family: `${oneOf(FAMILY, patient, 1)}${numberOf(900, patient, 2)}`,
  given: `${oneOf(GIVEN, patient, 3)}${numberOf(900, patient, 4)}`,
})

const personOf = (patient: number): string => {
  const { family, given } = nameOf(patient)
  return `${given} ${family}`
}

const concept = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }], text: display })
const narrative = (text: string) => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml"><p><b>${text}</b></p><p>Entered by the practice; checked by the physician in charge.</p></div>`,
})
const subject = ({ patient }: Place) => ({ reference: `Patient/${idOf('Patient', patient)}`, display: personOf(patient) })
const encounter = ({ patient, encounter: number }: Place) => ({ reference: `Encounter/${idOf('Encounter', patient, number)}` })
const practiceOf = (patient: number): number => Math.floor(patient / PRACTICE)
const practitioner = ({ patient }: Place) => ({
  reference: `Practitioner/${idOf('Practitioner', practiceOf(patient))}`,
  display: 'Dr. Frank Ito',
})
const organization = ({ patient }: Place) => ({
  reference: `Organization/${idOf('Organization', practiceOf(patient))}`,
  display: 'Practice',
})

/** Encounters are 90 days apart; the n-th thing of one is n minutes after its start. */
const timeOf = ({ patient, encounter: number, number: nth }: Place): number =>
  Date.UTC(2019, 0, 1) + number * 90 * DAY + numberOf(80 * 1440, patient, number) * 60_000 + nth * 60_000
const instant = (place: Place): string => new Date(timeOf(place)).toISOString()
const day = (place: Place): string => instant(place).slice(0, 10)

const head = (resourceType: string, { patient, number }: Place, text: string) => ({
  resourceType,
  id: idOf(resourceType, patient, number),
  text: narrative(text),
})

export const patientBody: Body = (place) => {
  const { patient } = place
  const { family, given } = nameOf(patient)
  return {
    ...head('Patient', place, personOf(patient)),
    identifier: [
      { type: concept(`${HL7}/v2-0203`, 'MR', 'Medical Record Number'), system: 'urn:oid:1.2.36.146.595.217', value: `MR-${patient}` },
      { system: 'http://hl7.org/fhir/sid/us-ssn', value: `999-${10 + (patient % 90)}-${1000 + (patient % 9000)}` },
    ],
    active: true,
    name: [{ use: 'official', family, given: [given, oneOf(GIVEN, patient, 5)] }],
    telecom: [
      { system: 'phone', value: `555-${100_000 + patient}`, use: 'home' },
      { system: 'email', value: `person.${patient}@example.org` },
    ],
    gender: patient % 2 === 0 ? 'female' : 'male',
    birthDate: new Date(Date.UTC(1930 + numberOf(90, patient, 6), patient % 12, 1 + (patient % 28))).toISOString().slice(0, 10),
    address: [
      {
        use: 'home',
        line: [`${patient % 400} Main Street`],
        city: oneOf(CITIES, patient, 7),
        state: 'MA',
        postalCode: String(10_000 + (patient % 80_000)),
        country: 'US',
      },
    ],
    maritalStatus: concept(`${HL7}/v3-MaritalStatus`, 'M', 'Married'),
    communication: [{ language: concept('urn:ietf:bcp:47', 'en', 'English'), preferred: true }],
    generalPractitioner: [practitioner(place)],
    managingOrganization: organization(place),
  }
}

export const practitionerBody: Body = (place) => ({
  ...head('Practitioner', place, 'Dr. Frank Ito'),
  identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: String(1_000_000_000 + place.patient) }],
  active: true,
  name: [{ family: 'Ito', given: ['Frank'], prefix: ['Dr.'] }],
})

export const organizationBody: Body = (place) => ({
  ...head('Organization', place, 'Practice'),
  identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: String(2_000_000_000 + place.patient) }],
  active: true,
  type: [concept(`${HL7}/organization-type`, 'prov', 'Healthcare Provider')],
  name: `Practice ${place.patient}`,
})

export const encounterBody: Body = (place) => ({
  ...head('Encounter', place, 'Encounter for check up'),
  status: 'finished',
  class: { system: `${HL7}/v3-ActCode`, code: 'AMB', display: 'ambulatory' },
  type: [concept(SNOMED, '162673000', 'General examination of patient')],
  subject: subject(place),
  participant: [{ type: [concept(`${HL7}/v3-ParticipationType`, 'PPRF', 'primary performer')], individual: practitioner(place) }],
  period: { start: instant(place), end: instant({ ...place, number: place.number + 45 }) },
  reasonCode: [concept(SNOMED, '185349003', 'Encounter for check up')],
  serviceProvider: organization(place),
})

interface Measured {
  readonly code: string
  readonly display: string
  readonly unit: string
  /** R4's own profile of it. */
  readonly profile?: string
  readonly least: number
  readonly span: number
}

const VITALS: readonly [Measured, ...Measured[]] = [
  { code: '8867-4', display: 'Heart rate', unit: '/min', profile: 'heartrate', least: 55, span: 50 },
  { code: '9279-1', display: 'Respiratory rate', unit: '/min', profile: 'resprate', least: 12, span: 10 },
  { code: '8310-5', display: 'Body temperature', unit: 'Cel', profile: 'bodytemp', least: 35, span: 5 },
  { code: '29463-7', display: 'Body weight', unit: 'kg', profile: 'bodyweight', least: 45, span: 70 },
  { code: '8302-2', display: 'Body height', unit: 'cm', profile: 'bodyheight', least: 150, span: 45 },
  { code: '39156-5', display: 'Body mass index', unit: 'kg/m2', profile: 'bmi', least: 18, span: 18 },
]
const LABS: readonly [Measured, ...Measured[]] = [
  { code: '4548-4', display: 'Hemoglobin A1c/Hemoglobin.total in Blood', unit: '%', least: 4, span: 6 },
  { code: '2339-0', display: 'Glucose [Mass/volume] in Blood', unit: 'mg/dL', least: 65, span: 80 },
  { code: '2160-0', display: 'Creatinine [Mass/volume] in Serum or Plasma', unit: 'mg/dL', least: 1, span: 2 },
  { code: '2951-2', display: 'Sodium [Moles/volume] in Serum or Plasma', unit: 'mmol/L', least: 135, span: 12 },
  { code: '2823-3', display: 'Potassium [Moles/volume] in Serum or Plasma', unit: 'mmol/L', least: 3, span: 3 },
  { code: '718-7', display: 'Hemoglobin [Mass/volume] in Blood', unit: 'g/dL', least: 11, span: 6 },
  { code: '2093-3', display: 'Cholesterol [Mass/volume] in Serum or Plasma', unit: 'mg/dL', least: 130, span: 120 },
  { code: '6690-2', display: 'Leukocytes [#/volume] in Blood', unit: '10*3/uL', least: 4, span: 8 },
]

const quantity = ({ least, span, unit }: Measured, { patient, number }: Place) => ({
  value: least + numberOf(span * 10, patient, number) / 10,
  unit,
  system: UCUM,
  code: unit,
})

const observation = (place: Place, code: string, display: string, category: string) => ({
  ...head('Observation', place, display),
  status: 'final',
  category: [concept(`${HL7}/observation-category`, category, category)],
  code: concept(LOINC, code, display),
  subject: subject(place),
  encounter: encounter(place),
  effectiveDateTime: instant(place),
  issued: instant({ ...place, number: place.number + 1 }),
  performer: [practitioner(place)],
})

const BLOOD_PRESSURE = 7
const pressure = (code: string, display: string, least: number, place: Place) => ({
  code: concept(LOINC, code, display),
  valueQuantity: quantity({ code, display, unit: 'mm[Hg]', least, span: 30 }, place),
})
const profiled = (name: string) => ({ meta: { profile: [`http://hl7.org/fhir/StructureDefinition/${name}`] } })

/** Six measurements and a blood pressure in turn. */
export const vitalSignBody: Body = (place) => {
  const turn = place.number % BLOOD_PRESSURE
  const measured = VITALS[turn]
  if (measured) {
    const body = observation(place, measured.code, measured.display, 'vital-signs')
    return { ...body, ...profiled(measured.profile ?? 'vitalsigns'), valueQuantity: quantity(measured, place) }
  }
  return {
    ...observation(place, '85354-9', 'Blood pressure panel with all children optional', 'vital-signs'),
    ...profiled('bp'),
    component: [
      pressure('8480-6', 'Systolic blood pressure', 105, place),
      pressure('8462-4', 'Diastolic blood pressure', 65, { ...place, number: place.number + 1 }),
    ],
  }
}

export const laboratoryBody: Body = (place) => {
  const measured = LABS[place.number % LABS.length] ?? LABS[0]
  return { ...observation(place, measured.code, measured.display, 'laboratory'), valueQuantity: quantity(measured, place) }
}

export const surveyBody: Body = (place) => ({
  ...observation(place, '72166-2', 'Tobacco smoking status', 'social-history'),
  valueCodeableConcept: concept(SNOMED, '266919005', 'Never smoked tobacco'),
})

type Coded = readonly [code: string, display: string]

const CONDITIONS: readonly [Coded, ...Coded[]] = [
  ['38341003', 'Hypertension'],
  ['44054006', 'Diabetes mellitus type 2'],
  ['195967001', 'Asthma'],
  ['444814009', 'Viral sinusitis'],
  ['10509002', 'Acute bronchitis'],
  ['271737000', 'Anemia'],
]

export const conditionBody: Body = (place) => {
  const [code, display] = oneOf(CONDITIONS, place.patient, place.number)
  const active = numberOf(3, place.patient, place.number) > 0
  return {
    ...head('Condition', place, display),
    clinicalStatus: concept(`${HL7}/condition-clinical`, active ? 'active' : 'resolved', active ? 'Active' : 'Resolved'),
    verificationStatus: concept(`${HL7}/condition-ver-status`, 'confirmed', 'Confirmed'),
    category: [concept(`${HL7}/condition-category`, 'encounter-diagnosis', 'Encounter Diagnosis')],
    code: concept(SNOMED, code, display),
    subject: subject(place),
    encounter: encounter(place),
    onsetDateTime: instant(place),
    ...(!active && { abatementDateTime: instant({ ...place, encounter: place.encounter + 1 }) }),
    recordedDate: instant(place),
  }
}

const MEDICATIONS: readonly [Coded, ...Coded[]] = [
  ['314076', 'lisinopril 10 MG Oral Tablet'],
  ['860975', 'metformin hydrochloride 500 MG Oral Tablet'],
  ['617314', 'atorvastatin 10 MG Oral Tablet'],
  ['313782', 'acetaminophen 325 MG Oral Tablet'],
]

export const medicationRequestBody: Body = (place) => {
  const [code, display] = oneOf(MEDICATIONS, place.patient, place.number)
  return {
    ...head('MedicationRequest', place, display),
    status: place.number % 3 === 0 ? 'active' : 'completed',
    intent: 'order',
    medicationCodeableConcept: concept('http://www.nlm.nih.gov/research/umls/rxnorm', code, display),
    subject: subject(place),
    encounter: encounter(place),
    authoredOn: instant(place),
    requester: practitioner(place),
    dosageInstruction: [{ sequence: 1, text: 'One tablet a day', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }],
  }
}

export const procedureBody: Body = (place) => ({
  ...head('Procedure', place, 'Medication reconciliation'),
  status: 'completed',
  code: concept(SNOMED, '430193006', 'Medication reconciliation'),
  subject: subject(place),
  encounter: encounter(place),
  performedPeriod: { start: instant(place), end: instant({ ...place, number: place.number + 15 }) },
  performer: [{ actor: practitioner(place) }],
})

export const immunizationBody: Body = (place) => ({
  ...head('Immunization', place, 'Influenza, seasonal'),
  status: 'completed',
  vaccineCode: concept('http://hl7.org/fhir/sid/cvx', '140', 'Influenza, seasonal, injectable, preservative free'),
  patient: subject(place),
  encounter: encounter(place),
  occurrenceDateTime: instant(place),
  primarySource: true,
})

/** Of the four laboratory results of its number. */
export const reportBody: Body = (place) => ({
  ...head('DiagnosticReport', place, 'Basic metabolic panel'),
  status: 'final',
  category: [concept(`${HL7}/v2-0074`, 'LAB', 'Laboratory')],
  code: concept(LOINC, '51990-0', 'Basic metabolic panel - Blood'),
  subject: subject(place),
  encounter: encounter(place),
  effectiveDateTime: instant(place),
  issued: instant(place),
  performer: [organization(place)],
  result: [0, 1, 2, 3].map((at) => ({
    reference: `Observation/${idOf('Observation', place.patient, LABORATORY_FROM + place.number * 4 + at)}`,
  })),
})

/** The observations of a patient are numbered through: vital signs first, then these. */
export const LABORATORY_FROM = 91

export const documentBody: Body = (place) => ({
  ...head('DocumentReference', place, 'Evaluation note'),
  status: 'current',
  type: concept(LOINC, '34117-2', 'History and physical note'),
  category: [concept('http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', 'clinical-note', 'Clinical Note')],
  subject: subject(place),
  date: instant(place),
  author: [practitioner(place)],
  content: [{ attachment: { contentType: 'text/plain', data: Buffer.from(`Seen on ${day(place)}. `.repeat(12)).toString('base64') } }],
  context: { encounter: [encounter(place)], period: { start: instant(place) } },
})

export const allergyBody: Body = (place) => ({
  ...head('AllergyIntolerance', place, 'Allergy to peanuts'),
  clinicalStatus: concept(`${HL7}/allergyintolerance-clinical`, 'active', 'Active'),
  verificationStatus: concept(`${HL7}/allergyintolerance-verification`, 'confirmed', 'Confirmed'),
  type: 'allergy',
  category: ['food'],
  criticality: 'low',
  code: concept(SNOMED, '91935009', 'Allergy to peanuts'),
  patient: subject(place),
  recordedDate: instant(place),
  reaction: [{ manifestation: [concept(SNOMED, '247472004', 'Wheal')], severity: 'mild' }],
})

export const provenanceBody: Body = (place) => ({
  ...head('Provenance', place, 'Entered at the practice'),
  target: [encounter(place), { reference: `Observation/${idOf('Observation', place.patient, place.encounter)}` }],
  recorded: instant(place),
  activity: concept(`${HL7}/v3-DataOperation`, 'CREATE', 'create'),
  agent: [
    { type: concept(`${HL7}/provenance-participant-type`, 'author', 'Author'), who: practitioner(place), onBehalfOf: organization(place) },
  ],
})
