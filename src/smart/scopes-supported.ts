// scopes_supported (RFC 8414 §2; SMART 2.2 §metadata): the wildcards, and what US Core asks servers to name (US Core 7 §scopes).
import { GRANULAR_CATEGORIES } from './categories.ts'
import { DOCUMENTED_TYPES } from './wildcards.ts'

const CONTEXTS = ['patient', 'user'] as const
const US_CORE_TYPES: readonly string[] = [
  ...DOCUMENTED_TYPES,
  ...['Coverage', 'Media', 'Medication', 'MedicationDispense', 'PractitionerRole', 'QuestionnaireResponse', 'RelatedPerson'],
  ...['ServiceRequest', 'Specimen'],
]

const granular = (context: string): readonly string[] =>
  [...GRANULAR_CATEGORIES].flatMap(([type, categories]) =>
    categories.map(({ system, code }) => `${context}/${type}.rs?category=${system}|${code}`),
  )

/** What apps may ask for; any other FHIR type and query is read too. */
export const SCOPES_SUPPORTED: readonly string[] = [
  ...['openid', 'profile', 'email', 'fhirUser', 'launch', 'launch/patient', 'launch/encounter', 'offline_access', 'online_access'],
  ...['patient/*.cruds', 'user/*.cruds', 'system/*.cruds', 'patient/*.rs', 'user/*.rs', 'system/*.rs'],
  ...CONTEXTS.flatMap((context) => [...US_CORE_TYPES.map((type) => `${context}/${type}.rs`), ...granular(context)]),
]
