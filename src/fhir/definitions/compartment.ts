// Who belongs to a patient: R4 CompartmentDefinition/patient with the differences that design.md ("Who may") decides, as one table.
import type { Definitions } from './definitions.ts'

/** Instead of R4's parameters; undefined: by a rule of its own (`extract.ts`) or never. */
export const COMPARTMENT_DIFFERENCES: ReadonlyArray<readonly [type: string, params: readonly string[] | undefined]> = [
  ['Device', ['patient']],
  // Only itself, not by `link`.
  ['Patient', undefined],
  // When every target that has a compartment is in that patient's, and at least one is.
  ['Provenance', undefined],
  // By its securityContext.
  ['Binary', undefined],
  // Never: it names other members.
  ['Group', undefined],
]

const MEMBERS_BY_RULE: ReadonlySet<string> = new Set(['Patient', 'Provenance', 'Binary'])

/** No patient's data: a `patient/` scope that covers them reads them, and never writes them. */
export const SHARED: ReadonlySet<string> = new Set([
  ...['Practitioner', 'PractitionerRole', 'Organization', 'OrganizationAffiliation', 'Location', 'HealthcareService', 'Endpoint'],
  ...['Medication', 'MedicationKnowledge', 'Substance', 'DeviceDefinition', 'CatalogEntry', 'InsurancePlan'],
  ...['ActivityDefinition', 'CapabilityStatement', 'ChargeItemDefinition', 'CodeSystem', 'CompartmentDefinition', 'ConceptMap'],
  ...['EventDefinition', 'GraphDefinition', 'ImplementationGuide', 'Library', 'Measure', 'MessageDefinition', 'NamingSystem'],
  ...['ObservationDefinition', 'OperationDefinition', 'PlanDefinition', 'Questionnaire', 'ResearchDefinition'],
  ...['ResearchElementDefinition', 'SearchParameter', 'SpecimenDefinition', 'StructureDefinition', 'StructureMap'],
  ...['TerminologyCapabilities', 'ValueSet'],
])

/** `member`: visible in its patient's compartment; `shared`: to everyone whose scope covers it; `none`: not at all. */
export type CompartmentKind = 'member' | 'shared' | 'none'

/** How `patient/` scopes see a type. */
export const compartmentKind = (definitions: Definitions, type: string): CompartmentKind => {
  if (MEMBERS_BY_RULE.has(type) || definitions.compartmentParams(type)) return 'member'
  return SHARED.has(type) && definitions.types.has(type) ? 'shared' : 'none'
}
