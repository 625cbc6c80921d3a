// Whose compartment a resource is in (design.md "Who may", definitions/compartment.ts). Only exact references count (S-25).
import { compartmentKind } from '../definitions/compartment.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { pathsOf } from './expression.ts'
import { compilePaths, isObject, type Visitor } from './path.ts'
import { localReference } from './reference.ts'
import type { ReferenceContext } from './text-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** The patients of a stored resource; undefined where it is not there. */
export type CompartmentsOf = (type: string, id: string) => readonly string[] | undefined

const ID = /^[A-Za-z0-9\-.]{1,64}$/

const patientOf = (value: unknown, { base, types }: ReferenceContext): string | undefined => {
  const local = isObject(value) && typeof value.reference === 'string' ? localReference(value.reference, base, types) : undefined
  return local && local.type === 'Patient' && !local.versioned ? local.id : undefined
}

const referenceLeaf =
  (context: ReferenceContext): Visitor<string[]> =>
  (value, out) => {
    const patient = patientOf(value, context)
    if (patient !== undefined && !out.includes(patient)) out.push(patient)
  }

/** The patients of one target; 'shared' where it has no compartment, none where it cannot be judged. */
const patientsOf = (
  definitions: Definitions,
  context: ReferenceContext,
  target: unknown,
  lookup: CompartmentsOf | undefined,
): readonly string[] | 'shared' => {
  const reference = isObject(target) && typeof target.reference === 'string' ? target.reference : ''
  const local = localReference(reference, context.base, context.types)
  if (!local || local.versioned) return []
  if (compartmentKind(definitions, local.type) === 'shared') return 'shared'
  return local.type === 'Patient' ? [local.id] : (lookup?.(local.type, local.id) ?? [])
}

/** The patients that every target with a compartment has in common; a target that cannot be judged leaves none. */
const byTargets =
  (definitions: Definitions, context: ReferenceContext) =>
  ({ target }: Fields, lookup: CompartmentsOf | undefined): readonly string[] => {
    const targets = Array.isArray(target) ? target : [target]
    const known = targets.map((one) => patientsOf(definitions, context, one, lookup)).filter((one) => one !== 'shared')
    const [first = [], ...others] = known
    return first.filter((patient) => others.every((patients) => patients.includes(patient)))
  }

/** The function that tells a resource's compartments, for one type. */
export const compartmentsOf = (
  definitions: Definitions,
  type: string,
  context: ReferenceContext,
): ((resource: Fields, lookup: CompartmentsOf | undefined) => readonly string[]) => {
  if (type === 'Patient') return ({ id }) => (typeof id === 'string' && ID.test(id) ? [id] : [])
  if (type === 'Provenance') return byTargets(definitions, context)
  if (type === 'Binary') return ({ securityContext }) => [patientOf(securityContext, context) ?? []].flat()
  const paths = (definitions.compartmentParams(type) ?? []).flatMap((code) => {
    const parameter = definitions.searchParameters(type).get(code)
    return parameter ? pathsOf(parameter.expression, type) : []
  })
  const visit = compilePaths<string[]>(definitions, paths, type, (code) => (code === 'Reference' ? referenceLeaf(context) : undefined))
  return (resource) => {
    const patients: string[] = []
    visit?.(resource, patients)
    return patients
  }
}
