// The profile pass (R4 profiling.html): of a profile only what it asks beyond the base type, compiled to closures that visit no more
// than the elements it speaks of.
import { splitCanonical } from '../canonical.ts'
import { bindingCheck, isBindable } from './binding.ts'
import type { Branch, Branches, Child } from './branch.ts'
import { choiceCheck } from './choice.ts'
import { constraintCheck, focusOf } from './constraint.ts'
import { checkCount } from './count.ts'
import type { Definition, ElementRule, TypeRule } from './definition.ts'
import type { MatchDependencies } from './discriminator.ts'
import { countOf, each } from './each.ts'
import { equals, matches, mismatch } from './pattern.ts'
import { type Node, profileTree } from './profile-tree.ts'
import { targetCheck, targetTypes } from './reference.ts'
import { type Check, type Fields, isFields, type Run } from './run.ts'
import { slicesOf } from './slicing.ts'
import type { Structures } from './structures.ts'

/** Checks one value of an element; `own` is its `_name`. */
export type ItemCheck = (value: unknown, run: Run, own: unknown) => void

/** Checks the members of one name in an object. */
export type MemberCheck = (parent: Fields, run: Run) => void

export interface ProfileDependencies extends MatchDependencies {
  readonly structures: Structures
  readonly branches: Branches
  /** That a value conforms to one of these profiles, as the package that names them knows them. */
  readonly profiles: (canonicals: readonly string[], from?: string) => Check
}

const all = (checks: readonly ItemCheck[]): ItemCheck | undefined => {
  const [first] = checks
  if (checks.length < 2) return first
  return (value, run, own) => {
    for (const check of checks) check(value, run, own)
  }
}

const MAX_SHOWN = 160

const shown = (value: unknown): string => {
  const written = JSON.stringify(value)
  return written.length > MAX_SHOWN ? `${written.slice(0, MAX_SHOWN)}…` : written
}

const valueCheck = ({ fixed, pattern }: ElementRule): ItemCheck | undefined => {
  const wanted = fixed ?? pattern
  if (wanted === undefined) return undefined
  const [fits, what] = fixed === undefined ? [matches, 'does not match the pattern'] : [equals, 'is not the fixed value']
  return (value, run) => {
    if (fits(value, wanted)) return
    const steps = mismatch(value, wanted)
    for (const step of steps) run.path[run.depth++] = step
    run.error('value', `the value ${what} ${shown(wanted)}`)
    run.depth -= steps.length
  }
}

const lengthCheck = ({ maxLength }: ElementRule): ItemCheck | undefined =>
  maxLength === undefined
    ? undefined
    : (value, run) => {
        if (typeof value === 'string' && value.length > maxLength) run.error('value', `more than ${maxLength} characters`)
      }

const sameList = (one: readonly string[] = [], other: readonly string[] = []): boolean =>
  one.length === other.length && one.every((item) => other.includes(item))

const EXTENSION_TYPE = 'Extension'

/** The check of a profile's difference from its base type; undefined where there is none. */
export const compileProfile = (definition: Definition, deps: ProfileDependencies): Check | undefined => {
  const { structures, branches, bindingOf } = deps
  const from = definition.package

  const typeChecks = (rule: ElementRule, base: TypeRule | undefined, type: TypeRule): readonly ItemCheck[] => {
    const checks: ItemCheck[] = []
    const targets = type.code === 'Reference' && !sameList(type.targets, base?.targets) ? targetTypes(type, structures, from) : undefined
    if (targets) checks.push(targetCheck(targets, deps.isType))
    const profiles = sameList(type.profiles, base?.profiles) ? [] : (type.profiles ?? [])
    // A known extension is checked wherever it stands; here only the version that this package means.
    const ambiguous = (canonical: string): boolean => structures.versions(splitCanonical(canonical)[0]).length > 1
    if (profiles.length > 0 && (type.code !== EXTENSION_TYPE || profiles.some(ambiguous))) checks.push(deps.profiles(profiles, from))
    return rule.binding && isBindable(type.code) ? [...checks, bindingCheck(rule.binding, bindingOf)] : checks
  }

  const isNew = (rule: ElementRule, base: ElementRule): ElementRule => {
    const { binding, ...rest } = rule
    const same =
      binding?.valueSet === base.binding?.valueSet && binding?.strength === base.binding?.strength && binding?.max === base.binding?.max
    return same || !binding ? rest : rule
  }

  const constraints = (
    rule: ElementRule,
    base: ElementRule,
    below: Branch | undefined,
    type: string | undefined,
  ): ItemCheck | undefined => {
    const known = new Set([...(base.constraints ?? []), ...(below?.rule.constraints ?? [])].map(({ key }) => key))
    const check = constraintCheck((rule.constraints ?? []).filter(({ key }) => !known.has(key)))
    return check && ((value, run, own) => check(focusOf(value, type, own), run))
  }

  /** What a node asks of one value of this type. */
  const itemCheck = (node: Node, child: Child, type: TypeRule): ItemCheck | undefined => {
    const base = [...child.spellings.values()].find(({ code }) => code === type.code)
    const below = branches.below(child, type)
    const rule = isNew(node.rule, child.rule)
    const choice = child.spellings.size > 1
    const checks = [
      valueCheck(rule),
      lengthCheck(rule),
      ...typeChecks(rule, base, type).map(
        (check): ItemCheck =>
          (value, run, own) =>
            value === undefined || check(value, run, own),
      ),
      below && membersCheck(node, below),
      constraints(rule, child.rule, below, choice ? type.code : undefined),
    ]
    return all(checks.flatMap((check) => check ?? []))
  }

  const membersCheck = (node: Node, branch: Branch): ItemCheck | undefined => {
    const checks = [...node.children.values()].flatMap((child): MemberCheck[] => {
      const base = branch.children.get(child.name)
      const check =
        base && (base.spellings.size > 1 ? choiceCheck(child, base, (one, type) => itemCheck(one, base, type)) : memberCheck(child, base))
      return check ? [check] : []
    })
    if (checks.length === 0) return undefined
    return (value, run) => {
      if (!isFields(value)) return
      for (const check of checks) check(value, run)
    }
  }

  const typeFor = (node: Node, base: Child): TypeRule => node.rule.types?.[0] ?? base.rule.types?.[0] ?? { code: '' }

  const memberCheck = (node: Node, base: Child): MemberCheck | undefined => {
    const [name, shadow] = [base.name, `_${base.name}`]
    const check = itemCheck(node, base, typeFor(node, base))
    const sliced = slicesOf(node, (slice) => itemCheck(slice, base, typeFor(slice, base)), deps)
    const { min, max } = node.rule
    const counts = { min: min > base.rule.min ? min : 0, max: max === base.rule.max || max === '*' ? Number.POSITIVE_INFINITY : max }
    const counted = counts.min > 0 || counts.max < Number.POSITIVE_INFINITY
    if (!check && !sliced && !counted) return undefined
    return (parent, run) => {
      const [value, own] = [parent[name], parent[shadow]]
      const count = countOf(value, own)
      if (counted) checkCount(counts, count, name, name, run)
      if (count > 0 && check) each(value, own, name, run, check, undefined)
      sliced?.(value, own, name, run)
    }
  }

  const tree = profileTree(definition)
  const branch = branches.of(definition.type)
  if (!tree || !branch) return undefined
  const check = all([membersCheck(tree, branch), constraints(tree.rule, branch.rule, branch, undefined)].flatMap((one) => one ?? []))
  return check && ((value, run) => check(value, run, undefined))
}
