// The profile pass: what a profile says beyond the type that it constrains, compiled to closures (R4 profiling.html). The base pass
// has been there before: what it holds anyway is not asked again.
import type { Terminology } from '../terminology/terminology.ts'
import { bindingCheck } from './bindings.ts'
import type { Definition, ElementRule } from './definition.ts'
import { type Belongs, belongsTo } from './discriminator.ts'
import { invariantChecks } from './invariants.ts'
import { fitsPattern, isFixed } from './match.ts'
import { PRIMITIVES } from './primitives.ts'
import { allowedTypes, referenceCheck } from './references.ts'
import { type Check, type Fields, fail, isFields, type Run, within } from './run.ts'
import type { Structures } from './structures.ts'
import { type ElementNode, type Item, itemsOf, treeOf } from './tree.ts'

export interface ProfileDependencies {
  readonly structures: Structures
  readonly terminology: Terminology
  /** Keys of the constraints that R4's types have themselves. */
  readonly baseKeys: () => ReadonlySet<string>
}

type ItemCheck = (item: Item, run: Run) => void
type ObjectCheck = (fields: Fields, run: Run) => void

interface Compiler extends ProfileDependencies {
  readonly definition: Definition
  /** The element that R4 has at a path of the profile; undefined within data types. */
  readonly base: ReadonlyMap<string, ElementRule>
}

const quoted = (value: unknown): string => JSON.stringify(value)

const at = (run: Run, node: ElementNode, item: Item, visit: () => void): void =>
  within(run, node.name, item.key, () => {
    if (item.at === undefined) {
      visit()
      return
    }
    run.names.push(item.at)
    run.keys.push(item.at)
    visit()
    run.names.pop()
    run.keys.pop()
  })

const typesCheck = ({ rule, choice }: ElementNode, { base }: Compiler): ItemCheck | undefined => {
  const types = rule.types ?? []
  if (!choice || types.length === (base.get(rule.path)?.types?.length ?? Number.NaN)) return undefined
  const allowed = new Set(types.map(({ code }) => code))
  return ({ type }, run) => {
    if (type !== undefined && !allowed.has(type))
      fail(run, 'structure', `${type} is not allowed here; expected is ${[...allowed].join(' or ')}`)
  }
}

const valueCheck = ({ fixed, pattern, maxLength }: ElementRule): ItemCheck | undefined => {
  if (fixed !== undefined) {
    return ({ value }, run) => {
      if (value !== undefined && !isFixed(value, fixed)) fail(run, 'value', `${quoted(fixed)} is expected`)
    }
  }
  if (pattern !== undefined) {
    return ({ value }, run) => {
      if (value !== undefined && !fitsPattern(value, pattern)) fail(run, 'value', `this does not fit the pattern ${quoted(pattern)}`)
    }
  }
  if (maxLength === undefined) return undefined
  return ({ value }, run) => {
    if (typeof value === 'string' && value.length > maxLength) fail(run, 'value', `at most ${maxLength} characters are allowed`)
  }
}

const plain = (canonical: string | undefined): string | undefined => canonical?.split('|')[0]

const bindingOf = ({ rule, choice }: ElementNode, { base, terminology }: Compiler): ItemCheck | undefined => {
  const { binding, types = [] } = rule
  const known = base.get(rule.path)?.binding
  if (!binding || (known && plain(known.valueSet) === plain(binding.valueSet) && known.strength === binding.strength)) return undefined
  const checks = new Map(types.map(({ code }) => [code, bindingCheck(terminology, binding, code)]))
  const [only] = types
  return ({ value, type, own }, run) => {
    if (value !== undefined) checks.get((choice ? type : only?.code) ?? '')?.(value, run, own)
  }
}

