// Slices told apart (R4 profiling.html#discriminator): what a slice says of itself at the discriminator's path, and what an item has there.
import { spellings } from '../path/choices.ts'
import type { Terminology } from '../terminology/terminology.ts'
import type { Discriminator } from './definition.ts'
import { fitsPattern } from './match.ts'
import { isFields } from './run.ts'
import type { ElementNode, Item } from './tree.ts'

/** Is the item of the slice. */
export type Belongs = (item: Item) => boolean

const segmentsOf = (path: string): readonly string[] => (path === '$this' ? [] : path.split('.').filter((segment) => segment !== '$this'))

/** The values at a path below a value, through lists and choices. */
const follow = (value: unknown, segments: readonly string[]): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap((one) => follow(one, segments))
  const [segment, ...rest] = segments
  if (segment === undefined) return value === undefined ? [] : [value]
  if (!isFields(value)) return []
  if (value[segment] !== undefined) return follow(value[segment], rest)
  const spelt = spellings(segment)
  return Object.keys(value)
    .filter((key) => spelt?.has(key))
    .flatMap((key) => follow(value[key], rest))
}

type Expected = { readonly pattern: unknown } | { readonly valueSet: string } | undefined

/** What the slice fixes at the path: by its own elements, or within a pattern of an element on the way. */
const expectedAt = (node: ElementNode, segments: readonly string[]): Expected => {
  const { fixed, pattern, binding } = node.rule
  const known = fixed ?? pattern
  if (known !== undefined) {
    const [found] = follow(known, segments)
    if (found !== undefined) return { pattern: found }
  }
  const [segment, ...rest] = segments
  if (segment === undefined) return binding?.strength === 'required' ? { valueSet: binding.valueSet } : undefined
  const child = node.children.find(({ name }) => name === segment)
  const nested = child?.slices.map((slice) => expectedAt(slice, rest)).find((one) => one !== undefined)
  return (child && expectedAt(child, rest)) ?? nested
}

const extensionUrl = (node: ElementNode): string | undefined => node.rule.types?.[0]?.profiles?.[0]?.split('|')[0]

const codesOf = (value: unknown): ReadonlyArray<readonly [system: string | undefined, code: string]> => {
  if (typeof value === 'string') return [[undefined, value]]
  if (!isFields(value)) return []
  if (Array.isArray(value.coding)) return value.coding.flatMap(codesOf)
  return typeof value.code === 'string' ? [[typeof value.system === 'string' ? value.system : '', value.code]] : []
}

const byValue = (node: ElementNode, path: string, terminology: Terminology): Belongs | undefined => {
  const url = path === 'url' ? extensionUrl(node) : undefined
  if (url !== undefined) return ({ value }) => isFields(value) && value.url === url
  const segments = segmentsOf(path)
  const expected = expectedAt(node, segments)
  if (!expected) return undefined
  if ('pattern' in expected) return ({ value }) => follow(value, segments).some((one) => fitsPattern(one, expected.pattern))
  const { valueSet } = expected
  return ({ value }) => {
    const binding = terminology.bindingOf(valueSet)
    return follow(value, segments)
      .flatMap(codesOf)
      .some(([system, code]) => binding?.contains(system, code) === true)
  }
}

const typeNames = (node: ElementNode): ReadonlySet<string> => new Set(node.rule.types?.map(({ code }) => code))

const byType = (node: ElementNode, path: string): Belongs | undefined => {
  if (path === '$this') {
    const names = typeNames(node)
    return names.size === 0 ? undefined : ({ type }) => type !== undefined && names.has(type)
  }
  const child = node.children.find(({ name }) => name === path)
  const names = child && typeNames(child)
  // A resource says its own type; what leads to one by reference cannot be told without it.
  return names && names.size > 0
    ? ({ value }) => follow(value, segmentsOf(path)).some((one) => isFields(one) && names.has(String(one.resourceType)))
    : undefined
}

const byExistence = (node: ElementNode, path: string): Belongs | undefined => {
  const segments = segmentsOf(path)
  const rule = node.children.find(({ name }) => name === segments[0])?.rule
  if (!rule) return undefined
  const wanted = rule.max !== 0
  return ({ value }) => follow(value, segments).length > 0 === wanted
}

/** By one discriminator; undefined where the slice says nothing at its path. */
const belongsBy = ({ type, path }: Discriminator, node: ElementNode, terminology: Terminology): Belongs | undefined => {
  if (type === 'value' || type === 'pattern') return byValue(node, path, terminology)
  if (type === 'type') return byType(node, path)
  return type === 'exists' ? byExistence(node, path) : undefined
}

/** By all discriminators together; undefined where none can tell. */
export const belongsTo = (discriminators: readonly Discriminator[], node: ElementNode, terminology: Terminology): Belongs | undefined => {
  const by = discriminators.flatMap((one) => belongsBy(one, node, terminology) ?? [])
  return by.length === 0 ? undefined : (item) => by.every((one) => one(item))
}
