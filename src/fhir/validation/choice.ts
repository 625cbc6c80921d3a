// A choice in a profile: which of its types the profile leaves, and what it asks of each (R4 profiling.html; slices of a choice are types).
import type { Child } from './branch.ts'
import { checkCount } from './count.ts'
import type { TypeRule } from './definition.ts'
import type { ItemCheck, MemberCheck } from './profile.ts'
import type { Node } from './profile-tree.ts'
import type { Fields, Run } from './run.ts'

/** What a node of the profile asks of a value of this type. */
export type CheckOf = (node: Node, type: TypeRule) => ItemCheck | undefined

const typesOf = ({ rule }: Node): ReadonlySet<string> => new Set((rule.types ?? []).map(({ code }) => code))

const perType = (node: Node, { spellings }: Child, checkOf: CheckOf): ReadonlyMap<string, readonly ItemCheck[]> =>
  new Map(
    [...spellings.values()].flatMap((base): [string, readonly ItemCheck[]][] => {
      const nodes = [node, ...node.slices.filter((slice) => typesOf(slice).has(base.code))]
      const checks = nodes.flatMap(
        (one) => checkOf(one, one.rule.types?.find(({ code }) => code === base.code) ?? { code: base.code }) ?? [],
      )
      return checks.length > 0 ? [[base.code, checks]] : []
    }),
  )

/** Visits the spellings that are there, a primitive and its `_name` once; answers the last one's type. */
const visit = (parent: Fields, { spellings }: Child, one: (spelt: string, type: string) => void): string | undefined => {
  let found: string | undefined
  for (const key in parent) {
    const spelt = key.charCodeAt(0) === 95 ? key.slice(1) : key
    const type = spellings.get(spelt)?.code
    if (type === undefined || type === found) continue
    found = type
    one(spelt, type)
  }
  return found
}

/** The check of a choice; undefined where the profile says nothing of it. */
export const choiceCheck = (node: Node, base: Child, checkOf: CheckOf): MemberCheck | undefined => {
  const { name, spellings } = base
  const { min, max } = node.rule
  const allowed = node.rule.types ? typesOf(node) : new Set([...spellings.values()].map(({ code }) => code))
  const checks = perType(node, base, checkOf)
  const required = node.slices.filter(({ rule }) => rule.min > 0)
  const counts = { min: min > base.rule.min ? min : 0, max: max === 0 ? 0 : 1 }
  if (allowed.size >= spellings.size && checks.size === 0 && counts.min === 0 && counts.max === 1 && required.length === 0) return undefined
  const expected = [...allowed].join(' or ')
  const checkOne = (parent: Fields, spelt: string, type: string, run: Run): void => {
    if (!allowed.has(type)) run.error('structure', `${type} is not allowed here; expected is ${expected}`, spelt)
    run.path[run.depth++] = spelt
    for (const check of checks.get(type) ?? []) check(parent[spelt], run, parent[`_${spelt}`])
    run.depth--
  }
  return (parent, run) => {
    const found = visit(parent, base, (spelt, type) => checkOne(parent, spelt, type, run))
    checkCount(counts, found === undefined ? 0 : 1, name, name, run)
    for (const slice of required) {
      if (found === undefined || !typesOf(slice).has(found))
        run.error('required', `${name} as ${[...typesOf(slice)].join(' or ')} is required`, name)
    }
  }
}
