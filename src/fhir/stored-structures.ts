// Stored StructureDefinitions as validation reads them: pruned once, and kept so, since what a package brings is 85 kB each.
import { ALL } from '../store/criterion.ts'
import { authorizeRead } from '../store/plan.ts'
import type { Store } from '../store/store.ts'
import type { Canonical } from './canonicals.ts'
import { parseStored, type Resource } from './resource.ts'
import type { Definition } from './validation/definition.ts'
import { NotPrunable, prune } from './validation/prune.ts'
import { baseStructures } from './validation/r4.ts'
import type { Structures } from './validation/structures.ts'

/** With the version of the pruned form: another program's is made anew. */
const PREFIX = 'structure/1/'

/** Its pruned form; undefined where there is nothing to validate by. */
export const prunedOf = (resource: Resource): Definition | undefined => {
  const { meta } = resource as { readonly meta?: { readonly source?: unknown } }
  try {
    return prune(resource, typeof meta?.source === 'string' ? meta.source : undefined)
  } catch (error) {
    if (error instanceof NotPrunable) return undefined
    throw error
  }
}

/** The setting that keeps a StructureDefinition's pruned form; emptied when it is written, and made anew when it is next asked for. */
export const structureKey = (id: string): string => PREFIX + id

const readAnew = async (store: Store, id: string): Promise<string> => {
  const found = await store.read(authorizeRead({ type: 'StructureDefinition', id, where: ALL }, ALL))
  return JSON.stringify((found?.text === undefined ? undefined : prunedOf(parseStored(found.text))) ?? null)
}

/** R4's structures with the stored ones; what was made anew is kept if it is still `current`. */
export const readStructures = async (store: Store, stored: readonly Canonical[], current: () => boolean): Promise<Structures> => {
  const kept = await store.settings(PREFIX)
  const made = new Map<string, string>()
  const texts: string[] = []
  for (const { id } of stored) {
    const known = kept.get(structureKey(id))
    const text = known || (await readAnew(store, id))
    if (!known) made.set(structureKey(id), text)
    texts.push(text)
  }
  if (made.size > 0 && current()) await store.putSettings(made)
  return baseStructures().with(texts.flatMap((text): readonly Definition[] => JSON.parse(text) ?? []))
}
