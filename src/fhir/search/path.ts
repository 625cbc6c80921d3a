// Compiles paths to plain property walkers, with the element types of R4: nothing is interpreted when a resource is indexed.
import type { Definitions } from '../definitions/definitions.ts'
import type { Path, Step } from './expression.ts'

/** Puts what it finds in `value` into `out`. */
export type Visitor<Out> = (value: unknown, out: Out) => void

/** Makes the visitor of values of this type; undefined where the type has no meaning for the parameter. `target`: from `resolve() is`. */
export type Leaf<Out> = (type: string, target: string | undefined) => Visitor<Out> | undefined

type Fields = Readonly<Record<string, unknown>>
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

interface Child {
  readonly name: string
  readonly type: string
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const childType = (path: string, code: string): string => {
  if (code.startsWith('#')) return code.slice(1)
  return code === 'BackboneElement' || code === 'Element' ? path : code
}

/** The JSON properties that an element name stands for: one, or one for each type of a choice. */
const childrenOf = (definitions: Definitions, type: string, name: string): readonly Child[] => {
  for (const owner of [type, 'DomainResource', 'Resource', 'Element']) {
    const path = `${owner}.${name}`
    const plain = definitions.elementTypes(path)
    if (plain) return plain.slice(0, 1).map((code) => ({ name, type: childType(path, code) }))
    const choice = definitions.elementTypes(`${path}[x]`)
    if (choice) return choice.map((code) => ({ name: name + capital(code), type: code }))
  }
  return typedChoice(definitions, type, name)
}

/** `valueDateTime` of an Extension, as some guides write `value.as(dateTime)`. */
const typedChoice = (definitions: Definitions, owner: string, name: string): readonly Child[] => {
  for (const { index } of name.matchAll(/[A-Z]/g)) {
    const codes = definitions.elementTypes(`${owner}.${name.slice(0, index)}[x]`)
    const type = codes?.find((code) => capital(code) === name.slice(index))
    if (type) return [{ name, type }]
  }
  return []
}

/** Is the wanted value at the end of these names, whatever repeats on the way. */
const reaches = (value: unknown, names: readonly string[], wanted: string | boolean): boolean => {
  if (Array.isArray(value)) return value.some((item) => reaches(item, names, wanted))
  const [name, ...rest] = names
  return name === undefined ? value === wanted : isObject(value) && reaches(value[name], rest, wanted)
}

const walk =
  <Out>(name: string, visit: Visitor<Out>, at: number | undefined): Visitor<Out> =>
  (value, out) => {
    const child = isObject(value) ? value[name] : undefined
    if (child === undefined || child === null) return
    if (!Array.isArray(child)) visit(child, out)
    else if (at !== undefined) {
      if (child[at] !== undefined) visit(child[at], out)
    } else for (const item of child) if (item !== null) visit(item, out)
  }

const all = <Out>(visitors: ReadonlyArray<Visitor<Out>>): Visitor<Out> | undefined => {
  const [first, ...others] = visitors
  if (!first || others.length === 0) return first
  return (value, out) => {
    for (const visit of visitors) visit(value, out)
  }
}

const holds =
  <Out>(children: readonly Child[], visit: Visitor<Out>): Visitor<Out> =>
  (value, out) => {
    const found = isObject(value) ? children.map(({ name }) => value[name]).find((item) => item !== undefined) : undefined
    visit(found !== undefined && found !== false, out)
  }

const element = <Out>(definitions: Definitions, steps: Path, name: string, type: string, leaf: Leaf<Out>): Visitor<Out> | undefined => {
  const [following, ...others] = steps
  const children = childrenOf(definitions, type, name)
  if (following?.kind === 'holds') {
    const visit = leaf('boolean', undefined)
    return visit && holds(children, visit)
  }
  const at = following?.kind === 'index' ? following.at : undefined
  const rest = at === undefined ? steps : others
  const visitors = children.flatMap((child) => {
    const visit = compile(definitions, rest, child.type, leaf)
    return visit ? [walk(child.name, visit, at)] : []
  })
  return all(visitors)
}

const extension = <Out>(url: string, visit: Visitor<Out>): Visitor<Out> =>
  walk('extension', (value, out) => isObject(value) && value.url === url && visit(value, out), undefined)

const compile = <Out>(definitions: Definitions, steps: Path, type: string, leaf: Leaf<Out>, target?: string): Visitor<Out> | undefined => {
  const [step, ...rest]: readonly (Step | undefined)[] = steps
  const following = rest.filter((one) => one !== undefined)
  if (!step) return leaf(type, target)
  if (step.kind === 'element') return element(definitions, following, step.name, type, leaf)
  // Element types are nominal here: `as uri` takes what is declared as uri. R4 writes `as(DateTime)` once.
  if (step.kind === 'as')
    return step.type === type || step.type === capital(type) ? compile(definitions, following, type, leaf, target) : undefined
  if (step.kind === 'resolves') return compile(definitions, following, type, leaf, step.type)
  if (step.kind === 'extension') {
    const visit = compile(definitions, following, 'Extension', leaf)
    return visit && extension(step.url, visit)
  }
  if (step.kind !== 'where') throw new Error(`${step.kind} cannot stand here in a search parameter`)
  const visit = compile(definitions, following, type, leaf, target)
  const { names, value: wanted } = step
  return visit && ((value, out) => isObject(value) && reaches(value, names, wanted) && visit(value, out))
}

/** One visitor for all the paths, from a value of `type`; undefined where none of them can find anything. */
export const compilePaths = <Out>(
  definitions: Definitions,
  paths: readonly Path[],
  type: string,
  leaf: Leaf<Out>,
): Visitor<Out> | undefined => all(paths.flatMap((path) => compile(definitions, path, type, leaf) ?? []))
