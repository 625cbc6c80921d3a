// From an element to its members: names, choices, primitives with their extensions, children and descendants.
import { ExactNumber, type JsonValue } from '../../http/json.ts'
import { spellings } from './choices.ts'
import { type Collection, Element, type Fields, fieldsOf, flatMap, type Item, isMany, items } from './collection.ts'
import { PathSyntaxError } from './lexer.ts'

type Step = (item: Item) => Collection

const isOwn = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)

/** A primitive's value with the id and extensions of its `_name`; lists are null-padded (R4 json.html#primitive). */
const withOwn = (value: unknown, own: unknown, type: string | undefined): Collection => {
  if (!Array.isArray(value) && !Array.isArray(own)) {
    return isOwn(own) ? new Element(value === null ? undefined : (value as Item | undefined), type, own) : (value as Collection)
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : []
  const owns: readonly unknown[] = Array.isArray(own) ? own : []
  const found: Item[] = []
  for (let at = 0; at < Math.max(values.length, owns.length); at++) {
    const item = values[at] === null ? undefined : (values[at] as Item | undefined)
    const its = owns[at]
    if (isOwn(its)) found.push(new Element(item, type, its))
    else if (item !== undefined) found.push(item)
  }
  return found
}

/** A typed value: a choice that repeats does not exist in R4, but bad data must not make an item of a list. */
const typed = (value: unknown, type: string): Collection => {
  if (value === null) return undefined
  return Array.isArray(value) ? (value as Item[]) : new Element(value as Item, type)
}

const chosen = (fields: Fields, types: ReadonlyMap<string, string>): Collection => {
  for (const spelling in fields) {
    const bare = spelling.charCodeAt(0) === 95 ? spelling.slice(1) : spelling
    const type = types.get(bare)
    if (type === undefined) continue
    const own = fields[`_${bare}`]
    return own === undefined ? typed(fields[bare], type) : withOwn(fields[bare], own, type)
  }
  return undefined
}

const present = (value: unknown): Collection => {
  if (value === null) return undefined
  return Array.isArray(value) && value.includes(null) ? (value.filter((item) => item !== null) as Item[]) : (value as Collection)
}

/** An object, or a list of objects (which the type leaves out). */
const isComplex = (value: JsonValue | undefined): value is Fields => {
  if (typeof value !== 'object' || value === null) return false
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'object' && first !== null && !(first instanceof ExactNumber)
}

const stepTo = (name: string): Step => {
  const shadow = `_${name}`
  const types = spellings(name)
  return (item) => {
    const fields = fieldsOf(item)
    if (fields === undefined) return undefined
    const value = fields[name]
    // Only a primitive has a shadow.
    if (isComplex(value)) return value
    const own = fields[shadow]
    if (own !== undefined) return withOwn(value, own, undefined)
    if (value !== undefined) return typeof value === 'object' ? present(value) : value
    return types && chosen(fields, types)
  }
}

/** The step from a collection to the members of a name. Throws PathSyntaxError for a name that JSON objects inherit. */
export const memberStep = (name: string): ((collection: Collection) => Collection) => {
  if (name in {}) throw new PathSyntaxError(`${name} is the name of no element`)
  const step = stepTo(name)
  return (collection) => {
    if (collection === undefined) return undefined
    return isMany(collection) ? flatMap(collection, step) : step(collection)
  }
}

const childrenOf = (item: Item): readonly Item[] => {
  const fields = fieldsOf(item)
  if (fields === undefined) return []
  const found: Item[] = []
  for (const name in fields) {
    const bare = name.charCodeAt(0) === 95 ? name.slice(1) : name
    if (name === 'resourceType' || (bare !== name && fields[bare] !== undefined)) continue
    const own = fields[`_${bare}`]
    found.push(...items(own === undefined ? present(fields[bare]) : withOwn(fields[bare], own, undefined)))
  }
  return found
}

/** Every element directly below; `resourceType` is none (R4 json.html#resources). */
export const children = (collection: Collection): Item[] => items(collection).flatMap(childrenOf)

/** Every element below, level by level. */
export const descendants = (collection: Collection): Item[] => {
  const found: Item[] = []
  for (let level = children(collection); level.length > 0; level = children(level)) {
    for (const item of level) found.push(item)
  }
  return found
}
