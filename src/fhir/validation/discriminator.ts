// Which slice an item is in (R4 profiling.html#discriminator): by a value, a pattern, a type or an existence that the slice's own rules say.
import type { Terminology } from '../terminology/terminology.ts'
import { isMember } from './binding.ts'
import type { Discriminator, ElementRule } from './definition.ts'
import { type Step, some, stepsOf, valuesAt } from './discriminator-path.ts'
import { equals, matches } from './pattern.ts'
import type { Node } from './profile-tree.ts'
import { literalType } from './reference.ts'
import { isFields, type Run } from './run.ts'

/** Is the item in the slice. */
export type Match = (item: unknown, run: Run) => boolean

export interface MatchDependencies {
  readonly bindingOf: Terminology['bindingOf']
  readonly isType: (name: string) => boolean
  /** Does a value conform to one of the profiles, without saying what is wrong. */
  readonly conforms: (canonicals: readonly string[], value: unknown, run: Run) => boolean
}

type Test = (value: unknown, run: Run) => boolean

const nodeBelow = (node: Node, { name, url }: Step): Node | undefined => {
  if (url === undefined) return name === undefined ? node : node.children.get(name)
  return node.children.get('extension')?.slices.find((slice) => urlsOf(slice).includes(url))
}

/** The urls of the extensions that a slice is for. */
const urlsOf = ({ rule, children }: Node): readonly string[] => {
  const fixed = children.get('url')?.rule.fixed
  if (typeof fixed === 'string') return [fixed]
  return (rule.types ?? []).flatMap(({ profiles = [] }) => profiles.map((profile) => profile.replace(/\|.*$/, '')))
}

const valueTest = ({ fixed, pattern }: ElementRule): Test | undefined => {
  if (fixed !== undefined) return (value) => equals(value, fixed)
  return pattern === undefined ? undefined : (value) => matches(value, pattern)
}

/** What the rules at and below a node say of a value: all of it must be so. */
const testOf = (node: Node, deps: MatchDependencies): Test | undefined => {
  const own = valueTest(node.rule)
  if (own) return own
  const below = [...node.children.values()].flatMap((child) => {
    const step = stepsOf(child.name)
    return [child, ...child.slices].flatMap((one): readonly Test[] => {
      const test = testOf(one, deps)
      return test ? [(value, run) => some(value, step, 0, test, run)] : []
    })
  })
  if (below.length > 0) return (value, run) => below.every((test) => test(value, run))
  const { binding } = node.rule
  if (binding?.strength !== 'required') return undefined
  const set = deps.bindingOf(binding.valueSet)
  return set && ((value) => isMember(value, set) === true)
}

/** Each way in which the rules at and below a node say what stands at the end of the steps. */
const saidBy = (node: Node, steps: readonly Step[], done: readonly Step[], deps: MatchDependencies): readonly Match[] => {
  const [step, ...rest] = steps
  const { fixed, pattern } = node.rule
  const all = [...done, ...steps]
  if (step === undefined) {
    const test = testOf(node, deps)
    return test ? [(item, run) => some(item, all, 0, test, run)] : []
  }
  const wanted = valuesAt(fixed ?? pattern, steps)
  if (wanted.length > 0) return [(item, run) => some(item, all, 0, (value) => wanted.some((one) => matches(value, one)), run)]
  const next = nodeBelow(node, step)
  return next ? [next, ...next.slices].flatMap((one) => saidBy(one, rest, [...done, step], deps)) : []
}

const byValue = (slice: Node, steps: readonly Step[], deps: MatchDependencies): Match | undefined => {
  const said = saidBy(slice, steps, [], deps)
  const [first] = said
  if (first) return said.length === 1 ? first : (item, run) => said.some((match) => match(item, run))
  const urls = steps.length === 1 && steps[0]?.name === 'url' ? urlsOf(slice) : []
  return urls.length > 0 ? (item) => isFields(item) && urls.includes(String(item.url)) : undefined
}

const nodeAt = (slice: Node, steps: readonly Step[]): Node | undefined =>
  steps.reduce<Node | undefined>((node, step) => node && nodeBelow(node, step), slice)

const typeOf = (value: unknown, run: Run, resolved: boolean, isType: MatchDependencies['isType']): string | undefined => {
  if (!isFields(value)) return undefined
  if (!resolved) return typeof value.resourceType === 'string' ? value.resourceType : undefined
  return typeof value.reference === 'string' ? literalType(value.reference, run, isType) : undefined
}

const isResolve = ({ text }: Step): boolean => text === 'resolve()'

const isThere: Test = () => true

const byType = (slice: Node, steps: readonly Step[], { isType }: MatchDependencies): Match | undefined => {
  const rule = nodeAt(slice, steps)?.rule
  const resolved = steps.some(isResolve)
  const names = (rule?.types ?? []).flatMap(({ code, targets = [] }) =>
    resolved ? targets.map((target) => target.slice(target.lastIndexOf('/') + 1)) : [code],
  )
  if (names.length === 0) return undefined
  const test: Test = (value, run) => names.includes(typeOf(value, run, resolved, isType) ?? '')
  return (item, run) => some(item, steps, 0, test, run)
}

const byExistence = (slice: Node, steps: readonly Step[]): Match | undefined => {
  const rule = nodeAt(slice, steps)?.rule
  if (!rule || (rule.min === 0 && rule.max !== 0)) return undefined
  const wanted = rule.max !== 0
  return (item, run) => some(item, steps, 0, isThere, run) === wanted
}

const byProfile = (slice: Node, steps: readonly Step[], { conforms }: MatchDependencies): Match | undefined => {
  const profiles = (nodeAt(slice, steps)?.rule.types ?? []).flatMap(({ profiles: found = [] }) => found)
  // What a reference leads to is not at hand.
  if (profiles.length === 0 || steps.some(isResolve)) return undefined
  return (item, run) => some(item, steps, 0, (value) => conforms(profiles, value, run), run)
}

const one = (slice: Node, { type, path }: Discriminator, deps: MatchDependencies): Match | undefined => {
  const steps = stepsOf(path)
  switch (type) {
    case 'value':
    case 'pattern':
      return byValue(slice, steps, deps)
    case 'type':
      return byType(slice, steps, deps)
    case 'exists':
      return byExistence(slice, steps)
    case 'profile':
      return byProfile(slice, steps, deps)
    default:
      return undefined
  }
}

/** Whether an item is in the slice, by every discriminator; undefined where its rules do not say. */
export const matchOf = (slice: Node, discriminators: readonly Discriminator[], deps: MatchDependencies): Match | undefined => {
  const all = discriminators.map((discriminator) => one(slice, discriminator, deps))
  const known = all.flatMap((match) => match ?? [])
  if (known.length === 0 || known.length < all.length) return undefined
  const [first] = known
  return known.length === 1 ? first : (item, run) => known.every((match) => match(item, run))
}
