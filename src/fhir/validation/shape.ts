// The base pass (R4 json.html, datatypes.html): what may stand in an object of a type, how often, and of which form. Compiled once per
// type, to closures that look up each member that is there; what is not there costs nothing but a mask of bits.

import { attachmentRule } from './attachment.ts'
import { type BindingOf, bindingCheck, isBindable } from './binding.ts'
import type { Branch, Branches, Child } from './branch.ts'
import { bundleRules } from './bundle-rules.ts'
import { constraintCheck, focusOf } from './constraint.ts'
import type { TypeRule } from './definition.ts'
import { compileMember, type Member, type Own } from './member.ts'
import { PRIMITIVES } from './primitives.ts'
import { referenceRules, targetCheck, targetTypes } from './reference.ts'
import { type Check, type Fields, isFields, type Run } from './run.ts'
import type { Structures } from './structures.ts'
import { xhtmlProblem } from './xhtml.ts'

export interface ShapeDependencies {
  readonly structures: Structures
  readonly branches: Branches
  readonly bindingOf: BindingOf
  /** Any resource, by its resourceType; `contained`: in another one. */
  readonly resource: (value: unknown, run: Run, contained: boolean) => void
  /** What holds of every extension beyond its form. */
  readonly extension: Check
  /** That a value conforms to one of these profiles of its type. */
  readonly profiles: (canonicals: readonly string[], from?: string) => Check
}

interface Property {
  readonly element: string
  /** Of what must be there, and of choices; 0 for the others. */
  readonly bit: number
  readonly choice: boolean
  readonly check: Member
}

interface Shape {
  readonly path: string
  readonly properties: Readonly<Record<string, Property>>
  readonly isResource: boolean
  readonly required: ReadonlyArray<{ readonly name: string; readonly bit: number }>
  /** Of all that is required. */
  readonly mask: number
}

/** Gives what must be there, and each choice, a bit of its own. */
const bitsOf = (branch: Branch): ReadonlyMap<string, number> => {
  const marked = [...branch.children.values()].filter(({ rule, spellings }) => rule.min > 0 || spellings.size > 1)
  if (marked.length > 30) throw new Error(`${branch.path} has more elements to count than a number has bits`)
  return new Map(marked.map(({ name }, at) => [name, 1 << at]))
}

