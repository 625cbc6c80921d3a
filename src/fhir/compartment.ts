// Whose compartment can be searched (R4 compartmentdefinition.html), as one table: a patient's by the index that also bounds tokens, an
// encounter's by the parameters that lead to it.
import { type Criterion, NOTHING } from '../store/criterion.ts'
import { or } from '../store/plan.ts'
import { compartmentKind } from './definitions/compartment.ts'
import type { Definitions } from './definitions/definitions.ts'

/** The criterion that a type's members satisfy; NOTHING where the type has none. */
type Members = (type: string) => Criterion

const patient = (definitions: Definitions, id: string): Members => {
  const member: Criterion = { kind: 'compartment', patients: [id] }
  return (type) => (compartmentKind(definitions, type) === 'member' ? member : NOTHING)
}

const ENCOUNTER_PARAMETERS: readonly string[] = ['encounter', 'context']

const encounter = (definitions: Definitions, id: string): Members => {
  return (type) => {
    if (type === 'Encounter') return { kind: 'id', ids: [id] }
    const parameters = definitions.searchParameters(type)
    const codes = ENCOUNTER_PARAMETERS.filter((code) => parameters.get(code)?.target.includes('Encounter'))
    if (codes.length === 0) return NOTHING
    return or(...codes.map((code): Criterion => ({ kind: 'reference', param: `${type}.${code}`, type: 'Encounter', id })))
  }
}

const COMPARTMENTS: ReadonlyMap<string, (definitions: Definitions, id: string) => Members> = new Map([
  ['Patient', patient],
  ['Encounter', encounter],
])

/** Undefined where the type has no compartment. */
export const compartmentCriterion = (definitions: Definitions, type: string, id: string): Members | undefined =>
  COMPARTMENTS.get(type)?.(definitions, id)
