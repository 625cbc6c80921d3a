// What the consent page offers, in plain language, and what is granted of it (SMART 2.2 §scopes; Inferno g10 groups 2 and 9.23).
import type { ConsentItem } from '../oauth/provider.ts'
import { GRANULAR_CATEGORIES } from './categories.ts'
import { covers } from './coverage.ts'
import { parseScope, type ResourceScope, resourceScopes, spellPermissions } from './scopes.ts'
import type { Scope } from './types/scope.ts'
import { expand } from './wildcards.ts'

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
  ['email', ['Your email address', '']],
  ['launch', ['Where you start it from', 'what is open there, such as a patient']],
  ['launch/patient', ['Which patient it is about', '']],
  ['launch/encounter', ['Which visit it is about', '']],
  ['offline_access', ['Keep access while you are away', 'until you or the app end it']],
  ['online_access', ['Keep access while you are signed in', 'until you sign out']],
])
const OPTIONAL: ReadonlySet<string> = new Set(['offline_access', 'online_access'])

const filtersOf = ({ query }: ResourceScope): string => query?.entries.map(([name, value]) => `${name} ${value}`).join(', ') ?? ''

const detailOf = (scope: ResourceScope): string =>
  [scope.context === 'user' ? 'of every patient whom you may see' : '', scope.query ? `only ${filtersOf(scope)}` : '']
    .filter((part) => part !== '')
    .join(', ')

/** A query has a meaning in v2 only, so a v1 scope is narrowed to its v2 spelling. */
const narrowerOf = (scope: ResourceScope): ConsentItem['narrower'] =>
  (scope.query ? [] : (GRANULAR_CATEGORIES.get(scope.type) ?? [])).map(({ system, code, title }) => ({
    scope: `${scope.context}/${scope.type}.${spellPermissions(scope.permissions)}?category=${system}|${code}`,
    title,
  }))

const resourceItem = (scope: ResourceScope): ConsentItem => {
  const [title, detail] = TITLES.get(scope.type) ?? [`${scope.type} records`, '']
  const verbs = VERBS.filter(([permission]) => scope.permissions.has(permission)).map(([, verb]) => verb)
  return {
    scope: scope.text,
    title: `${title} — ${new Intl.ListFormat('en').format(verbs)}${detail === '' ? '' : ` (${detail})`}`,
    detail: detailOf(scope),
    required: false,
    narrower: narrowerOf(scope),
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

/** In the words of the server's own Scope resource, where there is one. */
const titled = (item: ConsentItem, scopes: ReadonlyMap<string, Scope>): ConsentItem => {
  const words = [...scopes.values()].find(({ scope }) => scope === item.scope)
  return words ? { ...item, title: words.title, detail: words.description ?? '' } : item
}

/** The rows of the consent page; a wildcard is one row for each documented type, and what is a row of its own is not offered again. */
export const consentItems = (scope: readonly string[], scopes: ReadonlyMap<string, Scope>): readonly ConsentItem[] => {
  const items = new Map<string, ConsentItem>()
  for (const one of scope) {
    const rows = parseScope(one) ? rowsOf(one).map(resourceItem) : [otherItem(one)]
    for (const item of rows) items.set(item.scope, titled(item, scopes))
  }
  return [...items.values()].map((item) => ({ ...item, narrower: item.narrower.filter((one) => !items.has(one.scope)) }))
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
