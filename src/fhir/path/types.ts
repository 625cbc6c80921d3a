// Which type an item has, as far as plain JSON tells: a resource's name, a choice's spelling, else what its JSON kind leaves open.
import { ExactNumber } from '../../http/json.ts'
import { PRIMITIVES } from './choices.ts'
import { Element, type Item, Target } from './collection.ts'

/** R4's specializations of primitives and of Quantity; an item of the type is also one of the other. */
const PARENTS: ReadonlyMap<string, string> = new Map([
  ...['code', 'id', 'markdown'].map((type): [string, string] => [type, 'string']),
  ...['url', 'canonical', 'oid', 'uuid'].map((type): [string, string] => [type, 'uri']),
  ...['unsignedInt', 'positiveInt'].map((type): [string, string] => [type, 'integer']),
  ...['Age', 'Count', 'Distance', 'Duration'].map((type): [string, string] => [type, 'Quantity']),
])

const DATES: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}(-\d\d(-\d\d)?)?$/,
  dateTime: /^\d{4}(-\d\d(-\d\d(T\d\d:.+)?)?)?$/,
  instant: /^\d{4}-\d\d-\d\dT\d\d:.+$/,
  time: /^\d\d:\d\d(:\d\d(\.\d+)?)?$/,
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'decimal', 'unsignedInt', 'positiveInt'])
const NOT_RESOURCES: ReadonlySet<string> = new Set(['Parameters', 'Binary', 'Bundle'])

/** System types are written with a capital (`Boolean`, `DateTime`); they mean the primitives here. */
const spelt = (type: string): string => {
  const primitive = type.charAt(0).toLowerCase() + type.slice(1)
  return PRIMITIVES.has(primitive) ? primitive : type
}

const specializes = (type: string, wanted: string): boolean => type === wanted || PARENTS.get(type) === wanted

const isPrimitive = (value: string | number | boolean | ExactNumber, type: string): boolean => {
  if (typeof value === 'boolean') return type === 'boolean'
  if (typeof value === 'string') return DATES[type]?.test(value) ?? (PRIMITIVES.has(type) && type !== 'boolean' && !NUMBERS.has(type))
  const whole = typeof value === 'number' ? Number.isInteger(value) : !/[.eE]/.test(value.text)
  return type === 'decimal' || (whole && NUMBERS.has(type))
}

const isResourceType = (type: string, wanted: string): boolean =>
  type === wanted || wanted === 'Resource' || (wanted === 'DomainResource' && !NOT_RESOURCES.has(type))

/** The test that `is`, `as` and `ofType` make. A string of no known element is any string type; an object without a known type is none. */
export const typeTest = (name: string): ((item: Item) => boolean) => {
  const wanted = spelt(name)
  return (item) => {
    if (item instanceof Element) {
      if (item.type !== undefined) return specializes(item.type, wanted)
      if (item.value === undefined) return PRIMITIVES.has(wanted)
      return typeof item.value !== 'object' && isPrimitive(item.value, wanted)
    }
    if (item instanceof Target) return isResourceType(item.type, wanted)
    if (typeof item !== 'object' || item instanceof ExactNumber) return isPrimitive(item, wanted)
    return typeof item.resourceType === 'string' && isResourceType(item.resourceType, wanted)
  }
}
