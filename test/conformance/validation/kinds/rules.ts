// Kinds that break what R4 asks of several elements together: invariants, choices, and elements that must be there.
import { type Change, changed, type Kind, type Subject, siteKind, tableKind } from '../kind.ts'
import { at, isFields, type Path, placeOf, type Site } from '../sites.ts'

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (isFields(value) ? value : {})
const isPeriod = ({ value }: Site): boolean =>
  typeof fieldsOf(value).start === 'string' &&
  typeof fieldsOf(value).end === 'string' &&
  String(fieldsOf(value).start).slice(0, 10) < String(fieldsOf(value).end).slice(0, 10)
const isCodedQuantity = ({ name, value }: Site): boolean => /Quantity$/.test(name) && typeof fieldsOf(value).code === 'string'
const isContactPoint = ({ name, value }: Site): boolean => name === 'telecom' && typeof fieldsOf(value).value === 'string'
const isAttachment = ({ name, value }: Site): boolean => name === 'attachment' && typeof fieldsOf(value).data === 'string'

/** A second member of a choice, beside the first. */
const CHOICES: ReadonlyArray<readonly [first: string, second: string, value: unknown, of?: string]> = [
  ['effectiveDateTime', 'effectivePeriod', { start: '2020-01-01' }],
  ['effectivePeriod', 'effectiveDateTime', '2020-01-01'],
  ['valueQuantity', 'valueString', 'x'],
  ['valueCodeableConcept', 'valueQuantity', { value: 1 }],
  ['onsetDateTime', 'onsetString', 'x'],
  ['abatementDateTime', 'abatementString', 'x'],
  ['performedDateTime', 'performedString', 'x'],
  ['performedPeriod', 'performedString', 'x'],
  ['occurrenceDateTime', 'occurrencePeriod', { start: '2020-01-01' }, 'ServiceRequest'],
  ['occurrenceDateTime', 'occurrenceString', 'x', 'Immunization'],
  ['medicationCodeableConcept', 'medicationReference', { reference: 'Medication/x' }],
  ['medicationReference', 'medicationCodeableConcept', { text: 'x' }],
  ['deceasedDateTime', 'deceasedBoolean', true],
  ['multipleBirthBoolean', 'multipleBirthInteger', 1],
  ['dueDate', 'dueDuration', { value: 1, system: 'http://unitsofmeasure.org', code: 'd' }],
]

const twoOfAChoice: Kind = {
  name: 'two types of a choice',
  mutate: ({ resource, sites, draw }: Subject) => {
    const fitting = sites.flatMap(({ path, name }) =>
      CHOICES.filter(
        ([first, , , of = resource.resourceType]) => first === name && of === resource.resourceType && typeof path.at(-1) === 'string',
      ).map(([, second, value]) => ({ path: [...path.slice(0, -1), second] as Path, value })),
    )
    if (fitting.length === 0) return undefined
    const { path, value } = draw.pick(fitting)
    return { resource: changed(resource, path, value), at: [placeOf(resource, path)] }
  },
}

/** What R4 itself requires. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['patient'],
  CarePlan: ['status', 'intent', 'subject'],
  Condition: ['subject'],
  Coverage: ['status', 'beneficiary', 'payor'],
  DiagnosticReport: ['status', 'code'],
  DocumentReference: ['status', 'content'],
  Encounter: ['status', 'class'],
  Goal: ['lifecycleStatus', 'description', 'subject'],
  Immunization: ['status', 'vaccineCode', 'patient'],
  Media: ['status', 'content'],
  MedicationDispense: ['status'],
  MedicationRequest: ['status', 'intent', 'subject'],
  Observation: ['status', 'code'],
  Procedure: ['status', 'subject'],
  Provenance: ['target', 'recorded', 'agent'],
  Questionnaire: ['status'],
  QuestionnaireResponse: ['status'],
  RelatedPerson: ['patient'],
  ServiceRequest: ['status', 'intent', 'subject'],
}

const required: readonly Change[] = Object.entries(REQUIRED).flatMap(([of, names]) =>
  names.map((name) => ({ of, path: [name], next: undefined })),
)

const CONDITION = 'http://terminology.hl7.org/CodeSystem/condition-'
const coded = (system: string, code: string) => ({ coding: [{ system, code }] })

/** Invariants of R4, each broken by one member; the error is the resource's. */
const INVARIANTS: readonly Change[] = [
  { of: 'Observation', path: ['dataAbsentReason'], next: { text: 'x' }, at: ['Observation'] },
  { of: 'Condition', path: ['abatementDateTime'], next: '2020-01-01', at: ['Condition'] },
  { of: 'Condition', path: ['verificationStatus'], next: coded(`${CONDITION}ver-status`, 'entered-in-error'), at: ['Condition'] },
  { of: 'Patient', path: ['contact'], next: [{ gender: 'female' }], at: ['Patient.contact[0]'] },
  { of: 'Immunization', path: ['education'], next: [{ publicationDate: '2020' }], at: ['Immunization.education[0]'] },
  {
    of: 'CarePlan',
    path: ['activity'],
    next: [{ reference: { reference: 'Task/x' }, detail: { status: 'completed' } }],
    at: ['CarePlan.activity[0]'],
  },
  { of: 'ServiceRequest', path: ['orderDetail'], next: [{ text: 'x' }], at: ['ServiceRequest'] },
]

const breaks = ({ of, path }: Change, { resource }: Subject): boolean => {
  const status = JSON.stringify(resource.clinicalStatus ?? '')
  if (path[0] === 'dataAbsentReason') return Object.keys(resource).some((name) => /^value[A-Z]/.test(name))
  if (path[0] === 'abatementDateTime') return status.includes('"active"') && at(resource, path) === undefined
  if (path[0] === 'verificationStatus') return resource.clinicalStatus !== undefined
  if (of === 'ServiceRequest') return resource.code === undefined
  return true
}

/** Elements that a type lets stand once at most have no list; a backbone's required member taken away. */
const BACKBONES: ReadonlyArray<readonly [of: string, list: string, member: string]> = [
  ['Observation', 'component', 'code'],
  ['Provenance', 'agent', 'who'],
  ['DocumentReference', 'content', 'attachment'],
  ['Encounter', 'location', 'location'],
  ['QuestionnaireResponse', 'item', 'linkId'],
]

export const RULES: readonly Kind[] = [
  twoOfAChoice,
  tableKind('a required element taken away', required, ({ path }, { resource }) => at(resource, path) !== undefined),
  tableKind(
    'a required element of a backbone taken away',
    BACKBONES.map(([of, list, member]) => ({ of, path: [list, 0, member], next: undefined })),
    ({ path }, { resource }) => at(resource, path) !== undefined,
  ),
  tableKind('an invariant of R4', INVARIANTS, breaks),
  siteKind('a period that ends before it starts', isPeriod, ({ value }) => ({
    ...fieldsOf(value),
    start: fieldsOf(value).end,
    end: fieldsOf(value).start,
  })),
  siteKind('a quantity with a code and no system', isCodedQuantity, ({ value }) => ({ ...fieldsOf(value), system: undefined })),
  siteKind('a contact point without its system', isContactPoint, ({ value }) => ({ ...fieldsOf(value), system: undefined })),
  siteKind('data without its content type', isAttachment, ({ value }) => ({ ...fieldsOf(value), contentType: undefined })),
]
