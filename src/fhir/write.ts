// Writes on their way to the store: one, or all of a transaction, in one unit; configuration compiles first and is swapped in after.
import type { Criterion } from '../store/criterion.ts'
import { authorizeChanges } from '../store/plan.ts'
import type { Change, ChangeOutcome } from '../store/store.ts'
import type { Rows } from './access.ts'
import type { FhirDependencies } from './call.ts'
import { indexOf } from './indexed.ts'
import { refuseLinked } from './linked.ts'
import { FhirError } from './outcome.ts'
import type { FhirResponse } from './request.ts'
import { composeText, type Resource } from './resource.ts'

/** A change that was authorized, and how its outcome is answered. */
export interface Write {
  readonly type: string
  readonly id: string
  /** The state to be stored; undefined: a deletion. References of a transaction are resolved in it. */
  readonly resource: Resource | undefined
  readonly terms: Pick<Change, 'create' | 'replace' | 'ifMatch' | 'ifNoneExist' | 'skipIdentical'>
  /** What the principal may touch: the stored state, and the submitted one. */
  readonly stored: Criterion
  readonly submitted: Criterion
  /** What the principal reaches of every type. */
  readonly rows: Rows
  /** What the state refers to and must find. */
  readonly refers?: Change['refers']
  /** The answer; throws FhirError for an outcome that is a refusal. */
  readonly answer: (outcome: ChangeOutcome) => FhirResponse
}

const changeOf = ({ type, id, terms, stored, submitted, refers }: Write, state: Resource | undefined, index: Change['index']): Change => ({
  type,
  id,
  action: state ? 'put' : 'delete',
  ...terms,
  stored,
  submitted,
  ...(state && { compose: (version: number, updated: number) => composeText(state, id, version, updated) }),
  ...(index && { index }),
  ...(refers && { refers }),
})

type States = ReadonlyArray<Resource | undefined>

const store = async (deps: FhirDependencies, writes: readonly Write[], states: States): Promise<readonly ChangeOutcome[]> => {
  const written = new Map(writes.flatMap(({ type, id }, at) => (states[at] ? [[`${type}/${id}`, states[at]] as const] : [])))
  const changes: Change[] = []
  for (const [at, write] of writes.entries()) {
    const state = states[at]
    changes.push(changeOf(write, state, state && (await indexOf(deps, write.type, state, written))))
  }
  return deps.store.write(authorizeChanges(changes, ({ stored, submitted }) => ({ stored, submitted })))
}

const KEPT: ReadonlySet<string> = new Set(['created', 'updated', 'unchanged', 'matched', 'deleted'])

/** Stores all or nothing; answers the outcomes up to and including the first refusal. Throws FhirError where configuration is refused. */
export const commit = async (deps: FhirDependencies, writes: readonly Write[]): Promise<readonly ChangeOutcome[]> => {
  await refuseLinked(deps, writes)
  const owned = writes.filter(({ type }) => deps.configuration.compiles(type))
  const states = writes.map(({ resource }) => resource)
  if (owned.length === 0) return store(deps, writes, states)
  const prepared = await deps.configuration.prepare(owned.map(({ type, id, resource }) => ({ type, id, resource })))
  if (!prepared.ok) {
    const issues = prepared.issues.map(({ message, expression }) => ({
      severity: 'error' as const,
      code: 'processing',
      diagnostics: message,
      ...(expression !== undefined && { expression }),
    }))
    throw new FhirError('processing', 'the configuration was refused', { status: prepared.status, issues })
  }
  const ready = new Map(owned.map((write, at) => [write, prepared.resources[at]]))
  let kept = false
  try {
    const outcomes = await store(
      deps,
      writes,
      writes.map((write) => (ready.has(write) ? ready.get(write) : write.resource)),
    )
    kept = outcomes.length === writes.length && outcomes.every(({ outcome }) => KEPT.has(outcome))
    return outcomes
  } finally {
    if (kept) await prepared.commit()
    else prepared.abandon()
  }
}

/** What a refused change says; a foreign resource answers as an absent one. */
export const refusalOf = (outcome: ChangeOutcome): FhirError => {
  switch (outcome.outcome) {
    case 'conflict':
      return new FhirError('duplicate', 'a resource of this id exists')
    case 'version-mismatch':
      return new FhirError('conflict', 'the resource has another version', { status: 412 })
    case 'ambiguous':
      return new FhirError('multiple-matches', 'more than one resource matches')
    case 'refused':
      return new FhirError('forbidden', 'Forbidden')
    default:
      return new FhirError('not-found', 'the resource is not here')
  }
}

/** Prepares, stores and answers one write. */
export const writeOne = async (deps: FhirDependencies, write: Write): Promise<FhirResponse> => {
  const [outcome] = await commit(deps, [write])
  if (!outcome) throw new Error('the store answered no outcome')
  return write.answer(outcome)
}
