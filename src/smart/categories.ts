// The categories by which a type can be granted in part (US Core 7 §scopes; (g)(10) fine-grained scopes).

const HL7 = 'http://terminology.hl7.org/CodeSystem'
const US_CORE = 'http://hl7.org/fhir/us/core/CodeSystem'

export interface Category {
  readonly system: string
  readonly code: string
  /** On the consent page. */
  readonly title: string
}

const category = (system: string, code: string, title: string): Category => ({ system, code, title })

/** By resource type. */
export const GRANULAR_CATEGORIES: ReadonlyMap<string, readonly Category[]> = new Map([
  [
    'Condition',
    [
      category(`${HL7}/condition-category`, 'encounter-diagnosis', 'Only diagnoses of visits'),
      category(`${HL7}/condition-category`, 'problem-list-item', 'Only the problem list'),
      category(`${US_CORE}/condition-category`, 'health-concern', 'Only health concerns'),
    ],
  ],
  [
    'Observation',
    [
      category(`${HL7}/observation-category`, 'laboratory', 'Only lab results'),
      category(`${HL7}/observation-category`, 'vital-signs', 'Only vital signs'),
      category(`${HL7}/observation-category`, 'survey', 'Only surveys'),
      category(`${HL7}/observation-category`, 'social-history', 'Only social history'),
      category(`${US_CORE}/us-core-observation-category`, 'clinical-test', 'Only clinical tests'),
      category(`${US_CORE}/us-core-category`, 'sdoh', 'Only living conditions'),
    ],
  ],
])
