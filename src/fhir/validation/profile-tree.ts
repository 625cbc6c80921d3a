// A profile's snapshot as a tree: elements by name, and their slices (R4 elementdefinition.html#id).
import type { Definition, ElementRule } from './definition.ts'

export interface Node {
  /** Without `[x]` and slice. */
  readonly name: string
  readonly rule: ElementRule
  readonly children: ReadonlyMap<string, Node>
  readonly slices: readonly Node[]
}

interface Growing extends Node {
  readonly children: Map<string, Growing>
  readonly slices: Growing[]
  readonly slice: string
}

const grow = (rule: ElementRule, name: string, slice: string): Growing => ({ name, rule, slice, children: new Map(), slices: [] })

/** `extension:race` → the element's name and its slice's; a slice of a slice is `a/b`. */
const partsOf = (segment: string): readonly [name: string, slices: readonly string[]] => {
  const [name = '', slice = ''] = segment.split(/:(.*)/s)
  const parts = slice === '' ? [] : slice.split('/')
  return [name.replace('[x]', ''), parts.map((_, at) => parts.slice(0, at + 1).join('/'))]
}

const find = (parent: Growing | undefined, segment: string): Growing | undefined => {
  const [name, slices] = partsOf(segment)
  return slices.reduce<Growing | undefined>((node, slice) => node?.slices.find((one) => one.slice === slice), parent?.children.get(name))
}

/** The tree, from the type itself; an element whose parent is missing in the snapshot is left out. */
export const profileTree = ({ elements }: Definition): Node | undefined => {
  const [first, ...others] = elements
  if (!first) return undefined
  const root = grow(first, first.path, '')
  for (const rule of others) {
    const segments = rule.id.split('.').slice(1)
    const last = segments.at(-1) ?? ''
    const parent = segments.slice(0, -1).reduce<Growing | undefined>(find, root)
    const [name, slices] = partsOf(last)
    const slice = slices.at(-1)
    if (slice === undefined) parent?.children.set(name, grow(rule, name, ''))
    else {
      const of = slices.length > 1 ? find(parent, `${name}:${slices.at(-2)}`) : parent?.children.get(name)
      of?.slices.push(grow(rule, name, slice))
    }
  }
  return root
}
