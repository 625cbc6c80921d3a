// Random, valid R4 records of one patient, spread over the types that compartments, chains and includes are about.
import type { Draw } from './draw.ts'

export type Record4 = { readonly resourceType: string; readonly id: string; readonly [name: string]: unknown }

const LOINC = 'http://loinc.org'
const UCUM = 'http://unitsofmeasure.org'
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'

/** Whom and what everyone shares: no compartment holds these. */
export const SHARED: readonly Record4[] = [
  { resourceType: 'Organization', id: 'o1', active: true, name: 'Emberside Clinic', identifier: [{ system: 'urn:org', value: '1' }] },
  { resourceType: 'Organization', id: 'o2', active: false, name: 'Northgate', partOf: { reference: 'Organization/o1' } },
  { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'Quill', given: ['Dora'] }], gender: 'female' },
  { resourceType: 'Practitioner', id: 'd2', name: [{ family: 'Ormond' }], gender: 'male' },
  { resourceType: 'Location', id: 'l1', status: 'active', name: 'Room 1', managingOrganization: { reference: 'Organization/o1' } },
  { resourceType: 'Medication', id: 'm1', code: { coding: [{ system: 'urn:rx', code: '1' }] } },
]

/** Distinguishes a patient's records: ids such as `p1-Observation-3`, and words such as `p1word`. */
export interface Person {
  readonly id: string
  /** Another patient, into whose records some references lead. */
  readonly stranger: string
  /** Records per type. */
  readonly many: number
}

const TYPES_WITH_LINKS = ['Encounter', 'Condition', 'Observation', 'Procedure', 'MedicationRequest', 'DiagnosticReport'] as const

const concept = (system: string, code: string) => ({ coding: [{ system, code, display: `display ${code}` }], text: `text of ${code}` })
const two = (number: number): string => String(number).padStart(2, '0')

