// What a configuration resource can be searched by, and so what the store indexes of it.
import type { SearchParameter } from '../fhir/definitions/definitions.ts'
import { fold } from '../fhir/search/fold.ts'
import type { IndexEntry, Indexed } from '../store/entries.ts'

type Fields = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

/** `{reference: "Type/id"}` and Aidbox's `{resourceType, id}` are the same reference; anything else is none of ours. */
export const targetOf = (value: unknown): { readonly type: string; readonly id: string } | undefined => {
  if (!isMap(value)) return undefined
  if (typeof value.reference === 'string') {
    const [, type, id] = /^([A-Z]\w*)\/([A-Za-z0-9\-._]+)$/.exec(value.reference) ?? []
    return type !== undefined && id !== undefined ? { type, id } : undefined
  }
  const { resourceType, id } = value
  return typeof resourceType === 'string' && typeof id === 'string' ? { type: resourceType, id } : undefined
}

type Kind = 'token' | 'identifier' | 'string' | 'reference'

interface Field {
  readonly kind: Kind
  /** The members that are searched, where they are not the one of this name. */
  readonly of?: readonly string[]
  readonly target?: readonly string[]
}

const token: Field = { kind: 'token' }
/** Tokens of which nearly every resource has its own. */
const identifier: Field = { kind: 'identifier' }
const string: Field = { kind: 'string' }
const to = (...target: readonly string[]): Field => ({ kind: 'reference', target })
/** What a User can be. */
export const PEOPLE: readonly string[] = ['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson', 'Person']

/** Type → search parameter → what it searches. The parameters are Aidbox's where it documents any (aidbox-behaviour §2). */
const INDEXED: ReadonlyMap<string, Readonly<Record<string, Field>>> = new Map<string, Readonly<Record<string, Field>>>([
  [
    'User',
    {
      userName: identifier,
      email: identifier,
      'email-token': { kind: 'identifier', of: ['email'] },
      identifier,
      phoneNumber: identifier,
      active: token,
      inactive: token,
      gender: token,
      title: string,
      name: { kind: 'string', of: ['name', 'displayName'] },
      organization: to('Organization'),
      fhirUser: to(...PEOPLE),
    },
  ],
  ['Role', { name: token, user: to('User') }],
  ['Grant', { client: to('Client'), user: to('User'), patient: to('Patient') }],
  ['Session', { client: to('Client'), user: to('User'), patient: to('Patient'), active: token, type: token, jti: identifier }],
  ['Client', { name: string, type: token, grant_types: token, active: token, scope: token }],
  ['AccessPolicy', { engine: token, link: to('Client', 'User', 'Operation'), roleName: token, module: token, type: token }],
  ['Scope', { scope: token, title: string }],
  ['Operation', { action: token, public: token }],
  ['IdentityProvider', { type: token, active: token, title: string, system: token }],
  ['TokenIntrospector', { type: token }],
  ['Api', { path: token }],
])

const searchTypeOf = ({ kind }: Field): SearchParameter['type'] => (kind === 'identifier' ? 'token' : kind)

/** The parameters, as a search of a configuration type knows them. */
export const configurationParameters: readonly SearchParameter[] = [...INDEXED].flatMap(([type, fields]) =>
  Object.entries(fields).map(
    ([code, field]): SearchParameter => ({
      code,
      base: [type],
      type: searchTypeOf(field),
      url: `${type}-${code}`,
      expression: (field.of ?? [code]).map((member) => `${type}.${member}`).join(' | '),
      target: field.target ?? [],
      component: [],
    }),
  ),
)

const codeOf = (value: unknown): { readonly system: string; readonly code: string } | undefined => {
  if (typeof value === 'string' || typeof value === 'boolean') return { system: '', code: String(value) }
  if (!isMap(value) || typeof value.value !== 'string') return undefined
  return { system: typeof value.system === 'string' ? value.system : '', code: value.value }
}

/** A text, or those of the parts of a name. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  return isMap(value) ? Object.values(value).filter((part): part is string => typeof part === 'string') : []
}

const entriesOf = (kind: Kind, param: string, value: unknown): readonly IndexEntry[] => {
  if (kind === 'string') return textsOf(value).map((text) => ({ kind, param, value: text, folded: fold(text) }))
  if (kind === 'reference') {
    const target = targetOf(value)
    return target ? [{ kind, param, ...target }] : []
  }
  const code = codeOf(value)
  return code ? [{ kind, param, ...code }] : []
}

/** The index entries of one configuration resource; it is in no patient's compartment. */
export const indexConfiguration = (resource: Fields): Indexed => {
  const type = String(resource.resourceType)
  const entries = Object.entries(INDEXED.get(type) ?? {}).flatMap(([code, { kind, of = [code] }]) =>
    of.flatMap((member) => listOf(resource[member]).flatMap((value) => entriesOf(kind, `${type}.${code}`, value))),
  )
  return { entries, compartments: [], date: 0 }
}
