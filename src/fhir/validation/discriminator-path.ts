// The path of a discriminator (R4 profiling.html#discriminator): a simple subset of FHIRPath, walked without making anything.
import { type Fields, isFields } from './run.ts'

const EXTENSION = /^extension\('([^']*)'\)$/

/** One step of a path: a member, the extensions of a url, or no step at all (`resolve()`, `ofType(x)`). */
export interface Step {
  readonly text: string
  readonly name: string | undefined
  readonly url: string | undefined
}

const stepOf = (text: string): Step => {
  const url = EXTENSION.exec(text)?.[1]
  if (url !== undefined) return { text, name: 'extension', url }
  return { text, name: text === 'resolve()' || text.startsWith('ofType(') ? undefined : text, url }
}

/** `coding.code`, `extension('url').value`, `$this.resolve()`; `$this` is no step. */
export const stepsOf = (path: string): readonly Step[] =>
  (path.match(/[^.(]+(?:\([^)]*\))?/g) ?? []).filter((step) => step !== '$this').map(stepOf)

/** A member by name, a choice by whatever its type is. */
export const member = (value: Fields, name: string): unknown => {
  const found = value[name]
  if (found !== undefined) return found
  for (const key in value) {
    if (key.length > name.length && key.startsWith(name) && key.charCodeAt(name.length) < 91) return value[key]
  }
  return undefined
}

/** Does one of the values at the end of the steps pass the test. */
export const some = <Context>(
  value: unknown,
  steps: readonly Step[],
  at: number,
  test: (value: unknown, context: Context) => boolean,
  context: Context,
): boolean => {
  if (Array.isArray(value)) {
    for (const item of value) if (some(item, steps, at, test, context)) return true
    return false
  }
  const step = steps[at]
  if (step === undefined) return value !== undefined && test(value, context)
  if (step.name === undefined) return some(value, steps, at + 1, test, context)
  if (!isFields(value)) return false
  const next = member(value, step.name)
  if (next === undefined || next === null) return false
  if (step.url === undefined) return some(next, steps, at + 1, test, context)
  for (const one of Array.isArray(next) ? next : []) {
    if (isFields(one) && one.url === step.url && some(one, steps, at + 1, test, context)) return true
  }
  return false
}

/** The values at the end of the steps. */
export const valuesAt = (value: unknown, steps: readonly Step[]): readonly unknown[] => {
  const found: unknown[] = []
  some(value, steps, 0, (one, into) => into.push(one) < 0, found)
  return found
}
