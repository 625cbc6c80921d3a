// What the consent page offers, in plain language, and what is granted of it (SMART 2.2 §scopes; Inferno g10 groups 2 and 9.23).
import type { ConsentItem } from '../oauth/provider.ts'
import { covers } from './coverage.ts'
import { parseScope, type ResourceScope, resourceScopes } from './scopes.ts'
import { expand } from './wildcards.ts'

const HL7 = 'http://terminology.hl7.org/CodeSystem'
const US_CORE = 'http://hl7.org/fhir/us/core/CodeSystem'

/** [category system, code, title] of each type that can be granted in part. */
const CATEGORIES: ReadonlyMap<string, ReadonlyArray<readonly [system: string, code: string, title: string]>> = new Map([
  [
    'Condition',
    [
      [`${HL7}/condition-category`, 'encounter-diagnosis', 'Only diagnoses of visits'],
      [`${HL7}/condition-category`, 'problem-list-item', 'Only the problem list'],
      [`${US_CORE}/condition-category`, 'health-concern', 'Only health concerns'],
    ],
  ],
  [
    'Observation',
    [
      [`${HL7}/observation-category`, 'laboratory', 'Only lab results'],
      [`${HL7}/observation-category`, 'vital-signs', 'Only vital signs'],
      [`${HL7}/observation-category`, 'survey', 'Only surveys'],
      [`${HL7}/observation-category`, 'social-history', 'Only social history'],
      [`${US_CORE}/us-core-category`, 'clinical-test', 'Only clinical tests'],
      [`${US_CORE}/us-core-category`, 'sdoh', 'Only living conditions'],
    ],
  ],
])

const TITLES: ReadonlyMap<string, readonly [title: string, detail: string]> = new Map([
  ['Patient', ['Patient details', 'name, birth date, contact']],
  ['AllergyIntolerance', ['Allergies', 'allergies and intolerances']],
  ['CarePlan', ['Care plans', 'planned treatment']],
  ['CareTeam', ['Care teams', 'who takes part in the care']],
  ['Condition', ['Conditions', 'diagnoses and problems']],
  ['DiagnosticReport', ['Diagnostic reports', 'lab and imaging reports']],
  ['DocumentReference', ['Documents', 'clinical notes and letters']],
  ['Encounter', ['Visits', 'appointments and stays']],
  ['Immunization', ['Immunizations', 'vaccinations']],
  ['MedicationRequest', ['Prescriptions', 'ordered medicines']],
  ['Observation', ['Observations', 'lab results, vital signs']],
  ['Procedure', ['Procedures', 'operations and treatments']],
  ['Provenance', ['Origin of records', 'who recorded what, and when']],
])

const VERBS: ReadonlyArray<readonly ['c' | 'r' | 'u' | 'd' | 's', string]> = [
  ['r', 'read'],
  ['s', 'search'],
  ['c', 'create'],
  ['u', 'update'],
  ['d', 'delete'],
]

const OTHERS: ReadonlyMap<string, readonly [title: string, detail: string]> = new Map([
  ['openid', ['Who you are', 'your identity at this server']],
  ['fhirUser', ['Your record', 'a link to the record that describes you']],
  ['profile', ['Your profile', 'your name']],
  ['offline_access', ['Keep access while you are away', 'until you or the app end it']],
  ['online_access', ['Keep access while you are signed in', 'until you sign out']],
])
const OPTIONAL: ReadonlySet<string> = new Set(['offline_access', 'online_access'])

const resourceItem = (scope: ResourceScope): ConsentItem => {
  const [title, detail] = TITLES.get(scope.type) ?? [`${scope.type} records`, '']
  const verbs = VERBS.filter(([permission]) => scope.permissions.has(permission)).map(([, verb]) => verb)
  const filters = scope.query?.entries.map(([name, value]) => `${name} ${value}`) ?? []
  const choices = scope.query ? [] : (CATEGORIES.get(scope.type) ?? [])
  // A query has a meaning in v2 only, so a v1 scope is narrowed to its v2 spelling.
  const letters = ['c', 'r', 'u', 'd', 's'].filter((one) => [...scope.permissions].some((permission) => permission === one)).join('')
  return {
    scope: scope.text,
    title: `${title} — ${new Intl.ListFormat('en').format(verbs)}${detail === '' ? '' : ` (${detail})`}`,
    detail: filters.length === 0 ? '' : `only ${filters.join(', ')}`,
    required: false,
    narrower: choices.map(([system, code, text]) => ({
      scope: `${scope.context}/${scope.type}.${letters}?category=${system}|${code}`,
      title: text,
    })),
  }
}

/** A `system/` scope is never a person's to grant. */
const rowsOf = (scope: string): readonly ResourceScope[] => {
  const types = expand(scope)
  return resourceScopes(types.length === 0 ? [scope] : types).filter(({ context }) => context !== 'system')
}

const otherItem = (scope: string): ConsentItem => {
  const [title, detail] = OTHERS.get(scope) ?? [scope, '']
  return { scope, title, detail, required: !OPTIONAL.has(scope), narrower: [] }
}

/** The rows of the consent page; a wildcard is one row for each documented type. */
export const consentItems = (scope: readonly string[]): readonly ConsentItem[] => {
  const items = new Map<string, ConsentItem>()
  for (const one of scope) {
    const rows = parseScope(one) ? rowsOf(one).map(resourceItem) : [otherItem(one)]
    for (const item of rows) items.set(item.scope, item)
  }
  return [...items.values()]
}

const chosenOf = (asked: string, ticked: readonly string[]): readonly string[] => {
  const parsed = parseScope(asked)
  if (!parsed) return OPTIONAL.has(asked) && !ticked.includes(asked) ? [] : [asked]
  if (parsed.context === 'system') return []
  const types = expand(asked)
  if (ticked.includes(asked) || (types.length > 0 && types.every((one) => ticked.includes(one)))) return [asked]
  return ticked.filter((one) => covers(asked, one))
}

/** What was left ticked, of what was asked or narrower. One type unticked drops its wildcard; nothing new can be added. */
export const choose = (asked: readonly string[], ticked: readonly string[]): readonly string[] => [
  ...new Set(asked.flatMap((one) => chosenOf(one, ticked))),
]