/** The records of one person. A few refer to the stranger's, by parameters that open no compartment. */
export const recordsOf = (draw: Draw, { id, stranger, many }: Person): readonly Record4[] => {
  const subject = { reference: `Patient/${id}` }
  const idOf = (type: string, at: number): string => `${id}-${type}-${at}`
  const own = (type: string) => ({ reference: `${type}/${idOf(type, draw.below(many))}` })
  const foreign = (type: string) => ({ reference: `${type}/${stranger}-${type}-${draw.below(many)}` })
  /** One's own record, now and then a stranger's. */
  const linked = (type: string) => (draw.chance(0.2) ? foreign(type) : own(type))
  const day = (): string => `20${two(20 + draw.below(5))}-${two(1 + draw.below(12))}-${two(1 + draw.below(28))}`
  const instant = (): string => `${day()}T${two(draw.below(24))}:${two(draw.below(60))}:00${draw.pick(['Z', '+02:00', '-05:00'])}`
  const date = (): string => draw.pick([day(), day().slice(0, 7), instant()])
  const doctor = () => ({ reference: `Practitioner/d${1 + draw.below(2)}` })
  const identifier = (type: string, at: number) => [{ system: 'urn:mr', value: `${id}-${type}-mr-${at}` }]
  const category = (system: string, codes: readonly string[]) => [concept(`${TERMINOLOGY}/${system}`, draw.pick(codes))]
  const quantity = () => ({ value: draw.below(200) / 10, unit: 'mg', system: UCUM, code: 'mg' })
  const years = (value: number) => ({ value, unit: 'a', system: UCUM, code: 'a' })

  const builders: Readonly<Record<string, (at: number) => object>> = {
    Encounter: (at) => ({
      status: draw.pick(['planned', 'finished', 'in-progress']),
      class: { system: `${TERMINOLOGY}/v3-ActCode`, code: draw.pick(['AMB', 'IMP', 'EMER']) },
      identifier: identifier('Encounter', at),
      subject,
      participant: [{ individual: doctor() }],
      period: { start: instant() },
      location: [{ location: { reference: 'Location/l1' } }],
      ...(draw.chance(0.3) && { partOf: linked('Encounter') }),
    }),
    Condition: () => ({
      clinicalStatus: concept(`${TERMINOLOGY}/condition-clinical`, draw.pick(['active', 'inactive'])),
      category: category('condition-category', ['problem-list-item', 'encounter-diagnosis']),
      code: concept('urn:sct', draw.pick(['asthma', 'gout', 'flu'])),
      subject,
      ...(draw.chance(0.6) && { encounter: linked('Encounter') }),
      recordedDate: date(),
      ...draw.pick<() => object>([
        () => ({ onsetAge: years(20 + draw.below(40)) }),
        () => ({ onsetRange: { low: years(20 + draw.below(20)), high: years(40 + draw.below(20)) } }),
        () => ({ onsetRange: { low: years(20 + draw.below(40)) } }),
        () => ({ onsetRange: { high: years(20 + draw.below(40)) } }),
        () => ({}),
        () => ({}),
      ])(),
    }),
    Observation: (at) => ({
      status: draw.pick(['final', 'preliminary', 'amended']),
      category: category('observation-category', ['laboratory', 'vital-signs']),
      code: concept(LOINC, draw.pick(['8867-4', '718-7', '2708-6'])),
      identifier: identifier('Observation', at),
      subject,
      performer: [doctor()],
      effectiveDateTime: date(),
      ...(draw.chance(0.6) ? { valueQuantity: quantity() } : { valueString: `${id}word ${draw.pick(['High', 'low', 'Größe'])}` }),
      ...(draw.chance(0.6) && { encounter: linked('Encounter') }),
      ...(draw.chance(0.3) && { hasMember: [linked('Observation')] }),
      ...(draw.chance(0.2) && { focus: [{ reference: `Patient/${draw.pick([id, stranger])}` }] }),
      ...(draw.chance(0.3) && { component: [{ code: concept(LOINC, draw.pick(['8480-6', '8462-4'])), valueQuantity: quantity() }] }),
    }),
    Procedure: () => ({
      status: draw.pick(['completed', 'not-done']),
      code: concept('urn:sct', draw.pick(['suture', 'cast'])),
      subject,
      performedDateTime: date(),
      ...(draw.chance(0.4) && { reasonReference: [linked('Condition')] }),
      ...(draw.chance(0.3) && { partOf: [linked('Procedure')] }),
    }),
    MedicationRequest: () => ({
      status: draw.pick(['active', 'stopped']),
      intent: draw.pick(['order', 'plan']),
      medicationReference: { reference: 'Medication/m1' },
      subject,
      requester: doctor(),
      authoredOn: date(),
      ...(draw.chance(0.5) && { encounter: linked('Encounter') }),
    }),
    DiagnosticReport: () => ({
      status: draw.pick(['final', 'partial']),
      category: [concept(`${TERMINOLOGY}/v2-0074`, draw.pick(['LAB', 'RAD']))],
      code: concept(LOINC, '58410-2'),
      subject,
      effectiveDateTime: date(),
      result: [linked('Observation'), linked('Observation')],
    }),
    Provenance: () => ({
      target: draw.chance(0.3) ? [own('Observation'), foreign('Observation')] : [own(draw.pick(TYPES_WITH_LINKS))],
      recorded: `${day()}T08:00:00Z`,
      agent: [{ who: draw.chance(0.5) ? doctor() : subject }],
    }),
    DocumentReference: (at) => ({
      status: draw.pick(['current', 'superseded']),
      identifier: identifier('DocumentReference', at),
      type: concept(LOINC, '34133-9'),
      subject,
      date: instant(),
      content: [{ attachment: { contentType: 'text/plain', url: `Binary/${idOf('Binary', draw.below(many))}`, title: `${id}word` } }],
    }),
    Binary: () => ({
      contentType: 'text/plain',
      data: Buffer.from(`note of ${id}`).toString('base64'),
      securityContext: subject,
    }),
    Device: () => ({ status: 'active', patient: subject, type: concept('urn:device', draw.pick(['pump', 'pacemaker'])) }),
    RelatedPerson: () => ({ active: true, patient: subject, name: [{ family: `${id}kin` }] }),
  }
  const patient = {
    resourceType: 'Patient',
    id,
    active: true,
    identifier: identifier('Patient', 0),
    name: [{ use: 'official', family: `${id}family`, given: [draw.pick(['Ann', 'Anna', 'Bo'])] }],
    gender: draw.pick(['female', 'male']),
    birthDate: day(),
    generalPractitioner: [doctor()],
    managingOrganization: { reference: 'Organization/o1' },
    ...(draw.chance(0.5) && { link: [{ other: { reference: `Patient/${stranger}` }, type: 'seealso' }] }),
  }
  const others = Object.entries(builders).flatMap(([resourceType, build]) =>
    Array.from({ length: many }, (_, at) => ({ resourceType, id: idOf(resourceType, at), ...build(at) })),
  )
  return [patient, ...others]
}

/** A Group names both, so it is in nobody's compartment (design, Who may). */
export const groupOf = (members: readonly string[]): Record4 => ({
  resourceType: 'Group',
  id: `group-${members.join('-')}`,
  type: 'person',
  actual: true,
  member: members.map((id) => ({ entity: { reference: `Patient/${id}` } })),
})
