// Collections over plain parsed JSON, without copies: nothing, one item, or several. A member that repeats is its JSON array as it stands.
import { ExactNumber, type JsonValue } from '../../http/json.ts'
import { UnknownAnswer } from './unknown.ts'

export type Fields = { readonly [name: string]: JsonValue }

/** What plain JSON cannot say by itself: an element whose name told its type, or a primitive with an id or extensions (`_birthDate`). */
export class Element {
  readonly value: Item | undefined
  readonly type: string | undefined
  /** The primitive's id and extensions. */
  readonly own: Fields | undefined

  constructor(value: Item | undefined, type: string | undefined, own?: Fields) {
    this.value = value
    this.type = type
    this.own = own
  }
}

/** What a reference leads to: its type is known, its content is not asked for. */
export class Target {
  readonly type: string

  constructor(type: string) {
    this.type = type
  }
}

export type Item = string | number | boolean | ExactNumber | Fields | Element | Target

export type Collection = undefined | Item | Item[]

/** An expression that cannot be evaluated on this data: several items where one was expected, or an operand of a wrong type. */
export class PathError extends Error {}

export const isMany = (collection: Collection): collection is Item[] => Array.isArray(collection)

/** JSON as a collection; `null` is nothing. */
export const collectionOf = (value: unknown): Collection => (value === null ? undefined : (value as Collection))

export const count = (collection: Collection): number => {
  if (collection === undefined) return 0
  return isMany(collection) ? collection.length : 1
}

export const isEmpty = (collection: Collection): boolean => collection === undefined || (isMany(collection) && collection.length === 0)

/** The items as a list, not to be changed. */
export const items = (collection: Collection): readonly Item[] => {
  if (collection === undefined) return []
  return isMany(collection) ? collection : [collection]
}

/** The only item. Throws PathError where there are several. */
export const single = (collection: Collection): Item | undefined => {
  if (!isMany(collection)) return collection
  if (collection.length > 1) throw new PathError('one item was expected, and there are several')
  return collection[0]
}

/** An item without what belongs to its element. */
export const raw = (item: Item): Item | undefined => (item instanceof Element ? item.value : item)

/** The members of an object; undefined for a primitive without id and extensions. Throws UnknownAnswer for a reference's target. */
export const fieldsOf = (item: Item): Fields | undefined => {
  if (typeof item !== 'object') return undefined
  // Quicker than three times instanceof, for nearly every object.
  if (Object.getPrototypeOf(item) === Object.prototype) return item as Fields
  if (item instanceof Element) return (item.value === undefined ? undefined : fieldsOf(item.value)) ?? item.own
  if (item instanceof Target) throw new UnknownAnswer(`what the ${item.type} says that is referred to`)
  return item instanceof ExactNumber ? undefined : item
}

/** Each item's results, in order. */
export const flatMap = (collection: Collection, map: (item: Item, index: number) => Collection): Collection => {
  if (collection === undefined) return undefined
  if (!isMany(collection)) return map(collection, 0)
  if (collection.length === 1) return map(collection[0] as Item, 0)
  const found: Item[] = []
  for (let at = 0; at < collection.length; at++) {
    const result = map(collection[at] as Item, at)
    if (isMany(result)) found.push(...result)
    else if (result !== undefined) found.push(result)
  }
  return found
}

/** A collection as a truth (FHIRPath 2.0 §Singleton evaluation): one item that is no boolean counts as true. */
export const truth = (collection: Collection): boolean | undefined => {
  if (typeof collection === 'boolean') return collection
  const item = single(collection)
  if (item === undefined) return undefined
  const value = raw(item)
  if (typeof value === 'boolean') return value
  return value === undefined ? undefined : true
}

/** The only item as text; undefined where there is none. Throws PathError for another type. */
export const text = (collection: Collection): string | undefined => {
  if (typeof collection === 'string') return collection
  const item = single(collection)
  const value = item === undefined ? undefined : raw(item)
  if (value === undefined || typeof value === 'string') return value
  throw new PathError('a string was expected')
}
