// Checked entries to the store (design, "A bundle": applied in the order given, configuration compiled and swapped in with its unit).
import type { Configuration, ConfigurationChange } from '../fhir/configuration.ts'
import type { Written } from '../fhir/indexed.ts'
import { composeText, type Resource } from '../fhir/resource.ts'
import { ALL, type Criterion } from '../store/criterion.ts'
import type { Indexed } from '../store/entries.ts'
import { authorizeChanges, authorizeRead } from '../store/plan.ts'
import type { Change, Store } from '../store/store.ts'
import type { Entry } from './entries.ts'
import { renamed } from './rename.ts'

export interface SubmitDependencies {
  readonly store: Store
  readonly configuration: Configuration
  /** Index entries of a resource, given the others of its unit by `Type/id`. */
  readonly index: (type: string, resource: Resource, written: Written) => Promise<() => Indexed>
  /** Those of a resource that are made of nothing but itself; undefined for a type that is not so. */
  readonly extract: (type: string) => ((resource: Resource) => Indexed) | undefined
  /** The criterion of `ifNoneExist`. Throws what is fit to be shown where it is not a search. */
  readonly criterionOf: (type: string, query: string) => Criterion
  /** A fresh id for a POST without one. */
  readonly freshId: () => string
}

export interface Submitted {
  readonly ok: boolean
  readonly message?: string
}

type Fields = Readonly<Record<string, unknown>>
type Target = { readonly entry: Entry; readonly type: string; readonly id: string }
type Step = Target & { readonly state: Fields | undefined }

/** The bundle is the operator's: it is bounded by no scope and no policy. */
const UNBOUNDED = { stored: ALL, submitted: ALL }

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype

/** RFC 7386 §2. */
const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isFields(patch)) return patch
  const merged = new Map(Object.entries(isFields(target) ? target : {}))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}

const targetsOf = (entries: readonly Entry[], freshId: () => string): readonly Target[] =>
  entries.map((entry) => ({ entry, type: entry.type, id: entry.id ?? freshId() }))

/** `urn:uuid` references to entries of the same unit become `Type/id` (R4 http.html#trules). */
const fullUrlsOf = (targets: readonly Target[]): ReadonlyMap<string, string> =>
  new Map(targets.flatMap(({ entry, type, id }) => (entry.fullUrl === undefined ? [] : [[entry.fullUrl, `${type}/${id}`] as const])))

const storedState = async ({ store }: SubmitDependencies, { type, id }: Target): Promise<Fields | undefined> => {
  const found = await store.read(authorizeRead({ type, id, where: ALL }, ALL))
  return found?.text === undefined ? undefined : JSON.parse(found.text)
}

type States = Map<string, Fields | undefined>

/** What a PATCH applies to: the state that an earlier entry of the unit left, or else the stored one. */
const patched = async (target: Target, patch: unknown, left: States, deps: SubmitDependencies): Promise<unknown> => {
  const key = `${target.type}/${target.id}`
  const before = left.has(key) ? left.get(key) : await storedState(deps, target)
  if (!before) throw new Unsubmitted(target.entry, 'there is nothing to patch')
  return mergePatch(before, patch)
}

/** The state after each entry; a PATCH builds on what the entries before it left. */
const stepsOf = async (targets: readonly Target[], deps: SubmitDependencies): Promise<readonly Step[]> => {
  const names = fullUrlsOf(targets)
  const left: States = new Map()
  const steps: Step[] = []
  for (const target of targets) {
    const { entry, type, id } = target
    const given = names.size === 0 ? entry.resource : renamed(entry.resource, names)
    const state = entry.method === 'PATCH' ? await patched(target, given, left, deps) : given
    const next = entry.method !== 'DELETE' && isFields(state) ? { ...state, resourceType: type, id } : undefined
    left.set(`${type}/${id}`, next)
    steps.push({ ...target, state: next })
  }
  return steps
}

class Unsubmitted extends Error {
  readonly entry: Entry
  constructor(entry: Entry, message: string) {
    super(message)
    this.entry = entry
  }
}

const conditionOf = ({ entry, type }: Step, { criterionOf }: SubmitDependencies): Criterion | undefined => {
  const { ifNoneExist } = entry
  if (ifNoneExist === undefined) return undefined
  const id = /^_?id=([A-Za-z0-9\-._]+)$/.exec(ifNoneExist)?.[1]
  if (id !== undefined) return { kind: 'id', ids: [id] }
  try {
    return criterionOf(type, ifNoneExist)
  } catch (error) {
    throw new Unsubmitted(entry, error instanceof Error ? error.message : 'ifNoneExist is not a search')
  }
}

const changeOf = async (step: Step, state: Fields | undefined, written: Written, deps: SubmitDependencies): Promise<Change> => {
  const { entry, type, id } = step
  if (!state) return { type, id, action: 'delete', ...UNBOUNDED, create: false, replace: true }
  const condition = conditionOf(step, deps)
  return {
    type,
    id,
    action: 'put',
    compose: (version, updated) => composeText(state, id, version, updated),
    index: await deps.index(type, state, written),
    ...UNBOUNDED,
    create: true,
    replace: entry.method !== 'POST',
    skipIdentical: true,
    ...(condition && { ifNoneExist: condition }),
  }
}

