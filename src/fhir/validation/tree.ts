// The elements of a profile as a tree, slices beside what they slice; and the items that an element has in an object.
import { spellings } from '../path/choices.ts'
import type { Definition, ElementRule } from './definition.ts'
import type { Fields } from './run.ts'

export interface ElementNode {
  readonly rule: ElementRule
  /** The element's name, a choice's without `[x]`. */
  readonly name: string
  readonly choice: boolean
  /** A choice's members in JSON, with the types that they tell. */
  readonly spelt: ReadonlyMap<string, string> | undefined
  readonly children: readonly ElementNode[]
  readonly slices: readonly ElementNode[]
}

interface Growing extends ElementNode {
  readonly children: Growing[]
  readonly slices: Growing[]
}

/** `_` */
const UNDERSCORE = 0x5f

/** `Observation.category:VSCat` → `Observation` and `category`. */
const placeOf = (id: string): { readonly parent: string; readonly last: string } => {
  const dot = id.lastIndexOf('.')
  return { parent: id.slice(0, Math.max(0, dot)), last: id.slice(dot + 1) }
}

const nodeOf = (rule: ElementRule): Growing => {
  const last = rule.path.slice(rule.path.lastIndexOf('.') + 1)
  const name = last.replace('[x]', '')
  const choice = last.endsWith('[x]')
  return { rule, name, choice, spelt: choice ? spellings(name) : undefined, children: [], slices: [] }
}

/** The root of the profile's tree. */
export const treeOf = ({ elements }: Definition): ElementNode | undefined => {
  const byId = new Map<string, Growing>()
  for (const rule of elements) {
    const node = nodeOf(rule)
    byId.set(rule.id, node)
    const { parent, last } = placeOf(rule.id)
    const sliced = rule.slice === undefined ? undefined : byId.get(`${parent}.${last.split(':')[0]}`)
    if (sliced) sliced.slices.push(node)
    else byId.get(parent)?.children.push(node)
  }
  const [first] = elements
  return first && byId.get(first.id)
}

export interface Item {
  readonly value: unknown
  /** The `_` companion of a primitive. */
  readonly own: unknown
  /** Where the name tells it, as a choice's does. */
  readonly type: string | undefined
  readonly key: string
  /** The position in a list. */
  readonly at: number | undefined
}

const itemsAt = (fields: Fields, key: string, type: string | undefined): readonly Item[] => {
  const value = fields[key]
  const own = fields[`_${key}`]
  if (!Array.isArray(value)) {
    if (Array.isArray(own) && value === undefined) return own.map((one, at) => ({ value: undefined, own: one, type, key, at }))
    return value === undefined && own === undefined ? NONE : [{ value, own, type, key, at: undefined }]
  }
  const companions: readonly unknown[] = Array.isArray(own) ? own : NONE
  return value.map((one, at) => ({ value: one ?? undefined, own: companions[at], type, key, at }))
}

const NONE: readonly never[] = []

/** What an object has of an element. */
export const itemsOf = (fields: Fields, { name, spelt }: Pick<ElementNode, 'name' | 'spelt'>): readonly Item[] => {
  if (!spelt) return itemsAt(fields, name, undefined)
  let found: readonly Item[] = NONE
  for (const key in fields) {
    if (key.charCodeAt(0) === UNDERSCORE && fields[key.slice(1)] !== undefined) continue
    const bare = key.charCodeAt(0) === UNDERSCORE ? key.slice(1) : key
    const type = spelt.get(bare)
    if (type !== undefined) found = [...found, ...itemsAt(fields, bare, type)]
  }
  return found
}
