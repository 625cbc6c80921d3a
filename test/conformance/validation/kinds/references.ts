// Kinds of wrong references (R4 references.html): types that an element or a profile excludes, and what is contained.
import { type Change, type Kind, siteKind, tableKind } from '../kind.ts'
import { isFields, placeOf } from '../sites.ts'
import { BEFORE_7 } from '../versions.ts'

const to = (reference: string) => ({ reference })

/** Targets that R4 itself excludes. */
const BASE: readonly Change[] = [
  { of: 'Observation', path: ['encounter'], next: to('Patient/x') },
  { of: 'Observation', path: ['subject'], next: to('Practitioner/x') },
  { of: 'Condition', path: ['encounter'], next: to('Practitioner/x') },
  { of: 'Condition', path: ['subject'], next: to('Organization/x') },
  { of: 'Encounter', path: ['serviceProvider'], next: to('Practitioner/x') },
  { of: 'Patient', path: ['managingOrganization'], next: to('Practitioner/x') },
  { of: 'Procedure', path: ['subject'], next: to('Device/x') },
  { of: 'Immunization', path: ['patient'], next: to('Group/x') },
  { of: 'AllergyIntolerance', path: ['patient'], next: to('Practitioner/x') },
  { of: 'MedicationRequest', path: ['subject'], next: to('Practitioner/x') },
  { of: 'DiagnosticReport', path: ['encounter'], next: to('Patient/x') },
  { of: 'DocumentReference', path: ['custodian'], next: to('Patient/x') },
  { of: 'CarePlan', path: ['subject'], next: to('Location/x') },
  { of: 'CareTeam', path: ['encounter'], next: to('Patient/x') },
  { of: 'Goal', path: ['subject'], next: to('Practitioner/x') },
  { of: 'Device', path: ['patient'], next: to('RelatedPerson/x') },
  { of: 'Provenance', path: ['location'], next: to('Organization/x') },
  { of: 'ServiceRequest', path: ['encounter'], next: to('Patient/x') },
  { of: 'Coverage', path: ['beneficiary'], next: to('RelatedPerson/x') },
  { of: 'Specimen', path: ['subject'], next: to('Organization/x') },
  { of: 'PractitionerRole', path: ['practitioner'], next: to('Organization/x') },
  { of: 'Location', path: ['managingOrganization'], next: to('Practitioner/x') },
]

/** Targets that R4 allows and US Core excludes. */
const PROFILE: readonly Change[] = [
  ...['smokingstatus', 'blood-pressure', 'heart-rate', 'body-weight', 'body-height', 'respiratory-rate'].map((name) => ({
    of: `us-core-${name}`,
    path: ['subject'],
    next: to('Group/x'),
  })),
  ...['observation-lab', 'condition', 'condition-encounter-diagnosis', 'condition-problems-health-concerns', 'encounter'].map((name) => ({
    of: `us-core-${name}`,
    in: BEFORE_7,
    path: ['subject'],
    next: to('Group/x'),
  })),
  ...['procedure', 'careplan', 'careteam', 'goal', 'documentreference', 'diagnosticreport-lab', 'servicerequest'].map((name) => ({
    of: `us-core-${name}`,
    in: BEFORE_7,
    path: ['subject'],
    next: to('Group/x'),
  })),
]

const isReference = ({ value }: { value: unknown }): boolean => isFields(value) && typeof value.reference === 'string'

export const REFERENCES: readonly Kind[] = [
  tableKind('a reference to a type that R4 excludes', BASE),
  tableKind('a reference to a type that the profile excludes', PROFILE),
  tableKind(
    'a type that contradicts',
    BASE.map((change) => ({ ...change, next: { type: String(Object(change.next).reference).split('/')[0], display: 'x' } })),
  ),
  siteKind('a reference to nothing contained', isReference, () => to('#nobody')),
  {
    name: 'a contained resource of a type that the element excludes',
    mutate: ({ resource }) =>
      BASE.some(({ of, path }) => of === resource.resourceType && path[0] === 'subject')
        ? {
            resource: {
              ...resource,
              contained: [
                {
                  resourceType: 'Endpoint',
                  id: 'wrong',
                  status: 'active',
                  connectionType: { code: 'direct-project' },
                  payloadType: [{ text: 'any' }],
                  address: 'urn:x',
                },
              ],
              subject: to('#wrong'),
            },
            at: [placeOf(resource, ['subject'])],
          }
        : undefined,
  },
  {
    name: 'a contained resource that nothing refers to',
    mutate: ({ resource }) =>
      resource.resourceType === 'Bundle' || resource.resourceType === 'Binary' || resource.contained !== undefined
        ? undefined
        : { resource: { ...resource, contained: [{ resourceType: 'Organization', id: 'alone', name: 'x' }] }, at: [resource.resourceType] },
  },
]
