// The values of a member, one or many, each with what its `_name` says (R4 json.html#primitive).
import type { Run } from './run.ts'

/** How many there are; one that has extensions in place of a value counts. */
export const countOf = (value: unknown, own: unknown): number => {
  if (Array.isArray(value) || Array.isArray(own))
    return Math.max(Array.isArray(value) ? value.length : 0, Array.isArray(own) ? own.length : 0)
  return value === undefined && own === undefined ? 0 : 1
}

/** Called at the place of a value. */
export type Place = (value: unknown, run: Run, own: unknown) => void

/** Every value of a member with its `_name`, at its place. */
export const each = (value: unknown, own: unknown, name: string, run: Run, check: Place): void => {
  const at = run.depth
  run.path[at] = name
  run.depth = at + 1
  if (Array.isArray(value) || Array.isArray(own)) {
    const [values, owns]: [readonly unknown[], readonly unknown[]] = [Array.isArray(value) ? value : [], Array.isArray(own) ? own : []]
    const count = Math.max(values.length, owns.length)
    run.depth = at + 2
    for (let index = 0; index < count; index++) {
      run.path[at + 1] = index
      check(values[index] ?? undefined, run, owns[index] ?? undefined)
    }
  } else check(value, run, own)
  run.depth = at
}
