// Bundles of policies for the bench: one that grants the reads that are measured, or a thousand of which it is one. None is an `allow`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT, type Fixture } from './fixture.ts'

const to = (reference: string) => ({ link: [{ reference }] })

/** What a thousand policies of a large installation are like: of other clients and people, of roles, of this client, of everybody. */
const other = (at: number): object => {
  const type = `Type${at}`
  const pinned = { _include: 'nil?', _revinclude: 'nil?' }
  const params = { ...pinned, patient: '.user.data.patient' }
  const user = { data: { patient: 'present?' } }
  const kinds = [
    { ...to(`Client/other-${at % 50}`), matcho: { 'request-method': 'get', uri: `#^/fhir/${type}(/|$)` } },
    { ...to('Client/bench'), matcho: { 'request-method': { $enum: ['get', 'post'] }, uri: `#^/fhir/${type}(/|$)`, params, user } },
    { matcho: { 'request-method': 'get', uri: `#^/fhir/${type}/[^/]+$`, user: { data: { role: 'nurse' } } } },
    { matcho: { 'request-method': { $enum: ['put', 'patch'] }, params: { 'resource/type': type }, user: { id: 'present?' } } },
    { matcho: { operation: { id: 'FhirSearch' }, user: { id: `person-${at}` } } },
    { roleName: `role-${at % 20}`, matcho: { uri: `#^/fhir/${type}(/|$)`, params: { ...pinned, patient: '.user.data.patient' }, user } },
  ]
  return { resourceType: 'AccessPolicy', id: `other-${at}`, engine: 'matcho', ...kinds[at % kinds.length] }
}

const GRANTING = {
  resourceType: 'AccessPolicy',
  id: 'bench',
  engine: 'matcho',
  ...to('Client/bench'),
  matcho: { 'request-method': 'get', uri: '#^/fhir/Observation(/|$)' },
}

/** A folder with so many policies; the records are in the fixture's data already. */
export const policyBundle = ({ folder }: Fixture, count: number): string => {
  const bundles = join(folder, `policies-${count}`)
  mkdirSync(bundles, { recursive: true })
  const others = Array.from({ length: 50 }, (_, at) => ({ resourceType: 'Client', id: `other-${at}` }))
  const policies = [...Array.from({ length: count - 1 }, (_, at) => other(at)), GRANTING]
  writeFileSync(join(bundles, '10-access.json'), JSON.stringify([CLIENT, ...others, ...policies]))
  return bundles
}
