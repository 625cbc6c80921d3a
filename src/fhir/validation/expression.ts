// A place in a resource's JSON as FHIRPath (R4 operationoutcome.html#OperationOutcome.issue.expression): element names, positions of what repeats.
import type { Branch, Branches, Child } from './branch.ts'
import type { TypeRule } from './definition.ts'
import { PRIMITIVES } from './primitives.ts'
import { isFields } from './run.ts'

type Steps = ReadonlyArray<string | number>

interface Found {
  readonly child: Child
  readonly type: TypeRule
}

/** The element that a member spells; only a primitive has a `_name`. */
const spelt = (branch: Branch, step: string): Found | undefined => {
  const own = step.startsWith('_')
  for (const child of branch.children.values()) {
    const type = child.spellings.get(own ? step.slice(1) : step)
    if (type && (!own || PRIMITIVES.has(type.code))) return { child, type }
  }
  return undefined
}

export interface Place {
  /** `Patient.name[0].given[1]`, a choice by its element's name. */
  readonly expression: string
  /** Names of what stands there: paths in its types (`Patient.contact`, `HumanName`), from the outermost. */
  readonly names: readonly string[]
}

const typeOf = (value: unknown): string => (isFields(value) && typeof value.resourceType === 'string' ? value.resourceType : 'Resource')

const stepInto = (value: unknown, step: string | number): unknown =>
  Array.isArray(value) ? value[Number(step)] : isFields(value) ? value[step] : undefined

interface Walk {
  readonly branch: Branch | undefined
  readonly expression: string
  readonly names: readonly string[]
  readonly value: unknown
}

const enter = (value: unknown, branches: Branches): Pick<Walk, 'branch' | 'names'> => ({
  branch: branches.of(typeOf(value)),
  names: [typeOf(value)],
})

/** A resource within a list is known only once its position is. */
const toPosition = (walk: Walk, step: number, branches: Branches): Walk => {
  const value = stepInto(walk.value, step)
  const entered = walk.branch ? walk : enter(value, branches)
  return { ...walk, ...entered, value, expression: `${walk.expression}[${step}]` }
}

const toMember = (walk: Walk, step: string, branches: Branches): Walk => {
  const value = stepInto(walk.value, step)
  const found = walk.branch && spelt(walk.branch, step)
  const name = found?.child.name ?? step
  const expression = `${walk.expression}.${name}`
  const type = found?.type.code ?? ''
  if (type === 'Resource')
    return { expression, value, ...(Array.isArray(value) ? { branch: undefined, names: [] } : enter(value, branches)) }
  const branch = found && branches.below(found.child, found.type)
  const own = walk.branch && found ? [`${walk.branch.path}.${name}`] : []
  const names = [...walk.names.map((one) => `${one}.${name}`), ...own, ...(branch ? [branch.path] : []), type]
  return { expression, value, branch, names: [...new Set(names)] }
}

/** Where a path of JSON names leads. */
export const placeOf = (root: unknown, path: Steps, branches: Branches): Place =>
  path.reduce<Walk>((walk, step) => (typeof step === 'number' ? toPosition(walk, step, branches) : toMember(walk, step, branches)), {
    ...enter(root, branches),
    expression: typeOf(root),
    value: root,
  })