const DONE: ReadonlySet<string> = new Set(['created', 'updated', 'unchanged', 'matched', 'deleted', 'gone', 'absent'])
const REASONS: ReadonlyMap<string, string> = new Map([
  ['conflict', 'a resource of this id exists; PUT replaces it, ifNoneExist leaves it'],
  ['ambiguous', 'ifNoneExist matches more than one resource'],
])

/** Writes the unit; what the store refuses names the entry at fault. */
const write = async (steps: readonly Step[], states: ReadonlyArray<Fields | undefined>, deps: SubmitDependencies): Promise<void> => {
  const written = new Map(steps.flatMap(({ type, id }, at) => (states[at] ? [[`${type}/${id}`, states[at]] as const] : [])))
  const changes: Change[] = []
  for (const [at, step] of steps.entries()) changes.push(await changeOf(step, states[at], written, deps))
  // What is deleted and not there is no failure of a bundle, but it would undo the unit in the store.
  const present: { readonly change: Change; readonly step: Step | undefined }[] = []
  for (const [at, change] of changes.entries()) {
    const found = change.action === 'delete' ? await deps.store.read(authorizeRead({ ...change, where: ALL }, ALL)) : undefined
    if (change.action === 'put' || found?.text !== undefined) present.push({ change, step: steps[at] })
  }
  const units = authorizeChanges(
    present.map(({ change }) => change),
    () => UNBOUNDED,
  )
  const outcomes = await deps.store.write(units)
  const failed = outcomes.findIndex(({ outcome }) => !DONE.has(outcome))
  const { step } = present[failed] ?? {}
  if (step) throw new Unsubmitted(step.entry, REASONS.get(outcomes[failed]?.outcome ?? '') ?? 'it was refused')
}

const configurationOf = (steps: readonly Step[], { configuration }: SubmitDependencies): readonly ConfigurationChange[] =>
  steps.filter(({ type }) => configuration.compiles(type)).map(({ type, id, state }) => ({ type, id, resource: state }))

/** Lines: each is read when its turn comes within the unit, and forgotten then, so that a large unit is nowhere whole. */
const writeLines = async (entries: readonly Entry[], deps: SubmitDependencies): Promise<void> => {
  const named = new Map(entries.map((entry) => [`${entry.type}/${entry.id}`, entry]))
  const written: Written = { get: (name) => named.get(name)?.resource }
  const changes: Change[] = []
  for (const entry of entries) {
    const { type, id = '' } = entry
    const extract = deps.extract(type)
    let read: Resource | undefined
    const resource = (): Resource => {
      read ??= entry.resource
      return read
    }
    const index = extract ? () => extract(resource()) : await deps.index(type, entry.resource, written)
    changes.push({
      ...{ type, id, action: 'put', ...UNBOUNDED, create: true, replace: true, skipIdentical: true },
      compose: (version, updated) => composeText(resource(), id, version, updated),
      index: () => {
        const indexed = index()
        read = undefined
        return indexed
      },
    })
  }
  const outcomes = await deps.store.write(authorizeChanges(changes, () => UNBOUNDED))
  const refused = entries[outcomes.findIndex(({ outcome }) => !DONE.has(outcome))]
  if (refused) throw new Unsubmitted(refused, 'it was refused')
}

const submitUnit = async (entries: readonly Entry[], deps: SubmitDependencies): Promise<void> => {
  if (entries.every(({ unread, type }) => unread && !deps.configuration.compiles(type))) return writeLines(entries, deps)
  const steps = await stepsOf(targetsOf(entries, deps.freshId), deps)
  const changes = configurationOf(steps, deps)
  if (changes.length === 0)
    return write(
      steps,
      steps.map(({ state }) => state),
      deps,
    )
  const prepared = await deps.configuration.prepare(changes)
  if (!prepared.ok) {
    const first = steps.find(({ type }) => deps.configuration.compiles(type))
    if (!first) throw new Error('a refusal of configuration without configuration')
    throw new Unsubmitted(first.entry, prepared.issues.map(({ message }) => message).join('; '))
  }
  const ready = [...prepared.resources]
  const states = steps.map(({ type, state }) => (deps.configuration.compiles(type) ? ready.shift() : state))
  try {
    await write(steps, states, deps)
  } catch (error) {
    prepared.abandon()
    throw error
  }
  await prepared.commit()
}

/** Submits a unit of entries as one: all are written or none. One result per entry, in order. */
export const createSubmit =
  (deps: SubmitDependencies) =>
  async (entries: readonly Entry[]): Promise<readonly Submitted[]> => {
    try {
      await submitUnit(entries, deps)
      return entries.map(() => ({ ok: true }))
    } catch (error) {
      if (!(error instanceof Unsubmitted)) throw error
      return entries.map((entry) => (entry === error.entry ? { ok: false, message: error.message } : { ok: true }))
    }
  }
