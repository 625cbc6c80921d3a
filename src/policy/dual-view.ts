// The dual view of a resource (aidbox-behaviour §0.12, §3.1): policies written for Aidbox's format and for FHIR's both read it.
// References have `reference` and `resourceType` + `id`; choices have `valueQuantity` and `value.Quantity`. Empty values are gone.
import { ExactNumber } from '../http/json.ts'
import { remembering } from '../http/remember.ts'
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
const uncapitalized = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1)

interface Spelling {
  /** `valueQuantity` is of the choice `value` and of type `Quantity`. */
  readonly choice: readonly [base: string, type: string] | undefined
  /** `value` is a choice's own name. */
  readonly isBase: boolean
}

/** Elements have few names, and resources many of them. */
const spellingOf = remembering(2_048, (key): Spelling => {
  const [, base, type] = CHOICE.exec(key) ?? []
  return { choice: base !== undefined && type !== undefined ? [base, type] : undefined, isBase: CHOICE.test(`${key}Any`) }
})

/** The other spelling of a choice. FHIR's is what is stored, so it wins where both stand. */
const choiceMembers = (key: string, value: unknown, from: Json): Json | undefined => {
  const { choice, isBase } = spellingOf(key)
  if (choice) {
    const [base, type] = choice
    return { [base]: { [type]: value, ...(!isMap(value) && { [uncapitalized(type)]: value }) } }
  }
  if (!isBase || !isMap(value)) return undefined
  const [only, ...others] = Object.entries(value)
  if (!only || others.length > 0 || !CHOICE_TYPE.test(only[0])) return undefined
  return Object.keys(from).some((name) => spellingOf(name).choice?.[0] === key) ? undefined : { [key + capitalized(only[0])]: only[1] }
}

/** A copy with both spellings, and with plain numbers. */
export const dualView = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(dualView)
  // Spelling means nothing to a policy: 1.10 is 1.1, and 1e3 is more than 10.
  if (value instanceof ExactNumber) return value.valueOf()
  if (!isMap(value)) return value
  const members: Record<string, unknown> = {}
  const others: Json[] = []
  for (const key of Object.keys(value)) {
    const item = dualView(value[key])
    // Empty values are gone from the item, so this looks no deeper than it must. JSON that is read here has no __proto__.
    if (isMissing(item) || key === '__proto__') continue
    members[key] = item
    const other = choiceMembers(key, item, value)
    if (other) others.push(other)
  }
  for (const other of others) Object.assign(members, other)
  for (const [name, other] of Object.entries(referenceMembers(value))) {
    if (other === undefined) delete members[name]
    else members[name] = other
  }
  return members
}
