// What the store indexes of a configuration resource (aidbox-behaviour §2): the search parameters that Aidbox documents.
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

type Kind = 'token' | 'identifier' | 'reference'

/** Type → field → how it is indexed, as `Type.field`. `identifier`: tokens of which nearly every resource has its own. */
const INDEXED: ReadonlyMap<string, Readonly<Record<string, Kind>>> = new Map<string, Readonly<Record<string, Kind>>>([
  ['User', { userName: 'identifier', email: 'identifier', identifier: 'identifier', active: 'token', inactive: 'token' }],
  ['Role', { name: 'token', user: 'reference' }],
  ['Grant', { client: 'reference', user: 'reference', patient: 'reference' }],
  ['Session', { client: 'reference', user: 'reference', patient: 'reference', active: 'token' }],
  ['Client', { name: 'token', type: 'token', grant_types: 'token', active: 'token' }],
  ['AccessPolicy', { engine: 'token', link: 'reference' }],
  ['Scope', { scope: 'token' }],
])

const codeOf = (value: unknown): { readonly system: string; readonly code: string } | undefined => {
  if (typeof value === 'string' || typeof value === 'boolean') return { system: '', code: String(value) }
  if (!isMap(value) || typeof value.value !== 'string') return undefined
  return { system: typeof value.system === 'string' ? value.system : '', code: value.value }
}

const entryOf = (kind: Kind, param: string, value: unknown): readonly IndexEntry[] => {
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
  const entries = Object.entries(INDEXED.get(type) ?? {}).flatMap(([field, kind]) =>
    listOf(resource[field]).flatMap((value) => entryOf(kind, `${type}.${field}`, value)),
  )
  return { entries, compartments: [], date: 0 }
}
