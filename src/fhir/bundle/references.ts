// References within a transaction (R4 http.html#trules, bundle.html#references): what an entry is called by its fullUrl becomes `Type/id`,
// in References, in elements that hold a uri, and in the links of narratives; and so do conditional references.
import type { JsonValue } from '../../http/json.ts'
import { isRecord } from '../resource.ts'

/** Members whose value may name another entry. An Identifier's value is not one of them, and no canonical is. */
const NAMING: ReadonlySet<string> = new Set([
  'reference',
  'url',
  'valueUri',
  'valueUrl',
  'valueUuid',
  'valueOid',
  'instantiatesUri',
  'policy',
  'endpoint',
  'address',
])
const EXTENSIONS: ReadonlySet<string> = new Set(['extension', 'modifierExtension'])
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/s
const LINK = /(\b(?:href|src)\s*=\s*)(?:"([^"<]*)"|'([^'<]*)')/g
const RESTFUL = /^(https?:\/\/.+)\/[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/

type NameOf = (text: string) => string | undefined

const linked = (div: string, nameOf: NameOf): string =>
  div.replace(LINK, (whole, attribute: string, quoted?: string, single?: string) => {
    const name = nameOf(quoted ?? single ?? '')
    return name === undefined ? whole : `${attribute}"${name}"`
  })

/** What defines a resource, and what names the definition of an extension, stays its own whatever the entry is called. */
const isDefining = (member: string, owner: { readonly [name: string]: JsonValue }, within: string): boolean =>
  member === 'url' && (owner.resourceType !== undefined || EXTENSIONS.has(within))

const resolved = (value: JsonValue, member: string, nameOf: NameOf, names: boolean): JsonValue => {
  if (typeof value === 'string') {
    if (member === 'div') return linked(value, nameOf)
    return (names ? nameOf(value) : undefined) ?? value
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => resolved(item, member, nameOf, names))
    return items.some((item, at) => item !== value[at]) ? items : value
  }
  if (!isRecord(value)) return value
  let changed = false
  const members = Object.entries(value).map(([name, item]): [string, JsonValue] => {
    const next = resolved(item, name, nameOf, NAMING.has(name) && !isDefining(name, value, member))
    changed ||= next !== item
    return [name, next]
  })
  return changed ? Object.fromEntries(members) : value
}

/**
 * The value with every named reference replaced; the same value where there is none. A relative reference is one to the server that the
 * entry's own fullUrl is of, where that is RESTful (R4 bundle.html#references).
 */
export const resolve = (value: JsonValue, names: ReadonlyMap<string, string>, fullUrl: string | undefined): JsonValue => {
  if (names.size === 0) return value
  const base = RESTFUL.exec(fullUrl ?? '')?.[1]
  const nameOf = (text: string): string | undefined => names.get(text) ?? (base === undefined ? undefined : names.get(`${base}/${text}`))
  return resolved(value, '', nameOf, false)
}

/** The conditional references (`Patient?identifier=…`) of a value. */
export const conditionalReferences = (value: JsonValue | undefined): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(conditionalReferences)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, item]) =>
    name === 'reference' && typeof item === 'string' && CONDITIONAL.test(item) ? [item] : conditionalReferences(item),
  )
}
