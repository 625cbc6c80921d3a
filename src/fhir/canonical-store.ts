// The store through which everything is written, so that the registry of canonicals knows of it. A note of each definitional resource is kept before
// it is written: a crash in between leaves a note too many, never one too few, and `resolve` looks at the resource itself.
import type { Change, ChangeOutcome, Store } from '../store/store.ts'
import { CANONICAL_TYPES, type Canonical, CanonicalRegistry, type Canonicals, canonicalOf } from './canonicals.ts'
import { structureKey } from './stored-structures.ts'

const PREFIX = 'canonical/'
const DONE: ReadonlySet<string> = new Set(['created', 'updated', 'unchanged', 'matched', 'deleted'])
/** The state that was submitted is now the resource's. */
const TAKEN: ReadonlySet<string> = new Set(['created', 'updated', 'deleted'])

const noteOf = (canonical: Canonical | undefined): string => (canonical ? JSON.stringify(canonical) : '')

interface Touched {
  readonly type: string
  readonly id: string
  readonly at: number
  readonly state: Canonical | undefined
}

const touchedBy = (changes: readonly Change[]): readonly Touched[] =>
  changes.flatMap(({ type, id, compose }, at) => {
    if (!CANONICAL_TYPES.has(type)) return []
    return [{ type, id, at, state: compose && canonicalOf(JSON.parse(compose(0, 0))) }]
  })

const isWritten = (changes: readonly Change[], outcomes: readonly ChangeOutcome[]): boolean =>
  outcomes.length === changes.length && outcomes.every(({ outcome }) => DONE.has(outcome))

const note = async (store: Store, notes: ReadonlyMap<string, string>): Promise<void> => {
  if (notes.size > 0) await store.putSettings(notes)
}

const writing =
  (store: Store, registry: CanonicalRegistry): Store['write'] =>
  async (changes) => {
    const touched = touchedBy(changes)
    if (touched.length === 0) return store.write(changes)
    const known = ({ type, id }: Touched): string => noteOf(registry.get(type, id))
    const keyOf = ({ type, id }: Touched): string => `${PREFIX}${type}/${id}`
    const before = touched.filter((one) => one.state && noteOf(one.state) !== known(one))
    const stale = touched.filter(({ type }) => type === 'StructureDefinition').map(({ id }) => [structureKey(id), ''] as const)
    await note(store, new Map([...before.map((one) => [keyOf(one), noteOf(one.state)] as const), ...stale]))
    const outcomes = await store.write(changes)
    if (isWritten(changes, outcomes)) {
      for (const { type, id, at, state } of touched) if (TAKEN.has(outcomes[at]?.outcome ?? '')) registry.put(type, id, state)
    }
    // What was deleted, and what was noted and then refused.
    const after = touched.filter((one) => known(one) === '' || (before.includes(one) && known(one) !== noteOf(one.state)))
    // Emptied once more: a reader may have kept the old form meanwhile.
    await note(store, new Map([...after.map((one) => [keyOf(one), known(one)] as const), ...stale]))
    return outcomes
  }

/** The registry of what is stored, and the store that tells it of what is written. */
export const openCanonicals = async (store: Store): Promise<{ readonly canonicals: Canonicals; readonly store: Store }> => {
  const notes = [...(await store.settings(PREFIX)).values()].filter((one) => one !== '')
  const registry = new CanonicalRegistry(
    store,
    notes.map((one): Canonical => JSON.parse(one)),
  )
  return { canonicals: registry, store: { ...store, write: writing(store, registry) } }
}