const targetsCheck = ({ rule }: ElementNode, { base, structures, definition }: Compiler): ItemCheck | undefined => {
  const types = (rule.types ?? []).filter(({ code }) => code === 'Reference')
  const allowed = allowedTypes(types, structures, definition.package)
  const known = allowedTypes(base.get(rule.path)?.types ?? [], structures)
  if (!allowed || known?.size === allowed.size) return undefined
  const check = referenceCheck(allowed, structures)
  return ({ value }, run) => check(value, run)
}

const constraintsCheck = ({ rule, choice }: ElementNode, { baseKeys }: Compiler): ItemCheck | undefined => {
  const known = baseKeys()
  const elsewhere = (key: string): boolean => known.has(key)
  const [only] = rule.types ?? []
  const fixedType = !choice && only && PRIMITIVES.has(only.code) ? only.code : undefined
  if (!choice) {
    const checks = invariantChecks(rule.constraints, elsewhere, fixedType)
    return checks.length === 0 ? undefined : ({ value, own }, run) => checks.forEach((check) => void check(value, run, own))
  }
  const byType = new Map((rule.types ?? []).map(({ code }) => [code, invariantChecks(rule.constraints, elsewhere, code)]))
  if ([...byType.values()].every((checks) => checks.length === 0)) return undefined
  return ({ value, own, type }, run) => byType.get(type ?? '')?.forEach((check) => void check(value, run, own))
}

/** Another profile of the item's data type, which one of these must be; extensions are checked wherever they stand. */
const profilesCheck = ({ rule }: ElementNode, compiler: Compiler): ItemCheck | undefined => {
  const typed = (rule.types ?? []).filter(({ code, profiles }) => code !== 'Extension' && profiles !== undefined)
  const [first] = typed.flatMap(({ profiles = [] }) => profiles)
  if (first === undefined || typed.length > 1) return undefined
  let check: Check | undefined
  return ({ value }, run) => {
    check ??= profileCheck(first, compiler, compiler.definition.package) ?? (() => undefined)
    if (value !== undefined) check(value, run)
  }
}

const itemCheck = (node: ElementNode, compiler: Compiler): ItemCheck | undefined => {
  const children = childrenCheck(node, compiler)
  const checks: readonly ItemCheck[] = [
    typesCheck(node, compiler),
    valueCheck(node.rule),
    bindingOf(node, compiler),
    targetsCheck(node, compiler),
    constraintsCheck(node, compiler),
    profilesCheck(node, compiler),
    children &&
      (({ value, own }: Item, run: Run) => {
        if (isFields(value)) children(value, run)
        else if (isFields(own)) children(own, run)
      }),
  ].filter((one) => one !== undefined)
  const [only] = checks
  if (checks.length <= 1) return only
  return (item, run) => {
    for (const check of checks) check(item, run)
  }
}

interface Counted {
  readonly min: number
  readonly max: number
}

const countsOf = ({ rule: { min, max, base } }: ElementNode): Counted | undefined => {
  const most = max === '*' ? Number.POSITIVE_INFINITY : max
  const known = base?.max === undefined || base.max === '*' ? Number.POSITIVE_INFINITY : base.max
  return min > (base?.min ?? 0) || most < known ? { min, max: most } : undefined
}

const checkCount = ({ min, max }: Counted, count: number, what: string, run: Run): void => {
  if (count < min) fail(run, 'required', min === 1 ? `${what} is required` : `at least ${min} of ${what} are required, here are ${count}`)
  if (count > max) fail(run, 'structure', max === 0 ? `${what} is not allowed` : `at most ${max} of ${what} may be, here are ${count}`)
}

interface Slice {
  readonly node: ElementNode
  readonly belongs: Belongs
  readonly counts: Counted
  readonly check: ItemCheck | undefined
}

