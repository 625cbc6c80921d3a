// The FHIR resource that a user is (User.fhirUser), in FHIR's spelling or Aidbox's.
import type { User } from '../oauth/types/user.ts'

export interface FhirUser {
  readonly type: string
  readonly id: string
}

const ID = /^[A-Za-z0-9.-]{1,64}$/
const REFERENCE = /^\/?([A-Z][A-Za-z]*)\/([A-Za-z0-9.-]{1,64})$/

export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

/** undefined where the user is none, or the reference is not one to a resource of this server. */
export const fhirUserOf = (user: User): FhirUser | undefined => {
  const { reference, resourceType, type, id } = user.fhirUser ?? {}
  const [, referred, target] = REFERENCE.exec(reference ?? '') ?? []
  if (referred && target) return { type: referred, id: target }
  const kind = resourceType ?? type
  return kind && isId(id) ? { type: kind, id } : undefined
}

/** Practitioners see what policy lets them see; everyone else is confined like a patient (design, Who may). */
export const isPractitioner = (fhirUser: FhirUser | undefined): boolean =>
  fhirUser?.type === 'Practitioner' || fhirUser?.type === 'PractitionerRole'
