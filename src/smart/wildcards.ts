// How a wildcard scope is spelt in answers: the documented types, and the wildcard itself (aidbox-behaviour §5.4; design, Who may).
import { remembering } from '../http/remember.ts'
import { parseScope, type ScopeContext } from './scopes.ts'

/** In the order of Aidbox's documented answer. */
export const DOCUMENTED_TYPES: readonly string[] = [
  ...['Patient', 'AllergyIntolerance', 'CarePlan', 'CareTeam', 'Condition', 'Device', 'DiagnosticReport', 'DocumentReference', 'Goal'],
  ...['Encounter', 'Immunization', 'MedicationRequest', 'Observation', 'Procedure', 'Provenance', 'Practitioner', 'Organization'],
  'Location',
]

const SYSTEM_TYPES: readonly string[] = [...DOCUMENTED_TYPES, 'Group'].sort()

const documentedTypes = (context: ScopeContext): readonly string[] => (context === 'system' ? SYSTEM_TYPES : DOCUMENTED_TYPES)

/** The documented scopes that a wildcard stands for; none for any other scope. */
export const expand = remembering(100, (scope): readonly string[] => {
  const parsed = parseScope(scope)
  if (parsed?.type !== '*') return []
  return documentedTypes(parsed.context).map((type) => `${parsed.context}/${type}.${parsed.spelling}`)
})

const spelt = remembering(200, (scope) => [...new Set(scope.split(' ').flatMap((one) => [...expand(one), one]))].join(' '))

/** The `scope` parameter as answers spell it: each wildcard follows its documented types. */
export const spell = (scope: readonly string[]): string => spelt(scope.join(' '))
