// What the principal may see of a resource's versions: each judged by what it says itself, since the current one may have moved to another
// patient (S-13); a deletion, which says nothing, by what it took away, so that it is gone for those who could read it (S-14).
import { ALL, type Criterion } from '../../store/criterion.ts'
import { matches } from '../../store/matches.ts'
import { authorizeRead, isAll } from '../../store/plan.ts'
import type { StoredResource } from '../../store/store.ts'
import type { FhirDependencies } from '../call.ts'
import { indexOf } from '../indexed.ts'
import { parseStored } from '../resource.ts'

const isTextVisible = async (deps: FhirDependencies, version: StoredResource, rows: Criterion): Promise<boolean> => {
  if (version.text === undefined) return false
  const index = await indexOf(deps, version.type, parseStored(version.text))
  return matches(rows, { id: version.id, updated: version.updated, indexed: index() })
}

/** The state that a deletion ended. */
const deleted = ({ store }: FhirDependencies, { type, id, version }: StoredResource): Promise<StoredResource | undefined> =>
  store.version(authorizeRead({ type, id, where: ALL, version: version - 1 }, ALL))

/** May the principal see this version. */
export const isVisible = async (deps: FhirDependencies, version: StoredResource, rows: Criterion): Promise<boolean> => {
  if (isAll(rows)) return true
  const judged = version.text === undefined ? await deleted(deps, version) : version
  return judged !== undefined && isTextVisible(deps, judged, rows)
}

/** The resource as the principal knows it: what is there by the index, what was deleted by what it was. */
export const known = async (deps: FhirDependencies, type: string, id: string, rows: Criterion): Promise<StoredResource | undefined> => {
  const found = await deps.store.read(authorizeRead({ type, id, where: ALL }, rows))
  if (found) return found
  const current = await deps.store.read(authorizeRead({ type, id, where: ALL }, ALL))
  return current && current.text === undefined && (await isVisible(deps, current, rows)) ? current : undefined
}
