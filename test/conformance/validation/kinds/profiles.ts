// Kinds that R4 allows and US Core's profiles, in every version that has them, do not.
import { type Change, type Kind, type Subject, tableKind } from '../kind.ts'
import { at } from '../sites.ts'
import { BEFORE_8, SINCE_4 } from '../versions.ts'

const there = ({ path }: Change, { resource }: Subject): boolean => at(resource, path) !== undefined

/** Required by the profile, not by R4. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'us-core-allergyintolerance': ['code'],
  'us-core-careplan': ['category'],
  'us-core-careteam': ['subject', 'participant'],
  'us-core-condition-encounter-diagnosis': ['category', 'code'],
  'us-core-condition-problems-health-concerns': ['category', 'code'],
  'us-core-coverage': ['relationship'],
  'us-core-diagnosticreport-lab': ['category', 'subject'],
  'us-core-documentreference': ['type', 'category', 'subject'],
  'us-core-encounter': ['type', 'subject'],
  'us-core-heart-rate': ['category', 'subject'],
  'us-core-implantable-device': ['type', 'patient'],
  'us-core-location': ['name'],
  'us-core-medication': ['code'],
  'us-core-observation-lab': ['category', 'subject'],
  'us-core-organization': ['name', 'active'],
  'us-core-patient': ['identifier', 'name'],
  'us-core-practitioner': ['identifier', 'name'],
  'us-core-procedure': ['code'],
  'us-core-relatedperson': ['active'],
  'us-core-servicerequest': ['code'],
  'us-core-smokingstatus': ['subject'],
}

const required: readonly Change[] = [
  ...Object.entries(REQUIRED).flatMap(([of, names]) => names.map((name) => ({ of, path: [name], next: undefined }))),
  { of: 'us-core-patient', in: BEFORE_8, path: ['gender'], next: undefined },
  { of: 'us-core-smokingstatus', in: SINCE_4, path: ['category'], next: undefined },
]

const VITAL_SIGNS = [
  'us-core-blood-pressure',
  'us-core-heart-rate',
  'us-core-body-weight',
  'us-core-body-height',
  'us-core-body-temperature',
  'us-core-bmi',
  'us-core-respiratory-rate',
]
const category = (system: string, code: string) => [{ coding: [{ system, code }] }]
const OBSERVATION = 'http://terminology.hl7.org/CodeSystem/observation-category'

/** A slice that must be there has none that fits it. */
const SLICES: readonly Change[] = [
  ...VITAL_SIGNS.map((of) => ({ of, path: ['category'], next: category(OBSERVATION, 'laboratory') })),
  { of: 'us-core-observation-lab', path: ['category'], next: category(OBSERVATION, 'imaging') },
  { of: 'us-core-smokingstatus', in: SINCE_4, path: ['category'], next: category(OBSERVATION, 'imaging') },
  { of: 'us-core-diagnosticreport-lab', path: ['category'], next: category('http://terminology.hl7.org/CodeSystem/v2-0074', 'RAD') },
  { of: 'us-core-careplan', in: BEFORE_8, path: ['category'], next: category('http://example.org', 'x') },
  {
    of: 'us-core-condition-encounter-diagnosis',
    path: ['category'],
    next: category('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item'),
  },
  {
    of: 'us-core-condition-problems-health-concerns',
    path: ['category'],
    next: category('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis'),
  },
  { of: 'us-core-blood-pressure', path: ['component', 0], next: undefined, at: ['Observation.component'] },
]

/** A pattern of the code; where it is a slice of its codings, the list of them is named. */
const PATTERNS: readonly Change[] = VITAL_SIGNS.map((of) => ({
  of,
  path: ['code', 'coding'],
  next: [{ system: 'http://loinc.org', code: '55555-5' }],
  at: ['Observation.code', 'Observation.code.coding', 'Observation.code.coding[0].code'],
}))

const UNITS: readonly Change[] = [
  ...['us-core-heart-rate', 'us-core-respiratory-rate', 'us-core-bmi'].map((of) => ({
    of,
    path: ['valueQuantity', 'code'],
    next: 'banana',
  })),
  ...VITAL_SIGNS.map((of) => ({ of, path: ['valueQuantity', 'system'], next: 'http://example.org/units' })),
]

const otherType: Kind = {
  name: 'a type of a choice that the profile excludes',
  mutate: ({ resource, profiles }) => {
    const { effectiveDateTime, ...rest } = resource
    if (effectiveDateTime === undefined || !VITAL_SIGNS.some((one) => profiles.has(one))) return undefined
    return { resource: { ...rest, effectiveInstant: '2020-01-01T10:00:00Z' }, at: ['Observation.effective'] }
  },
}

const BINDINGS: readonly Change[] = [
  { of: 'us-core-smokingstatus', path: ['status'], next: 'preliminary' },
  {
    of: 'us-core-allergyintolerance',
    path: ['clinicalStatus'],
    next: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'cured' }] },
  },
  {
    of: 'us-core-condition-encounter-diagnosis',
    path: ['clinicalStatus'],
    next: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'cured' }] },
  },
  {
    of: 'us-core-condition-problems-health-concerns',
    path: ['verificationStatus'],
    next: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'certain' }] },
  },
]

/** Of a choice, the one that the profile's own rule asks for. */
const INVARIANTS: readonly Change[] = ['us-core-observation-lab', 'us-core-heart-rate', 'us-core-body-weight'].map((of) => ({
  of,
  path: ['valueQuantity'],
  next: undefined,
  at: ['Observation'],
}))

const bare = (_: Change, { resource }: Subject): boolean =>
  resource.valueQuantity !== undefined &&
  resource.component === undefined &&
  resource.hasMember === undefined &&
  resource.dataAbsentReason === undefined

export const PROFILES: readonly Kind[] = [
  tableKind('an element taken away that the profile requires', required, there),
  tableKind('a slice that must be there taken away', SLICES, there),
  tableKind('a pattern that does not fit', PATTERNS, there),
  tableKind('a unit that the profile does not have', UNITS, there),
  tableKind(
    'a unit within a sliced component',
    [{ of: 'us-core-blood-pressure', path: ['component', 0, 'valueQuantity', 'code'], next: 'kPa' }],
    there,
  ),
  otherType,
  tableKind('a code of a value set that the profile requires', BINDINGS, there),
  tableKind('an invariant of the profile', INVARIANTS, bare),
  tableKind(
    'a time too short for vital signs',
    VITAL_SIGNS.map((of) => ({ of, path: ['effectiveDateTime'], next: '2020-02' })),
    there,
  ),
  {
    name: 'a profile of another type',
    mutate: ({ resource }) => {
      const profile = resource.resourceType === 'Patient' ? 'us-core-practitioner' : 'us-core-patient'
      return {
        resource: { ...resource, meta: { profile: [`http://hl7.org/fhir/us/core/StructureDefinition/${profile}`] } },
        at: [resource.resourceType],
      }
    },
  },
]
