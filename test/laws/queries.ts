// Random searches over the records of records.ts: every parameter type, modifiers, chains, `_has`, includes, sorting, paging.
import type { Draw } from './draw.ts'

export const TYPES = [
  'Patient',
  'Encounter',
  'Condition',
  'Observation',
  'Procedure',
  'MedicationRequest',
  'DiagnosticReport',
  'Provenance',
  'DocumentReference',
  'Binary',
  'Device',
  'RelatedPerson',
  'Practitioner',
  'Organization',
  'Location',
  'Medication',
  'Group',
] as const

/** The two patients, and ids near theirs that are nobody's (S-03: `p1` and `p10`). */
export const PATIENTS = ['p1', 'p10', 'p100'] as const

const of = (draw: Draw, type: string): string => `${draw.pick(PATIENTS)}-${type}-${draw.below(5)}`

/** An id of the type: one's own, the other's, or nobody's. */
export const idOf = (draw: Draw, type: string): string => {
  if (type === 'Patient') return draw.pick(PATIENTS)
  if (type === 'Practitioner') return draw.pick(['d1', 'd2', 'd3'])
  if (type === 'Organization') return draw.pick(['o1', 'o2'])
  if (type === 'Location') return 'l1'
  if (type === 'Medication') return 'm1'
  return type === 'Group' ? 'group-p1-p10' : of(draw, type)
}

type Term = (draw: Draw) => string

const dateTerm =
  (name: string): Term =>
  (draw) =>
    `${name}=${draw.pick(['', 'ge', 'lt', 'gt', 'le', 'ne', 'sa', 'eb', 'ap'])}202${draw.below(5)}${draw.pick(['', '-06', '-06-15', '-03-02T10:00:00Z'])}`
const fixed =
  (...terms: readonly string[]): Term =>
  (draw) =>
    draw.pick(terms)
const reference =
  (name: string, type: string): Term =>
  (draw) =>
    `${name}=${draw.pick([`${type}/`, '', `${type}/`])}${idOf(draw, type)}`
const patient: Term = (draw) => `${draw.pick(['patient', 'patient', 'subject:Patient', 'subject'])}=${draw.pick(PATIENTS)}`

