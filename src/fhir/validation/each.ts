// The values of a member, one or many, each with what its `_name` says (R4 json.html#primitive).
import type { Run } from './run.ts'

/** How many there are; one that has extensions in place of a value counts. */
export const countOf = (value: unknown, own: unknown): number => {
  if (Array.isArray(value) || Array.isArray(own))
    return Math.max(Array.isArray(value) ? value.length : 0, Array.isArray(own) ? own.length : 0)
  return value === undefined && own === undefined ? 0 : 1
}

/** Called at the place of a value, with what the caller keeps of them all. */
export type Place<Kept> = (value: unknown, run: Run, own: unknown, kept: Kept) => void

/** Every value of a member with its `_name`, at its place. */
export const each = <Kept>(value: unknown, own: unknown, name: string, run: Run, check: Place<Kept>, kept: Kept): void => {
  const at = run.depth
  run.path[at] = name
  run.depth = at + 1
  if (Array.isArray(value) || Array.isArray(own)) {
    const count = countOf(value, own)
    run.depth = at + 2
    for (let index = 0; index < count; index++) {
      run.path[at + 1] = index
      check(itemOf(value, index), run, itemOf(own, index), kept)
    }
  } else check(value, run, own, kept)
  run.depth = at
}

const itemOf = (list: unknown, index: number): unknown => (Array.isArray(list) ? (list[index] ?? undefined) : undefined)
