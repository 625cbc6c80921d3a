// The price of validating a vital signs Observation: its type, the profile that it claims, and every invariant of both. US Core's
// package is measured where it is at hand, R4's own profile of the same measurement where it is not.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { packageResources } from '../../src/bundle/package/resources.ts'
import { unpackPackage } from '../../src/bundle/package/unpack.ts'
import { terminologyResource } from '../../src/fhir/terminology/resources.ts'
import { baseTerminology } from '../../src/fhir/terminology/terminology.ts'
import { prune } from '../../src/fhir/validation/prune.ts'
import { baseStructures } from '../../src/fhir/validation/r4.ts'
import { createValidator, type Validate } from '../../src/fhir/validation/validator.ts'

const US_CORE = new URL('../../../shared/data/packages/us_core_610.tgz', import.meta.url)
const WARM_UP = 20_000
const BATCH = 2_000
const SAMPLES = 15

const heartRate = (profile: string) => ({
  resourceType: 'Observation',
  id: 'heart-rate',
  meta: { profile: [profile], lastUpdated: '2024-05-01T10:00:00.000Z', versionId: '1' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p><b>Heart rate</b>: 44 beats a minute</p></div>' },
  status: 'final',
  category: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs', display: 'Vital Signs' }],
      text: 'Vital Signs',
    },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }], text: 'Heart rate' },
  subject: { reference: 'Patient/example', display: 'Amy Shaw' },
  encounter: { reference: 'Encounter/1' },
  effectiveDateTime: '2024-05-01T10:00:00+02:00',
  issued: '2024-05-01T10:00:00.000+02:00',
  performer: [{ reference: 'Practitioner/1' }],
  valueQuantity: { value: 44, unit: 'beats/minute', system: 'http://unitsofmeasure.org', code: '/min' },
})

const validatorOf = async (): Promise<{ readonly validate: Validate; readonly profile: string }> => {
  if (!existsSync(US_CORE)) {
    const profile = 'http://hl7.org/fhir/StructureDefinition/heartrate'
    return { validate: createValidator({ structures: baseStructures(), terminology: baseTerminology() }), profile }
  }
  const resources = packageResources(await unpackPackage(readFileSync(US_CORE)))
  const definitions = resources.filter(({ resourceType }) => resourceType === 'StructureDefinition').map((one) => prune(one, 'us-core'))
  const terminology = baseTerminology().with(resources.flatMap((one) => terminologyResource(one) ?? []))
  const profile = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate'
  return { validate: createValidator({ structures: baseStructures().with(definitions), terminology }), profile }
}

/** Median microseconds of processor time for one validation. */
export const measureValidation = async (): Promise<{ readonly validate_us: number; readonly profile: string }> => {
  const { validate, profile } = await validatorOf()
  const resource = heartRate(profile)
  assert.deepEqual(validate(resource), [])
  for (let at = 0; at < WARM_UP; at++) validate(resource)
  const samples = Array.from({ length: SAMPLES }, () => {
    const before = process.cpuUsage()
    for (let at = 0; at < BATCH; at++) validate(resource)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / BATCH
  })
  return { validate_us: samples.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? Number.NaN, profile }
}