const TERMS: Readonly<Record<string, readonly Term[]>> = {
  Patient: [
    fixed('gender=female', 'gender:not=male', 'active=true', 'name=ann', 'name:exact=Anna', 'name:contains=fam', 'family=p1', 'family=p10'),
    dateTerm('birthdate'),
    reference('general-practitioner', 'Practitioner'),
    reference('link', 'Patient'),
    (draw) => `identifier=urn:mr|${draw.pick(PATIENTS)}-Patient-mr-0`,
    (draw) => `link:Patient.family=${draw.pick(PATIENTS)}family`,
    (draw) => `_has:Observation:patient:code=${draw.pick(['8867-4', 'none'])}`,
    (draw) => `_has:Observation:focus:status=${draw.pick(['final', 'amended'])}`,
    (draw) => `_has:Observation:patient:value-quantity=gt${draw.below(20)}`,
    fixed('organization.name=ember', 'general-practitioner.family=quill', '_has:Group:member:_id=group-p1-p10'),
  ],
  Encounter: [
    patient,
    fixed('status=finished', 'status=finished,planned', 'class=AMB', 'class:not=AMB', 'location.name=room'),
    dateTerm('date'),
    reference('part-of', 'Encounter'),
    (draw) => `part-of.identifier=${draw.pick(PATIENTS)}-Encounter-mr-${draw.below(4)}`,
    fixed('_has:Condition:encounter:code=asthma', '_has:Observation:encounter:status=final', 'part-of:missing=false'),
    (draw) => `identifier=${of(draw, 'Encounter').replace(/-(\d)$/, '-mr-$1')}`,
  ],
  Condition: [
    patient,
    fixed('clinical-status=active', 'code=asthma', 'code=urn:sct|gout', 'code:text=text of', 'category=problem-list-item'),
    dateTerm('recorded-date'),
    reference('encounter', 'Encounter'),
    fixed('encounter.status=finished', 'encounter.part-of.status=planned', 'onset-age:missing=true'),
    (draw) => `onset-age=${draw.pick(['', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'])}${20 + draw.below(40)}${draw.pick(['', '||a'])}`,
    fixed('_has:Procedure:reason-reference:status=completed'),
  ],
  Observation: [
    patient,
    fixed('status=final', 'category=laboratory', 'code=8867-4', 'code=http://loinc.org|718-7', 'code:not=718-7', 'combo-code=8480-6'),
    dateTerm('date'),
    (draw) => `value-quantity=${draw.pick(['gt', 'lt', ''])}${draw.below(20)}${draw.pick(['', '||mg', '|http://unitsofmeasure.org|mg'])}`,
    (draw) => `value-string=${draw.pick([...PATIENTS, 'p1word'])}`,
    (draw) => `code-value-quantity=http://loinc.org|8867-4$gt${draw.below(20)}`,
    (draw) => `component-code-value-quantity=8480-6$lt${draw.below(20)}`,
    reference('encounter', 'Encounter'),
    reference('has-member', 'Observation'),
    reference('focus', 'Patient'),
    fixed('encounter.class=AMB', 'has-member.status=final', 'focus:Patient.gender=female', 'performer:Practitioner.family=quill'),
    fixed('subject:Patient.name=ann', 'patient.gender=male', 'patient.general-practitioner.family=ormond'),
    fixed(
      '_has:Observation:has-member:status=final',
      '_has:Provenance:target:recorded=gt2021',
      '_has:DiagnosticReport:result:status=final',
    ),
    fixed('value-quantity:missing=true', 'has-member:missing=false', 'status:not=final', 'code=8867-4,718-7'),
  ],
  Procedure: [
    patient,
    fixed('status=completed', 'code=cast', 'reason-reference.code=asthma', 'part-of.status=completed'),
    dateTerm('date'),
    reference('part-of', 'Procedure'),
    reference('reason-reference', 'Condition'),
  ],
  MedicationRequest: [
    patient,
    fixed('status=active', 'intent=order', 'medication.code=1', 'requester:Practitioner.gender=female', 'encounter.status=finished'),
    dateTerm('authoredon'),
    reference('encounter', 'Encounter'),
  ],
  DiagnosticReport: [
    patient,
    fixed('status=final', 'category=LAB', 'result.code=8867-4', 'result.status=final', 'result.encounter.class=AMB'),
    dateTerm('date'),
    reference('result', 'Observation'),
  ],
  Provenance: [
    reference('target', 'Observation'),
    reference('agent', 'Practitioner'),
    dateTerm('recorded'),
    fixed('target:Observation.status=final', 'patient.gender=female', 'agent:Patient.gender=male'),
  ],
  DocumentReference: [
    patient,
    fixed('status=current', 'type=34133-9', 'contenttype=text/plain', 'status:not=current'),
    dateTerm('date'),
    (draw) => `identifier=${of(draw, 'DocumentReference').replace(/-(\d)$/, '-mr-$1')}`,
  ],
  Device: [patient, fixed('status=active', 'type=pump', 'patient.family=p1family', 'patient.family=p10family')],
  RelatedPerson: [patient, fixed('name=p1kin', 'name=p10kin', 'active=true')],
  Practitioner: [
    fixed('family=quill', 'gender=male', '_has:Encounter:practitioner:status=finished', '_has:Observation:performer:code=8867-4'),
  ],
  Organization: [
    fixed('name=ember', 'active=true', 'partof=Organization/o1', 'partof.name=ember', '_has:Patient:organization:gender=female'),
  ],
  Location: [fixed('name=room', 'organization.name=ember', '_has:Encounter:location:status=finished')],
  Medication: [fixed('code=1', '_has:MedicationRequest:medication:status=active')],
  Group: [fixed('type=person', 'member=Patient/p1', 'member:Patient.gender=female')],
  Binary: [],
}

