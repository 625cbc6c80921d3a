// Synthetic records of any size as NDJSON, the same for the same size: 250 resources a patient, patient after patient as they come to a
// practice, each practice's own resources before its first patient.
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  allergyBody,
  type Body,
  conditionBody,
  documentBody,
  encounterBody,
  immunizationBody,
  LABORATORY_FROM,
  laboratoryBody,
  medicationRequestBody,
  organizationBody,
  type Place,
  patientBody,
  practitionerBody,
  procedureBody,
  provenanceBody,
  reportBody,
  surveyBody,
  vitalSignBody,
} from './bodies.ts'

const ENCOUNTERS = 20

interface Kind {
  readonly body: Body
  readonly count: number
  /** The number of the first, where several kinds are of one type. */
  readonly from?: number
}

const PER_PATIENT: readonly Kind[] = [
  { body: patientBody, count: 1 },
  { body: encounterBody, count: ENCOUNTERS },
  { body: vitalSignBody, count: LABORATORY_FROM },
  { body: laboratoryBody, count: 56, from: LABORATORY_FROM },
  { body: surveyBody, count: 12, from: LABORATORY_FROM + 56 },
  { body: conditionBody, count: 10 },
  { body: medicationRequestBody, count: 12 },
  { body: procedureBody, count: 8 },
  { body: immunizationBody, count: 8 },
  { body: reportBody, count: 14 },
  { body: documentBody, count: 6 },
  { body: allergyBody, count: 4 },
  { body: provenanceBody, count: 8 },
]

/** Resources of one patient. */
export const RESOURCES_PER_PATIENT = PER_PATIENT.reduce((sum, { count }) => sum + count, 0)
export const VITAL_SIGNS_PER_PATIENT = LABORATORY_FROM

const PATIENTS_PER_PRACTICE = 25

const placesOf = ({ count, from = 0 }: Kind, patient: number): readonly Place[] =>
  Array.from({ length: count }, (_, at) => ({ patient, number: from + at, encounter: Math.floor((at * ENCOUNTERS) / count) }))

function* linesOf(size: number): Generator<string> {
  let left = size
  for (let patient = 0; left > 0; patient++) {
    const practice = { patient: patient / PATIENTS_PER_PRACTICE, encounter: 0, number: 0 }
    const shared = Number.isInteger(practice.patient) ? [organizationBody(practice), practitionerBody(practice)] : []
    const own = PER_PATIENT.flatMap((kind) => placesOf(kind, patient).map(kind.body))
    const bodies = [...shared, ...own].slice(0, left)
    left -= bodies.length
    yield bodies.map((body) => `${JSON.stringify(body)}\n`).join('')
  }
}

/** Writes so many resources to a file. */
export const writeRecords = (file: string, size: number): Promise<void> => pipeline(Readable.from(linesOf(size)), createWriteStream(file))

/** How many patients of so many resources are there whole. */
export const patientsIn = (size: number): number => Math.floor(size / (RESOURCES_PER_PATIENT + 2 / PATIENTS_PER_PRACTICE))
