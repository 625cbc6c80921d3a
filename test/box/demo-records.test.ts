// The records of the demo (issue 5, Done 3): people whose stories make sense, every profile of US Core 6.1 claimed, nothing that leads nowhere.
// Without the package: R4's own rules. With it: `npm run conformance -- validation`.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: ['bundles/demo'], baseUrl: 'http://demo.example', rootClientSecret: 'r', env: {} })
after(() => box.close())

type Json = Readonly<Record<string, unknown>>
interface Resource extends Json {
  readonly resourceType: string
  readonly id: string
  readonly meta?: { readonly profile?: readonly string[] }
}

const HEADERS = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/fhir+json' }
const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition'

/** US Core 6.1's profiles of resources, without its prefix `us-core-`. */
const PROFILES: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['allergyintolerance'],
  CarePlan: ['careplan'],
  CareTeam: ['careteam'],
  Condition: ['condition-encounter-diagnosis', 'condition-problems-health-concerns'],
  Coverage: ['coverage'],
  Device: ['implantable-device'],
  DiagnosticReport: ['diagnosticreport-lab', 'diagnosticreport-note'],
  DocumentReference: ['documentreference'],
  Encounter: ['encounter'],
  Goal: ['goal'],
  Immunization: ['immunization'],
  Location: ['location'],
  Medication: ['medication'],
  MedicationDispense: ['medicationdispense'],
  MedicationRequest: ['medicationrequest'],
  Observation: [
    ...['blood-pressure', 'bmi', 'body-height', 'body-temperature', 'body-weight', 'head-circumference', 'heart-rate', 'pulse-oximetry'],
    ...['respiratory-rate', 'vital-signs', 'observation-clinical-result', 'observation-lab', 'observation-occupation'],
    ...['observation-pregnancyintent', 'observation-pregnancystatus', 'observation-screening-assessment'],
    ...['observation-sexual-orientation', 'simple-observation', 'smokingstatus'],
    ...['/head-occipital-frontal-circumference-percentile', '/pediatric-bmi-for-age', '/pediatric-weight-for-height'],
  ],
  Organization: ['organization'],
  Patient: ['patient'],
  Practitioner: ['practitioner'],
  PractitionerRole: ['practitionerrole'],
  Procedure: ['procedure'],
  Provenance: ['provenance'],
  QuestionnaireResponse: ['questionnaireresponse'],
  RelatedPerson: ['relatedperson'],
  ServiceRequest: ['servicerequest'],
  Specimen: ['specimen'],
}
const UNPROFILED = ['Binary', 'Endpoint', 'Media', 'Questionnaire']

/** Codes that US Core asks for, and that the value sets which R4 binds extensibly do not have: a warning each, whatever the data. */
const ASKED_BY_US_CORE = /^(?:http:\/\/hl7\.org\/fhir\/us\/core\/CodeSystem\/|http:\/\/terminology\.hl7\.org\/CodeSystem\/v2-0203\|MB )/

const canonical = (name: string): string => `${US_CORE}/${name.startsWith('/') ? name.slice(1) : `us-core-${name}`}`

const stored = async (type: string): Promise<readonly Resource[]> => {
  const response = await box.request(`/fhir/${type}?_count=1000`, { headers: HEADERS })
  assert.equal(response.status, 200)
  const { entry = [] } = (await response.json()) as { entry?: readonly { resource: Resource }[] }
  return entry.map(({ resource }) => resource)
}

const records = (await Promise.all([...Object.keys(PROFILES), ...UNPROFILED].map(stored))).flat()
const byId = new Map(records.map((one) => [`${one.resourceType}/${one.id}`, one]))

/** Every text of a member of this name, wherever it stands. */
const textsOf = (value: unknown, member: string): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((one) => textsOf(one, member))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === member && typeof inner === 'string' ? [inner] : textsOf(inner, member)))
}

test('it loads with validation and without a word', () => {
  assert.deepEqual(box.diagnostics, [])
  assert.ok(records.filter(({ resourceType }) => resourceType === 'Patient').length >= 3)
})

for (const [type, names] of Object.entries(PROFILES)) {
  test(`every ${type} claims a profile of US Core 6.1, and each of its profiles is claimed`, () => {
    const claims = records.filter(({ resourceType }) => resourceType === type).map(({ meta }) => meta?.profile?.[0] ?? 'none')
    assert.deepEqual([...new Set(claims)].sort(), names.map(canonical).sort())
  })
}

test('$validate finds neither an error nor a warning in any of them, but for codes that US Core itself asks for', async () => {
  for (const resource of records) {
    const { resourceType: type, id } = resource
    const response = await box.request(`/fhir/${type}/$validate`, { method: 'POST', headers: HEADERS, body: JSON.stringify(resource) })
    const { issue } = (await response.json()) as { issue: readonly { severity: string; diagnostics: string }[] }
    assert.deepEqual(
      issue
        .filter(({ severity, diagnostics }) => severity === 'error' || (severity === 'warning' && !ASKED_BY_US_CORE.test(diagnostics)))
        .map(({ diagnostics }) => diagnostics),
      [],
      `${type}/${id}`,
    )
  }
})

test('every reference, every URL of a Binary and every canonical of a Questionnaire leads to a record', () => {
  const canonicals = new Set(records.filter(({ resourceType }) => resourceType === 'Questionnaire').map(({ url }) => url))
  for (const resource of records) {
    const where = `${resource.resourceType}/${resource.id}`
    const binaries = textsOf(resource, 'url').filter((url) => url.startsWith('Binary/'))
    for (const reference of [...textsOf(resource, 'reference'), ...binaries]) assert.ok(byId.has(reference), `${where}: ${reference}`)
    for (const one of textsOf(resource, 'questionnaire')) assert.ok(canonicals.has(one), `${where}: ${one}`)
  }
})

test('what is said of a patient is of that patient: visits, reasons, specimens and prescriptions are their own', () => {
  const subjectOf = (resource: Resource | undefined): string | undefined => {
    const { subject, patient, beneficiary } = (resource ?? {}) as Record<string, { reference?: string } | undefined>
    return (subject ?? patient ?? beneficiary)?.reference
  }
  for (const resource of records) {
    const own = subjectOf(resource)
    if (own === undefined) continue
    const strangers = textsOf(resource, 'reference').filter((reference) => (subjectOf(byId.get(reference)) ?? own) !== own)
    assert.deepEqual(strangers, [], `${resource.resourceType}/${resource.id}`)
  }
})