const EVERY: readonly Term[] = [
  (draw) => `_id=${Array.from({ length: 1 + draw.below(3) }, () => idOf(draw, draw.pick(TYPES))).join(',')}`,
  (draw) => `_lastUpdated=${draw.pick(['gt', 'lt', 'ge'])}2024-01-0${1 + draw.below(9)}`,
]

const SORTS: Readonly<Record<string, readonly string[]>> = {
  Patient: ['birthdate', 'family', '-family', 'gender'],
  Encounter: ['date', '-date', 'status', 'identifier', 'part-of'],
  Condition: ['recorded-date', 'code', '-onset-age'],
  Observation: ['date', '-date', 'code,-date', '-value-quantity', 'value-string', 'has-member', 'encounter'],
}

const INCLUDES: Readonly<Record<string, readonly string[]>> = {
  Patient: [
    '_include=Patient:link',
    '_include=Patient:general-practitioner',
    '_revinclude=Observation:patient',
    '_revinclude=Observation:focus',
    '_revinclude=*',
  ],
  Encounter: [
    '_include=Encounter:part-of',
    '_include:iterate=Encounter:part-of',
    '_revinclude=Condition:encounter',
    '_include=*',
    '_revinclude:iterate=Observation:has-member',
  ],
  Condition: [
    '_include=Condition:encounter',
    '_include=Condition:patient',
    '_revinclude=Provenance:target',
    '_revinclude=Procedure:reason-reference',
  ],
  Observation: [
    '_include=Observation:has-member',
    '_include:iterate=Observation:has-member',
    '_include=Observation:focus',
    '_include=Observation:*',
    '_revinclude=Provenance:target',
    '_revinclude=DiagnosticReport:result',
    '_revinclude=*',
  ],
  Procedure: ['_include=Procedure:part-of', '_include=Procedure:reason-reference'],
  MedicationRequest: [
    '_include=MedicationRequest:medication',
    '_include=MedicationRequest:requester',
    '_include=MedicationRequest:encounter',
  ],
  DiagnosticReport: ['_include=DiagnosticReport:result', '_include:iterate=Observation:has-member&_include=DiagnosticReport:result'],
  Provenance: ['_include=Provenance:target', '_include=Provenance:agent', '_include=Provenance:patient'],
  Practitioner: ['_revinclude=Encounter:practitioner', '_revinclude=*'],
  Organization: ['_revinclude=Patient:organization', '_revinclude=*'],
  Group: ['_include=Group:member'],
}

/** Filters of one type, without anything that shapes the result. */
export const filtersOf = (draw: Draw, type: string): string => {
  const terms = [...(TERMS[type] ?? []), ...EVERY]
  return Array.from({ length: draw.below(3) }, () => draw.pick(terms)(draw)).join('&')
}

const shapeOf = (draw: Draw, type: string): readonly string[] => [
  ...(draw.chance(0.3) ? [`_count=${draw.pick([0, 1, 2, 3, 5])}`] : []),
  ...(draw.chance(0.3) ? [`_total=${draw.pick(['accurate', 'none', 'estimate'])}`] : []),
  ...(draw.chance(0.2) ? [`_sort=${draw.pick([...(SORTS[type] ?? []), '_id', '-_lastUpdated', '_lastUpdated'])}`] : []),
  ...(draw.chance(0.1) ? [`_summary=${draw.pick(['count', 'true', 'text', 'data'])}`] : []),
  ...(draw.chance(0.1) ? ['_elements=status,code'] : []),
  ...(draw.chance(0.3) && INCLUDES[type] ? [draw.pick(INCLUDES[type])] : []),
]

/** A query string for a search of the type. */
export const queryOf = (draw: Draw, type: string): string =>
  [filtersOf(draw, type), ...shapeOf(draw, type)].filter((part) => part !== '').join('&')
