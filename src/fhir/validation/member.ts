// One member of an object: a value or a list of them; for a primitive also its `_name` with id and extensions (R4 json.html#primitive).
import { type Primitive as PrimitiveType, whyNot } from './primitives.ts'
import type { Check, Fields, Run } from './run.ts'

/** Checks a member's value; `parent` is the object that it stands in. */
export type Member = (value: unknown, run: Run, parent: Fields) => void

/** Checks the id and extensions of a primitive. */
export type Own = Check

interface Common {
  /** As it is spelt. */
  readonly name: string
  readonly list: boolean
  /** What holds of each value beyond its form; `own`: what its `_name` says. */
  readonly rules: ((value: unknown, run: Run, own: unknown) => void) | undefined
  readonly own: Own
}

export type MemberOptions = Common & ({ readonly primitive: PrimitiveType; readonly type: string } | { readonly form: Check })

const EMPTY = 'a list is not empty'

const complex = ({ list, rules, form }: Common & { readonly form: Check }): Member => {
  if (!list) {
    return (value, run) => {
      if (Array.isArray(value)) return run.error('structure', 'this element has one value, not a list')
      form(value, run)
      rules?.(value, run, undefined)
    }
  }
  return (value, run) => {
    if (!Array.isArray(value)) return run.error('structure', 'this element repeats: a list is expected')
    if (value.length === 0) run.error('structure', EMPTY)
    const at = run.depth++
    for (let index = 0; index < value.length; index++) {
      run.path[at] = index
      form(value[index], run)
      rules?.(value[index], run, undefined)
    }
    run.depth = at
  }
}

type Primitive = Common & { readonly primitive: PrimitiveType; readonly type: string }

const primitive = ({ name, list, rules, primitive: { holds }, type }: Primitive): Member => {
  const shadow = `_${name}`
  const one = (value: unknown, run: Run, own: unknown): void => {
    if (holds(value)) rules?.(value, run, own)
    else {
      const { code, diagnostics } = whyNot(type, value)
      run.error(code, diagnostics)
    }
  }
  if (!list) return (value, run, parent) => one(value, run, parent[shadow])
  return (value, run, parent) => {
    if (!Array.isArray(value)) return run.error('structure', 'this element repeats: a list is expected')
    if (value.length === 0) run.error('structure', EMPTY)
    const owns: unknown = parent[shadow]
    const at = run.depth++
    for (let index = 0; index < value.length; index++) {
      run.path[at] = index
      const own: unknown = Array.isArray(owns) ? owns[index] : undefined
      // null keeps the place of a value that is not there but has extensions.
      if (value[index] !== null) one(value[index], run, own)
      else if (typeof own !== 'object' || own === null)
        run.error('structure', 'null stands only where there are extensions instead of a value')
    }
    run.depth = at
  }
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null

const hasExtension = (own: unknown): boolean => typeof own === 'object' && own !== null && 'extension' in own

const isEmpty = (own: unknown): boolean => typeof own === 'object' && own !== null && Object.keys(own).length === 0

const shadow = ({ name, list, own, rules }: Common): Member => {
  const one = (value: unknown, run: Run, of: unknown): void => {
    own(value, run)
    if (!hasExtension(value) && (!isThere(of) || isEmpty(value))) {
      run.error('invariant', 'ele-1: an element must have a value or children')
    }
    if (isThere(of)) return
    rules?.(undefined, run, value)
  }
  if (!list) return (value, run, parent) => one(value, run, parent[name])
  return (value, run, parent) => {
    if (!Array.isArray(value)) return run.error('structure', 'this element repeats: a list is expected')
    if (value.length === 0) run.error('structure', EMPTY)
    const values: unknown = parent[name]
    const at = run.depth++
    for (let index = 0; index < value.length; index++) {
      run.path[at] = index
      const of: unknown = Array.isArray(values) ? values[index] : undefined
      if (value[index] !== null) one(value[index], run, of)
      else if (!isThere(of)) run.error('structure', 'neither a value nor extensions stand here')
    }
    run.depth = at
  }
}

/** The check of a member, and of its `_name` where it is a primitive. */
export const compileMember = (options: MemberOptions): { readonly value: Member; readonly own?: Member } =>
  'form' in options ? { value: complex(options) } : { value: primitive(options), own: shadow(options) }
