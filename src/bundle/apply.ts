// Entries to the store, idempotently (design, "A bundle"): what was applied as it is now is skipped, so that a second start writes nothing.
import { createHmac } from 'node:crypto'
import { ExactNumber, stringifyJson } from '../http/json.ts'
import type { SettingStore, Store } from '../store/store.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Entry } from './entries.ts'
import type { Step } from './load.ts'
import { renamed } from './rename.ts'

export interface ApplyDependencies {
  /** Keys the digests: what is stored of a secret must not be a hash that can be guessed at. */
  readonly digestKey: Uint8Array
  readonly store: SettingStore & Pick<Store, 'importing'>
  /** One result per entry, in order. `transaction`: all or nothing. */
  readonly submit: (
    entries: readonly Entry[],
    mode: 'transaction' | 'each',
  ) => Promise<ReadonlyArray<{ readonly ok: boolean; readonly message?: string }>>
}

export interface Applied {
  readonly applied: number
  readonly skipped: number
  /** Entries of batches that could not be applied: the others are. */
  readonly warnings: readonly Diagnostic[]
  /** Entries of transactions and lists: nothing of their file is applied. */
  readonly failed: readonly Diagnostic[]
}

/** An entry with the setting that its digest is kept under. */
interface Marked {
  readonly entry: Entry
  readonly key: string
  readonly digest: string
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

const digestOf = ({ mode, method, type, id, ifNoneExist, resource }: Entry, key: Uint8Array): string =>
  createHmac('sha256', key)
    .update(stringifyJson([mode, method, type, id ?? null, ifNoneExist ?? null, sorted(resource)]))
    .digest('base64url')

/** Named by what they are about; by their number where the server gives the id, or where one file says two things of one resource. */
const mark = (entries: readonly Entry[], digestKey: Uint8Array): readonly Marked[] => {
  const counts = new Map<string, number>()
  const taken = new Set<string>()
  return entries.map((entry) => {
    const number = (counts.get(entry.source) ?? 0) + 1
    counts.set(entry.source, number)
    const named = `applied/${entry.source}#${entry.type}/${entry.id}`
    const key = entry.id === undefined || taken.has(named) ? `applied/${entry.source}#${number}` : named
    taken.add(key)
    return { entry, key, digest: digestOf(entry, digestKey) }
  })
}

const diagnose = ({ position, method, type, id }: Entry, severity: Diagnostic['severity'], message: string): Diagnostic => ({
  ...position,
  severity,
  code: 'not-applied',
  message: `${method} ${id === undefined ? type : `${type}/${id}`}: ${message}`,
})

/** A transaction that is applied in part cannot resolve `urn:uuid` references to what is skipped: these become `Type/id`. */
const resolveSkipped = (unit: readonly Marked[], skipped: readonly Entry[]): readonly Entry[] => {
  const names = new Map(
    skipped.flatMap(({ source, fullUrl, type, id }) =>
      source === unit[0]?.entry.source && fullUrl !== undefined && id !== undefined ? [[fullUrl, `${type}/${id}`] as const] : [],
    ),
  )
  if (names.size === 0) return unit.map(({ entry }) => entry)
  return unit.map(({ entry }) => ({ ...entry, resource: renamed(entry.resource, names) as Entry['resource'] }))
}

/** What is submitted together: all transaction and list entries of one file, or a single batch entry. In the order of the files. */
const unitsOf = (marked: readonly Marked[]): ReadonlyArray<readonly Marked[]> => {
  const units: Marked[][] = []
  const whole = new Map<string, Marked[]>()
  for (const one of marked) {
    const together = one.entry.mode === 'batch' ? undefined : whole.get(one.entry.source)
    if (together) {
      together.push(one)
      continue
    }
    const unit = [one]
    units.push(unit)
    if (one.entry.mode !== 'batch') whole.set(one.entry.source, unit)
  }
  return units
}

/**
 * Submits every entry that is not as it was when last applied. Digests are recorded after success only; between the two a
 * crash applies the unit again.
 */
export const applyEntries = async (entries: readonly Entry[], { digestKey, store, submit }: ApplyDependencies): Promise<Applied> => {
  const before = await store.settings('applied/')
  const marked = mark(entries, digestKey)
  const changed = marked.filter(({ key, digest }) => before.get(key) !== digest)
  const skipped = marked.filter(({ key, digest }) => before.get(key) === digest).map(({ entry }) => entry)
  const warnings: Diagnostic[] = []
  const failed: Diagnostic[] = []
  const done: Marked[] = []
  for (const unit of unitsOf(changed)) {
    const batch = unit[0]?.entry.mode === 'batch'
    const submitted = resolveSkipped(unit, skipped)
    const results = await submit(submitted, batch ? 'each' : 'transaction')
    const problems = submitted.flatMap((entry, at) => {
      const result = results[at]
      return result?.ok ? [] : [diagnose(entry, batch ? 'warning' : 'error', result?.message ?? 'it was not applied')]
    })
    if (problems.length === 0) {
      await store.putSettings(new Map(unit.map(({ key, digest }) => [key, digest])))
      done.push(...unit)
    } else if (batch) warnings.push(...problems)
    else failed.push(...problems)
  }
  return { applied: done.length, skipped: skipped.length, warnings, failed }
}

const NOTHING: Applied = { applied: 0, skipped: 0, warnings: [], failed: [] }

/** The reader of lines is loaded where there are any. */
const applyLines = async ({ lines, skips }: Extract<Step, { readonly lines: unknown }>, deps: ApplyDependencies): Promise<Applied> =>
  (await import('./import.ts')).importLines(lines, skips, deps)

/** Applies step by step, and stops after the first in which something failed. */
export const applySteps = async (steps: readonly Step[], deps: ApplyDependencies): Promise<Applied> => {
  let all = NOTHING
  for (const step of steps) {
    const done = 'lines' in step ? await applyLines(step, deps) : await applyEntries(step.entries, deps)
    all = {
      applied: all.applied + done.applied,
      skipped: all.skipped + done.skipped,
      warnings: [...all.warnings, ...done.warnings],
      failed: done.failed,
    }
    if (done.failed.length > 0) return all
  }
  return all
}
