// The dual view of a resource (aidbox-behaviour §0.12, §3.1): policies written for Aidbox's format and for FHIR's both read it.
// References have `reference` and `resourceType` + `id`; choices have `valueQuantity` and `value.Quantity`. Empty values are gone.
import { isMap, isMissing, type Json } from './matcho/value.ts'

const CHOICE =
  /^(value|effective|onset|abatement|deceased|multipleBirth|medication|occurrence|performed|product|serviced|timing|subject|entity)([A-Z]\w*)$/
const REFERENCE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9._-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/
const CHOICE_TYPE = /^([A-Z]\w*|string|boolean|dateTime|date|integer|decimal|code|uri|time|instant)$/
const REFERENCE_KEYS = new Set(['resourceType', 'id', 'display', 'type', 'identifier'])

/** What a `reference` says wins over members beside it: an element's own `id` must not pass for the id of what it refers to. */
const referenceMembers = (from: Json): Json => {
  if (typeof from.reference === 'string') {
    const [, resourceType, id] = REFERENCE.exec(from.reference) ?? []
    return { resourceType, id }
  }
  const isReference =
    typeof from.resourceType === 'string' && typeof from.id === 'string' && Object.keys(from).every((key) => REFERENCE_KEYS.has(key))
  return isReference ? { reference: `${from.resourceType}/${from.id}` } : {}
}

const capitalized = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1)

/** The other spelling of a choice. FHIR's is what is stored, so it wins where both stand. */
const choiceMembers = (key: string, value: unknown, from: Json): Json => {
  const [, base, type] = CHOICE.exec(key) ?? []
  if (base && type) {
    return { [base]: { [type]: value, ...(!isMap(value) && { [type.slice(0, 1).toLowerCase() + type.slice(1)]: value }) } }
  }
  const [only, ...others] = isMap(value) && CHOICE.test(`${key}Any`) ? Object.entries(value) : []
  if (!only || others.length > 0 || !CHOICE_TYPE.test(only[0]) || Object.keys(from).some((name) => CHOICE.exec(name)?.[1] === key))
    return {}
  return { [key + capitalized(only[0])]: only[1] }
}

/** A copy with both spellings. */
export const dualView = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(dualView)
  if (!isMap(value)) return value
  const members = new Map<string, unknown>()
  for (const [key, raw] of Object.entries(value)) {
    if (!isMissing(raw)) members.set(key, dualView(raw))
  }
  for (const [key, item] of [...members]) {
    for (const [name, other] of Object.entries(choiceMembers(key, item, value))) members.set(name, other)
  }
  for (const [name, other] of Object.entries(referenceMembers(value))) {
    if (other === undefined) members.delete(name)
    else members.set(name, other)
  }
  return Object.fromEntries(members)
}