const slicesOf = (node: ElementNode, compiler: Compiler): readonly Slice[] => {
  const discriminators = node.rule.slicing?.discriminators ?? (node.choice ? [{ type: 'type', path: '$this' }] : [])
  return node.slices.flatMap((slice) => {
    const belongs = belongsTo(discriminators, slice, compiler.terminology)
    const { min, max } = slice.rule
    // A choice's slice has the count of the element that it stands for.
    const counts = { min, max: max === '*' ? Number.POSITIVE_INFINITY : max }
    return belongs ? [{ node: slice, belongs, counts, check: itemCheck(slice, compiler) }] : []
  })
}

const slicingCheck = (node: ElementNode, compiler: Compiler): ((items: readonly Item[], run: Run) => void) | undefined => {
  const slices = slicesOf(node, compiler)
  const closed = node.rule.slicing?.rules === 'closed' && slices.length === node.slices.length
  const matters = slices.some(({ check, counts }) => check !== undefined || counts.min > 0 || counts.max < Number.POSITIVE_INFINITY)
  if (!matters && !closed) return undefined
  return (items, run) => {
    const counts = slices.map(() => 0)
    for (const item of items) {
      const index = slices.findIndex(({ belongs }) => belongs(item))
      const slice = slices[index]
      if (!slice) {
        if (closed) at(run, node, item, () => fail(run, 'structure', 'this is none of the slices, and there may be no other'))
        continue
      }
      counts[index] = (counts[index] ?? 0) + 1
      const { check } = slice
      if (check) at(run, node, item, () => check(item, run))
    }
    slices.forEach(({ node: { rule }, counts: counted }, index) => {
      within(run, node.name, node.name, () => checkCount(counted, counts[index] ?? 0, `${rule.path}:${rule.slice}`, run))
    })
  }
}

const childCheck = (node: ElementNode, compiler: Compiler): ObjectCheck | undefined => {
  const counts = countsOf(node)
  const check = itemCheck(node, compiler)
  const slicing = slicingCheck(node, compiler)
  if (!counts && !check && !slicing) return undefined
  return (fields, run) => {
    const items = itemsOf(fields, node)
    if (counts) {
      const { min, max } = counts
      if (items.length < min || items.length > max) {
        within(run, node.name, node.name, () => checkCount(counts, items.length, node.rule.path, run))
      }
    }
    if (check) for (const item of items) at(run, node, item, () => check(item, run))
    slicing?.(items, run)
  }
}

const childrenCheck = (node: ElementNode, compiler: Compiler): ObjectCheck | undefined => {
  const checks = node.children.flatMap((child) => childCheck(child, compiler) ?? [])
  if (checks.length === 0) return undefined
  return (fields, run) => {
    for (const check of checks) check(fields, run)
  }
}

const compiled = new WeakMap<Definition, WeakMap<Structures, Check>>()

const compile = (definition: Definition, deps: ProfileDependencies): Check => {
  const root = treeOf(definition)
  const type = deps.structures.type(definition.type)
  const base = new Map(type?.elements.map((element) => [element.path, element]))
  const compiler: Compiler = { ...deps, definition, base }
  const children = root && childrenCheck(root, compiler)
  const known = deps.baseKeys()
  const constraints = invariantChecks(root?.rule.constraints, (key) => known.has(key))
  return (value, run) => {
    if (!isFields(value)) return
    children?.(value, run)
    for (const check of constraints) check(value, run)
  }
}

/** The check of a profile by its canonical; undefined where it is not at hand, or is no profile. Compiled once. */
export const profileCheck = (canonical: string, deps: ProfileDependencies, from?: string): Check | undefined => {
  const definition = deps.structures.resolve(canonical, from)
  return definition?.constraint ? checkOf(definition, deps) : undefined
}

/** The check of a profile's definition. */
export const checkOf = (definition: Definition, deps: ProfileDependencies): Check => {
  const byStructures = compiled.get(definition) ?? new WeakMap<Structures, Check>()
  compiled.set(definition, byStructures)
  const check = byStructures.get(deps.structures) ?? compile(definition, deps)
  byStructures.set(deps.structures, check)
  return check
}
