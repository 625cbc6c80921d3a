// One validation under way: where it stands, and what it has found. The place is a stack, made into text only where something is wrong.
import type { Environment } from '../path/scope.ts'

export interface Issue {
  readonly severity: 'error' | 'warning' | 'information'
  /** R4 valueset-issue-type.html */
  readonly code: string
  readonly diagnostics: string
  /** FHIRPath of the element: `Observation.component[1].value.code`. */
  readonly expression: string
  /** The same as JSON has it: `['component', 1, 'valueQuantity', 'code']`. */
  readonly path: ReadonlyArray<string | number>
}

export interface Run {
  readonly issues: Issue[]
  /** How many of them are errors. */
  errors: number
  /** What the outermost resource is called in expressions. */
  readonly root: string
  /** Names of elements and positions in lists. */
  readonly names: (string | number)[]
  /** The same with the keys of JSON. */
  readonly keys: (string | number)[]
  /** Of the resource under way. */
  environment: Environment
  /** Are warnings and notes wanted, or errors alone. */
  readonly thorough: boolean
  /** Notes that are made once. */
  readonly noted: Set<string>
}

/** A check of a value at the place where the run stands; `own` is the `_` companion of a primitive. */
export type Check = (value: unknown, run: Run, own?: unknown) => void

export const startRun = (resource: unknown, root: string, thorough: boolean): Run => ({
  issues: [],
  errors: 0,
  root,
  names: [],
  keys: [],
  environment: { resource, rootResource: resource },
  thorough,
  noted: new Set(),
})

/** The place as FHIRPath. */
export const expressionOf = ({ root, names }: Pick<Run, 'root' | 'names'>): string =>
  names.reduce<string>((text, name) => (typeof name === 'number' ? `${text}[${name}]` : `${text}.${name}`), root)

const report = (run: Run, severity: Issue['severity'], code: string, diagnostics: string): void => {
  if (severity === 'error') run.errors++
  run.issues.push({ severity, code, diagnostics, expression: expressionOf(run), path: [...run.keys] })
}

export const fail = (run: Run, code: string, diagnostics: string): void => report(run, 'error', code, diagnostics)

export const warn = (run: Run, code: string, diagnostics: string): void => {
  if (run.thorough) report(run, 'warning', code, diagnostics)
}

/** What could not be checked, said once for the whole resource. */
export const note = (run: Run, code: string, diagnostics: string): void => {
  if (!run.thorough || run.noted.has(diagnostics)) return
  run.noted.add(diagnostics)
  report(run, 'information', code, diagnostics)
}

/** Goes to a member, does something there, and comes back. */
export const within = (run: Run, name: string, key: string, visit: () => void): void => {
  run.names.push(name)
  run.keys.push(key)
  visit()
  run.names.pop()
  run.keys.pop()
}

export type Fields = { readonly [name: string]: unknown }

/** An object of JSON; exact numbers (http/json.ts) are none. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype
