// Aidbox's patient data access API (aidbox-behaviour §5.5): below such a base there is one patient's data and nothing else. It narrows what
// scopes and policies permit, as a part of every plan; what belongs to another patient is not there.
import type { AccessRequest, Authorize, Decision } from '../fhir/access.ts'
import type { Definitions } from '../fhir/definitions/definitions.ts'
import { isId } from '../fhir/ids.ts'
import { FhirError } from '../fhir/outcome.ts'
import { parametersOf } from '../http/parameters.ts'
import type { CanonicalRequest } from '../http/request.ts'
import type { Principal } from '../oauth/principal.ts'
import type { Explanation } from '../policy/explain.ts'
import type { CompileQuery } from '../smart/scope-reader.ts'
import { sessionPatient } from '../smart/session-patient.ts'
import { ALL, type Criterion, NOTHING } from '../store/criterion.ts'
import { and } from '../store/plan.ts'

/** The rows of a type that are a patient's; undefined where the type has nothing to do with patients. */
export type PatientRows = (type: string, patient: string) => Criterion | undefined

/** A type is a patient's by its search parameter `patient`, as in Aidbox; and the patient is their own. */
export const patientRows = (definitions: Definitions, type: string, patient: string, compile: CompileQuery): Criterion | undefined => {
  if (type === 'Patient') return { kind: 'id', ids: [patient] }
  if (definitions.searchParameters(type).get('patient')?.type !== 'reference') return undefined
  return compile(type, parametersOf([['patient', `Patient/${patient}`]]), () => ALL)
}

/** Everybody who names a patient must name the same one: a header or a path never changes the session's (security-requirements S-19). */
const patientOf = (principal: Principal, { headers, segments }: CanonicalRequest, path: string): string | 'contradiction' | undefined => {
  const at = path.split('/').slice(1).indexOf('{patient}')
  const named = [sessionPatient(principal), at < 0 ? undefined : segments[at], headers.get('x-patient-id')]
  const [patient, ...others] = new Set(named.filter((one) => one !== undefined))
  if (patient !== undefined && !isId(patient, false)) throw new FhirError('value', 'this is not the id of a patient')
  return others.length > 0 ? 'contradiction' : patient
}

interface Bounded {
  readonly principal: Principal
  readonly authorize: Authorize
  readonly explain: (access: AccessRequest) => Promise<Explanation>
}

const bound = (decision: Decision, patient: string, rowsOf: PatientRows): Decision => {
  if (!decision.permit) return decision
  const rows = (type: string) => rowsOf(type, patient) ?? NOTHING
  return { permit: true, rows: (type, permission) => and(rows(type), decision.rows(type, permission)), confined: true }
}

const CONTRADICTED: Decision = { permit: false, status: 403, reason: 'the request names another patient than the session' }

/** The caller, bound to one patient. Policies see who that is as `params.patient/id`. */
export const withinPatient = <Caller extends Bounded>(
  caller: Caller,
  request: CanonicalRequest,
  path: string,
  rowsOf: PatientRows,
): Caller => {
  const named = patientOf(caller.principal, request, path)
  const patient = named === 'contradiction' ? undefined : named
  const asked = (access: AccessRequest): AccessRequest => {
    if (access.type !== undefined && rowsOf(access.type, 'x') === undefined)
      throw new FhirError('not-found', 'there is nothing of this name here')
    return patient === undefined ? access : { ...access, params: { ...access.params, 'patient/id': patient } }
  }
  const decided = (decision: Decision): Decision => {
    if (!decision.permit) return decision
    if (named === 'contradiction') return CONTRADICTED
    if (patient === undefined) throw new FhirError('invalid', 'a patient must be named: by the session, or by X-Patient-Id')
    return bound(decision, patient, rowsOf)
  }
  return {
    ...caller,
    authorize: async (access: AccessRequest) => decided(await caller.authorize(asked(access))),
    explain: async (access: AccessRequest) => {
      const explanation = await caller.explain(asked(access))
      return { ...explanation, decision: decided(explanation.decision) }
    },
  }
}
