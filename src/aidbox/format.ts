// Aidbox's resource format, both ways (aidbox-behaviour §8.1): references as {resourceType, id}, {uri} or {localRef}; choices as
// `value: {Quantity: …}`. Everything is stored in FHIR's form; this is the root's edge.
import { isMap, type Json } from '../policy/matcho/value.ts'
import { CHOICE_TYPES, CHOICES, NOT_CHOICES } from './choices.ts'

/** Members that hold a language or open content of their own: patterns of policies and the like are never rewritten. */
const OPAQUE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['AccessPolicy', new Set(['matcho', 'schema', 'rpc', 'sql', 'search', 'and', 'or', 'json-logic'])],
  ['User', new Set(['data'])],
  ['Client', new Set(['details', 'jwks'])],
  ['Role', new Set(['context'])],
  ['PolicyTest', new Set(['as', 'request'])],
])

/** Members that hold whole resources, whose resourceType and id are their own. */
const RESOURCE_MEMBERS = new Set(['resource', 'contained', 'outcome'])
const REFERENCE_KEYS = new Set(['resourceType', 'id', 'uri', 'localRef', 'display', 'type', 'identifier', 'extension'])

/** The FHIR type of a choice's member: `Quantity` or `string` of `valueQuantity` and `valueString`. */
const choiceOf = (resourceType: string, key: string): { readonly base: string; readonly type: string } | undefined => {
  if (NOT_CHOICES.has(`${resourceType}.${key}`)) return undefined
  for (let at = key.length - 1; at > 0; at--) {
    const base = key.slice(0, at)
    const suffix = key.slice(at)
    if (!/^[A-Z]/.test(suffix) || !CHOICES.has(base)) continue
    const lower = suffix.slice(0, 1).toLowerCase() + suffix.slice(1)
    const type = [suffix, lower].find((name) => CHOICE_TYPES.has(name))
    if (type) return { base, type }
  }
  return undefined
}

const referenceToFhir = (value: Json): Json | undefined => {
  const { resourceType, id, uri, localRef, ...rest } = value
  if (value.reference !== undefined || !Object.keys(value).every((key) => REFERENCE_KEYS.has(key))) return undefined
  if (typeof resourceType === 'string' && typeof id === 'string') return { reference: `${resourceType}/${id}`, ...rest }
  if (typeof uri === 'string') return { reference: uri, ...rest }
  return typeof localRef === 'string' ? { reference: `#${localRef}`, ...rest } : undefined
}

const referenceToAidbox = (value: Json): Json | undefined => {
  const { reference, ...rest } = value
  if (typeof reference !== 'string') return undefined
  if (reference.startsWith('#')) return { localRef: reference.slice(1), ...rest }
  const [, resourceType, id] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9._-]{1,64})$/.exec(reference) ?? []
  return resourceType && id ? { resourceType, id, ...rest } : { uri: reference, ...rest }
}

/** Choices that may be a uri, some in a type only: `{uri}` anywhere else is a reference to what is not here. */
const URI_CHOICES: ReadonlySet<string> = new Set([
  'value',
  'defaultValue',
  'fixed',
  'pattern',
  'ConceptMap.source',
  'ConceptMap.target',
  'GuidanceResponse.module',
  'MessageDefinition.event',
  'MessageHeader.event',
  'PlanDefinition.definition',
])
const mayBeUri = (resourceType: string, key: string): boolean => URI_CHOICES.has(key) || URI_CHOICES.has(`${resourceType}.${key}`)

const choiceToFhir = (resourceType: string, key: string, value: unknown): readonly [string, unknown] => {
  const [only, ...others] = isMap(value) && CHOICES.has(key) ? Object.entries(value) : []
  if (!only || others.length > 0 || !CHOICE_TYPES.has(only[0])) return [key, value]
  if (only[0] === 'uri' && !mayBeUri(resourceType, key)) return [key, value]
  // Complex types are capitalized and hold objects: `timing: {code: {…}}` is a Timing, not a choice.
  if (/^[A-Z]/.test(only[0]) !== isMap(only[1])) return [key, value]
  return [`${key}${only[0].slice(0, 1).toUpperCase()}${only[0].slice(1)}`, only[1]]
}

const choiceToAidbox = (resourceType: string, key: string, value: unknown): readonly [string, unknown] => {
  const choice = choiceOf(resourceType, key)
  return choice ? [choice.base, { [choice.type]: value }] : [key, value]
}

interface Direction {
  readonly reference: (value: Json) => Json | undefined
  readonly choice: (resourceType: string, key: string, value: unknown) => readonly [string, unknown]
}

const TO_FHIR: Direction = { reference: referenceToFhir, choice: choiceToFhir }
const TO_AIDBOX: Direction = { reference: referenceToAidbox, choice: choiceToAidbox }

const resource = (value: unknown, direction: Direction): unknown => {
  if (Array.isArray(value)) return value.map((item) => resource(item, direction))
  if (!isMap(value)) return value
  const type = typeof value.resourceType === 'string' ? value.resourceType : ''
  return members(value, type, direction, OPAQUE.get(type))
}

const members = (value: Json, type: string, direction: Direction, opaque?: ReadonlySet<string>): Json =>
  Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (opaque?.has(key)) return [key, item]
      if (RESOURCE_MEMBERS.has(key)) return [key, resource(item, direction)]
      const [name, inner] = opaque ? [key, item] : direction.choice(type, key, item)
      return name === key ? [key, element(inner, type, direction)] : [name, choiceElement(inner, type, direction)]
    }),
  )

/** A choice that was just wrapped or unwrapped: what it holds is converted, the wrapping is not looked at again. */
const choiceElement = (value: unknown, type: string, direction: Direction): unknown => {
  if (direction === TO_FHIR || !isMap(value)) return element(value, type, direction)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, element(item, type, direction)]))
}

const element = (value: unknown, type: string, direction: Direction): unknown => {
  if (Array.isArray(value)) return value.map((item) => element(item, type, direction))
  if (!isMap(value)) return value
  return members(direction.reference(value) ?? value, type, direction)
}

/** A resource in Aidbox's form, or in FHIR's already, as FHIR's. */
export const toFhir = (value: Json): Json => members(value, typeOf(value), TO_FHIR, OPAQUE.get(typeOf(value)))

/** A FHIR resource as Aidbox spells it. */
export const toAidbox = (value: Json): Json => members(value, typeOf(value), TO_AIDBOX, OPAQUE.get(typeOf(value)))

const typeOf = (value: Json): string => (typeof value.resourceType === 'string' ? value.resourceType : '')
