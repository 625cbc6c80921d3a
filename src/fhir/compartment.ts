// Whose compartment can be searched (R4 compartmentdefinition.html): a patient's by the index that also bounds tokens, the four others by the
// parameters that lead to their owner.
import { type Criterion, NOTHING } from '../store/criterion.ts'
import { or } from '../store/plan.ts'
import { compartmentKind } from './definitions/compartment.ts'
import type { Definitions } from './definitions/definitions.ts'
import { indexName } from './search/index-name.ts'

/** The criterion that a type's members satisfy; NOTHING where the type has none. */
type Members = (type: string) => Criterion

const ofPatient = (definitions: Definitions, id: string): Members => {
  const member: Criterion = { kind: 'compartment', patients: [id] }
  return (type) => (compartmentKind(definitions, type) === 'member' ? member : NOTHING)
}

const ofOwner = (definitions: Definitions, owner: string, id: string): Members => {
  const members = definitions.compartments.get(owner)
  return (type) =>
    or(
      ...(members?.get(type) ?? []).map((code): Criterion => {
        if (code === '{def}') return { kind: 'id', ids: [id] }
        const parameter = definitions.searchParameters(type).get(code)
        return parameter ? { kind: 'reference', param: indexName(type, parameter), type: owner, id } : NOTHING
      }),
    )
}

/** Undefined where the type has no compartment. */
export const compartmentCriterion = (definitions: Definitions, type: string, id: string): Members | undefined => {
  if (type === 'Patient') return ofPatient(definitions, id)
  return definitions.compartments.has(type) ? ofOwner(definitions, type, id) : undefined
}
