// The patient of a session (aidbox-behaviour §2.5): the one in the launch context, or else the person who signed in where that is a patient.
import type { Principal } from '../oauth/principal.ts'
import { fhirUserOf } from './fhir-user.ts'

/** A bare id; undefined where the session is about no patient, or there is none. */
export const sessionPatient = ({ session, user }: Principal): string | undefined => {
  if (!session) return undefined
  const { patient } = session.authorization.context
  if (patient !== undefined) return patient
  const fhirUser = user && fhirUserOf(user)
  return fhirUser?.type === 'Patient' ? fhirUser.id : undefined
}
