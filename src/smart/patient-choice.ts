// Which patient a grant is about: the launch's, the user themself, or one that a practitioner picks (SMART 2.2 §launch/patient).
import type { AuthorizationRequest, Profile } from '../oauth/provider.ts'
import type { User } from '../oauth/types/user.ts'
import { fhirUserOf, isId, isPractitioner } from './fhir-user.ts'
import { resourceScopes } from './scopes.ts'

const needsPatient = (scope: readonly string[]): boolean =>
  scope.includes('launch/patient') || resourceScopes(scope).some(({ context }) => context === 'patient')

/** Someone who is a patient is granted their own record only, whatever the launch names: else a launch would widen it. */
export const patientFor = async ({ launch, scope }: AuthorizationRequest, user: User): ReturnType<Profile['patientFor']> => {
  const fhirUser = fhirUserOf(user)
  const launched = launch?.context.patient
  if (launched !== undefined) {
    if (!isId(launched) || (fhirUser?.type === 'Patient' && fhirUser.id !== launched)) return 'none'
    return { patient: launched }
  }
  if (!needsPatient(scope)) return undefined
  if (fhirUser?.type === 'Patient') return { patient: fhirUser.id }
  return isPractitioner(fhirUser) ? 'pick' : 'none'
}

type Row = Awaited<ReturnType<Profile['patients']>>[number]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const first = (value: unknown): Record<string, unknown> => (Array.isArray(value) && isObject(value[0]) ? value[0] : {})
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A row of the picker, of a Patient in FHIR's JSON; none for one without an id. */
export const pickerRow = (patient: Readonly<Record<string, unknown>>): readonly Row[] => {
  if (!isId(patient.id)) return []
  const name = first(patient.name)
  const given = Array.isArray(name.given) ? name.given.map(text) : []
  return [
    {
      id: patient.id,
      name: text(name.text) || [...given, text(name.family)].filter((part) => part !== '').join(' '),
      birthDate: text(patient.birthDate),
      identifier: text(first(patient.identifier).value),
    },
  ]
}
