// The elements of a type as a tree: what stands below a type, or below one of its elements that has members of its own.
import type { Definition, ElementRule, TypeRule } from './definition.ts'
import type { Structures } from './structures.ts'

export interface Child {
  /** Without `[x]`. */
  readonly name: string
  readonly rule: ElementRule
  readonly list: boolean
  /** How the element is spelt in JSON, with its type; a choice has a spelling for each. */
  readonly spellings: ReadonlyMap<string, TypeRule>
}

/** A type (`Patient`), or an element with members of its own (`Patient.contact`). */
export interface Branch {
  readonly path: string
  /** The type's own rule, or the element's. */
  readonly rule: ElementRule
  readonly kind: Definition['kind']
  readonly children: ReadonlyMap<string, Child>
}

export interface Branches {
  /** undefined: no such type. */
  of(type: string): Branch | undefined
  /** What stands below a child when it is of this type; undefined: a primitive, or any resource. */
  below(child: Child, type: TypeRule | undefined): Branch | undefined
}

const capital = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1)

const childOf = (rule: ElementRule): Child => {
  const last = rule.path.slice(rule.path.lastIndexOf('.') + 1)
  const choice = last.endsWith('[x]')
  const name = choice ? last.slice(0, -3) : last
  const types = rule.types ?? [{ code: '' }]
  return {
    name,
    rule,
    list: rule.max === '*' || rule.max > 1,
    spellings: new Map(types.map((type) => [choice ? name + capital(type.code) : name, type])),
  }
}

const branchesOf = ({ elements, kind }: Definition): ReadonlyMap<string, Branch> => {
  const members = new Map<string, ElementRule[]>()
  for (const rule of elements) {
    const parent = rule.path.slice(0, Math.max(0, rule.path.lastIndexOf('.')))
    members.set(parent, [...(members.get(parent) ?? []), rule])
  }
  const found = new Map<string, Branch>()
  for (const rule of elements) {
    const below = members.get(rule.path)
    if (!below && rule.path.includes('.')) continue
    const children = (below ?? []).map(childOf)
    found.set(rule.path, { path: rule.path, rule, kind, children: new Map(children.map((child) => [child.name, child])) })
  }
  return found
}

/** Branches over the types of the structures, made when they are first asked for. */
export const createBranches = (structures: Structures): Branches => {
  const types = new Map<string, ReadonlyMap<string, Branch>>()
  const all = (type: string): ReadonlyMap<string, Branch> => {
    const known = types.get(type)
    if (known) return known
    const definition = structures.type(type)
    const made = definition && definition.kind !== 'primitive-type' ? branchesOf(definition) : new Map<string, Branch>()
    types.set(type, made)
    return made
  }
  const at = (path: string): Branch | undefined => all(path.split('.')[0] ?? '').get(path)
  return {
    of: at,
    below: (child, type) => {
      const { content, path } = child.rule
      if (content !== undefined) return at(content.slice(1))
      return at(path) ?? (type && type.code !== 'Resource' ? at(type.code) : undefined)
    },
  }
}
