// References within a transaction (R4 http.html#trules): `urn:uuid:` and absolute fullUrls become `Type/id`, and so do conditional ones.
import type { JsonValue } from '../../http/json.ts'
import { isRecord } from '../resource.ts'

/** Members whose value may name another entry. An Identifier's value is not one of them. */
const NAMING: ReadonlySet<string> = new Set(['reference', 'url', 'valueUri', 'valueUrl', 'valueUuid', 'valueOid'])
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/s

/** The value with every named reference replaced; the same value where there is none. */
export const resolve = (value: JsonValue, names: ReadonlyMap<string, string>): JsonValue => {
  if (Array.isArray(value)) {
    const items = value.map((item) => resolve(item, names))
    return items.some((item, at) => item !== value[at]) ? items : value
  }
  if (!isRecord(value)) return value
  let changed = false
  const members = Object.entries(value).map(([name, item]): [string, JsonValue] => {
    const target = typeof item === 'string' && NAMING.has(name) ? names.get(item) : undefined
    const next = target ?? resolve(item, names)
    changed ||= next !== item
    return [name, next]
  })
  return changed ? Object.fromEntries(members) : value
}

/** The conditional references (`Patient?identifier=…`) of a value. */
export const conditionalReferences = (value: JsonValue | undefined): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(conditionalReferences)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, item]) =>
    name === 'reference' && typeof item === 'string' && CONDITIONAL.test(item) ? [item] : conditionalReferences(item),
  )
}