export const createShapes = (deps: ShapeDependencies) => {
  const { structures, branches, bindingOf } = deps
  const isType = (name: string): boolean => structures.type(name)?.kind === 'resource'
  const shapes = new Map<string, Check>()
  /** What holds of a type beyond its definition. */
  const extras: ReadonlyMap<string, Check> = new Map([
    ['Reference', referenceRules(isType)],
    ['Extension', deps.extension],
    ['Attachment', attachmentRule],
    ['Bundle', bundleRules],
  ])

  /** Everything that a rule says of a value beyond its form. */
  const rulesOf = (child: Child, type: TypeRule): ((value: unknown, run: Run, own: unknown) => void) | undefined => {
    const { rule, spellings } = child
    const checks: Check[] = []
    if (rule.binding && isBindable(type.code)) checks.push(bindingCheck(rule.binding, bindingOf))
    const targets = type.code === 'Reference' ? targetTypes(type, structures) : undefined
    if (targets) checks.push(targetCheck(targets, isType))
    if (type.code === 'xhtml') checks.push(narrative)
    if (type.profiles) checks.push(deps.profiles(type.profiles))
    const constraints = constraintCheck(rule.constraints ?? [])
    if (!constraints && checks.length === 0) return undefined
    const focused = spellings.size > 1 ? type.code : undefined
    return (value, run, own) => {
      for (const check of checks) if (value !== undefined) check(value, run)
      constraints?.(focusOf(value, focused, own), run)
    }
  }

  /** The form of a value of this type. */
  const formOf = (child: Child, type: TypeRule): Check => {
    if (type.code === 'Resource') return (value, run) => deps.resource(value, run, child.name === 'contained')
    const below = branches.below(child, type)
    if (!below) return (_, run) => run.once(`elements of type ${type.code} are not checked`)
    return shapeOf(below)
  }

  const own: Own = (value, run) => element()(value, run)
  const element = (): Check => {
    const branch = branches.of('Element')
    if (!branch) throw new Error('R4 has no Element')
    return shapeOf(branch)
  }

  const propertiesOf = (branch: Branch, bits: ReadonlyMap<string, number>): Readonly<Record<string, Property>> => {
    const properties: Record<string, Property> = Object.create(null)
    for (const child of branch.children.values()) {
      const bit = bits.get(child.name) ?? 0
      for (const [name, type] of child.spellings) {
        const { list } = child
        const primitive = PRIMITIVES.get(type.code)
        const rules = rulesOf(child, type)
        const compiled = compileMember({
          name,
          list,
          rules,
          own,
          ...(primitive ? { primitive, type: type.code } : { form: formOf(child, type) }),
        })
        const common = { element: child.name, bit, choice: child.spellings.size > 1 }
        properties[name] = { ...common, check: compiled.value }
        if (compiled.own) properties[`_${name}`] = { ...common, check: compiled.own }
      }
    }
    return properties
  }

  const compile = (branch: Branch): Check => {
    const bits = bitsOf(branch)
    const required = [...branch.children.values()]
      .filter(({ rule }) => rule.min > 0)
      .map(({ name }) => ({ name, bit: bits.get(name) ?? 0 }))
    const shape: Shape = {
      path: branch.path,
      properties: propertiesOf(branch, bits),
      isResource: branch.kind === 'resource' && !branch.path.includes('.'),
      required,
      mask: required.reduce((all, { bit }) => all | bit, 0),
    }
    const constraints = branch.path.includes('.') ? undefined : constraintCheck(branch.rule.constraints ?? [])
    const extra = extras.get(branch.path)
    return (value, run) => {
      if (!isFields(value)) {
        run.error('structure', `${branch.path} is an object in JSON`)
        return
      }
      const seen = checkMembers(value, shape, run)
      if ((seen & shape.mask) !== shape.mask) missing(shape, seen, run)
      extra?.(value, run)
      constraints?.(value, run)
    }
  }

  const shapeOf = (branch: Branch): Check => {
    const known = shapes.get(branch.path)
    if (known) return known
    let compiled: Check | undefined
    const shape: Check = (value, run) => {
      compiled ??= compile(branch)
      compiled(value, run)
    }
    shapes.set(branch.path, shape)
    return shape
  }

  return {
    /** The check of a type's form and base rules; undefined: no such type. */
    of: (type: string): Check | undefined => {
      const branch = branches.of(type)
      return branch && shapeOf(branch)
    },
  }
}

/** Every member that is there; answers the bits of those that are counted. */
const checkMembers = (value: Fields, { path, properties, isResource }: Shape, run: Run): number => {
  let seen = 0
  // Beside a primitive's value an id is enough (member.ts).
  let content = isResource || path === 'Element'
  for (const name in value) {
    const property = properties[name]
    if (property === undefined) {
      if (isResource && name === 'resourceType') continue
      run.error('structure', `${path} has no element ${JSON.stringify(name)}`, name)
      continue
    }
    if (name !== 'id') content = true
    const { bit } = property
    if (property.choice && (seen & bit) !== 0) checkChoice(value, name, properties, run)
    seen |= bit
    run.path[run.depth++] = name
    property.check(value[name], run, value)
    run.depth--
  }
  if (!content) run.error('invariant', 'ele-1: an element must have a value or children')
  return seen
}

const missing = ({ path, required }: Shape, seen: number, run: Run): void => {
  for (const { name, bit } of required) if ((seen & bit) === 0) run.error('required', `${path}.${name} is required`, name)
}

/** txt-1 and txt-2. */
const narrative: Check = (value, run) => {
  const problem = typeof value === 'string' ? xhtmlProblem(value) : undefined
  if (problem) run.error('invariant', problem.join(': '))
}

const bare = (name: string): string => (name.charCodeAt(0) === 95 ? name.slice(1) : name)

/** A choice has one type; a primitive and its `_name` are one. */
const checkChoice = (value: Fields, name: string, properties: Readonly<Record<string, Property>>, run: Run): void => {
  const { element } = properties[name] ?? {}
  const others = Object.keys(value).filter((one) => properties[one]?.element === element && bare(one) !== bare(name))
  if (others.length > 0) run.error('structure', `${element}[x] has one type only, and ${others.map(bare).join(', ')} is there too`, name)
}
