// The base pass: a value against its type as R4 defines it, compiled to closures at the type's first value.
import type { Terminology } from '../terminology/terminology.ts'
import { bindingCheck } from './bindings.ts'
import type { Definition, ElementRule, TypeRule } from './definition.ts'
import { invariantChecks } from './invariants.ts'
import { checkObject, type ObjectRule, type Property } from './object.ts'
import { PRIMITIVES } from './primitives.ts'
import { allowedTypes, referenceCheck } from './references.ts'
import { type Check, fail, type Run } from './run.ts'
import type { Structures } from './structures.ts'
import { xhtmlProblem } from './xhtml.ts'

export interface BaseDependencies {
  readonly structures: Structures
  readonly terminology: Terminology
  /** The check of a resource within another: `contained`, or an entry that stands for itself. */
  readonly resource: (contained: boolean) => Check
  /** The check of a data type's profile (SimpleQuantity) and of an extension by its definition. */
  readonly profile: (canonical: string) => Check | undefined
  readonly extension: Check
}

/** The check of a type by name. */
export type TypeChecks = (name: string) => Check

const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))

const byParent = ({ elements }: Definition): ReadonlyMap<string, readonly ElementRule[]> => {
  const found = new Map<string, ElementRule[]>()
  for (const element of elements) {
    if (element.slice !== undefined) continue
    const parent = parentOf(element.path)
    const children = found.get(parent)
    if (children) children.push(element)
    else found.set(parent, [element])
  }
  return found
}

const primitiveCheck = (type: string): Check | undefined => {
  const primitive = PRIMITIVES.get(type)
  if (!primitive) return undefined
  return (value, run) => {
    if (!primitive.holds(value)) fail(run, 'value', `${primitive.expected} is expected`)
  }
}

const xhtml: Check = (value, run) => {
  const problem = typeof value === 'string' ? xhtmlProblem(value) : (['txt-1', 'narrative is text'] as const)
  if (problem) fail(run, 'invariant', `${problem[0]}: ${problem[1]}`)
}

const all = (checks: readonly (Check | undefined)[]): Check => {
  const given = checks.filter((one) => one !== undefined)
  const [first, second, ...others] = given
  if (!first) return () => undefined
  if (!second) return first
  if (others.length === 0) {
    return (value, run, own) => {
      first(value, run, own)
      second(value, run, own)
    }
  }
  return (value, run, own) => {
    for (const check of given) check(value, run, own)
  }
}

const capital = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1)

/** The checks of every type, each compiled when it is first met. */
export const createTypeChecks = (deps: BaseDependencies): TypeChecks => {
  const { structures, terminology } = deps
  const compiled = new Map<string, Check>()

  /** Compiled at the first value, since types refer to each other in circles. */
  const lazily = (name: string): Check => {
    let check: Check | undefined
    return (value, run, own) => {
      check ??= typeCheck(name)
      check(value, run, own)
    }
  }

  const compile = (definition: Definition): Check => {
    const children = byParent(definition)
    const objects = new Map<string, Check>()

    const objectAt = (path: string): Check => {
      const known = objects.get(path)
      if (known) return known
      let check: Check | undefined
      const lazy: Check = (value, run, own) => {
        check ??= object(path)
        check(value, run, own)
      }
      objects.set(path, lazy)
      return lazy
    }

    const valueCheck = (element: ElementRule, { code }: TypeRule): Check => {
      if (children.has(element.path)) return objectAt(element.path)
      if (code === 'xhtml') return xhtml
      if (code === 'Resource') return deps.resource(nameOf(element.path) === 'contained')
      return primitiveCheck(code) ?? lazily(code)
    }

    /** Constraints that the type of the element has itself are checked with it. */
    const ofType = (code: string): ((key: string) => boolean) => {
      const own = new Set(structures.type(code)?.elements[0]?.constraints?.map(({ key }) => key))
      return (key) => own.has(key)
    }

    const elementCheck = (element: ElementRule, type: TypeRule, choice: boolean): Check => {
      const { code } = type
      const allowed = code === 'Reference' ? allowedTypes([type], structures) : undefined
      const told = choice || PRIMITIVES.has(code) ? code : undefined
      return all([
        valueCheck(element, type),
        element.binding && bindingCheck(terminology, element.binding, code),
        allowed && referenceCheck(allowed, structures),
        ...(type.profiles ?? []).map((canonical) => deps.profile(canonical)),
        ...invariantChecks(element.constraints, ofType(code), told),
      ])
    }

    const propertiesOf = (element: ElementRule, at = 0): readonly (readonly [string, Property])[] => {
      const choice = element.path.endsWith('[x]')
      const name = nameOf(element.path).replace('[x]', '')
      const shared = { name, list: element.max === '*' || Number(element.max) > 1, max: element.max, choice: choice ? at : -1 }
      const { content } = element
      if (content !== undefined) return [[name, { ...shared, companion: undefined, check: objectAt(content.slice(1)) }]]
      return (element.types ?? []).map((type) => {
        const key = choice ? name + capital(type.code) : name
        const companion = PRIMITIVES.has(type.code) ? `_${key}` : undefined
        return [key, { ...shared, companion, check: elementCheck(element, type, choice) }] as const
      })
    }

    const requiredOf = (element: ElementRule): ObjectRule['required'][number] => {
      const spelt = propertiesOf(element)
      return {
        name: nameOf(element.path).replace('[x]', ''),
        keys: spelt.map(([key]) => key),
        companions: spelt.flatMap(([, { companion }]) => companion ?? []),
      }
    }

    const object = (path: string): Check => {
      const elements = children.get(path) ?? []
      const choices = elements.filter((element) => element.path.endsWith('[x]'))
      const properties = new Map(elements.flatMap((element) => propertiesOf(element, choices.indexOf(element))))
      const required = elements.filter(({ min }) => min > 0).map(requiredOf)
      const root = path === definition.type
      return checkObject({
        label: path,
        properties,
        required,
        companion: lazily('Element'),
        resource: root && definition.kind === 'resource',
        invariants: root ? invariantChecks(definition.elements[0]?.constraints, () => false) : [],
      })
    }
    const check = objectAt(definition.type)
    return definition.type === 'Extension' ? all([check, deps.extension]) : check
  }

  const typeCheck = (name: string): Check => {
    const known = compiled.get(name)
    if (known) return known
    const definition = structures.type(name)
    const check: Check = definition ? compile(definition) : (_value, run: Run) => fail(run, 'structure', `${name} is not a type of R4`)
    compiled.set(name, check)
    return check
  }
  return typeCheck
}
