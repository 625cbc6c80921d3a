// May the principal see this version: judged by what it says itself, since the current one may have moved to another patient (S-13).
import type { Criterion } from '../../store/criterion.ts'
import { matches } from '../../store/matches.ts'
import { isAll } from '../../store/plan.ts'
import type { StoredResource } from '../../store/store.ts'
import type { FhirDependencies } from '../call.ts'
import { indexOf } from '../indexed.ts'
import { parseStored } from '../resource.ts'

/** A deletion says nothing by which it could be judged: it is for those whose view has no bounds. */
export const isVisible = async (deps: FhirDependencies, version: StoredResource, rows: Criterion): Promise<boolean> => {
  if (isAll(rows)) return true
  if (version.text === undefined) return false
  const index = await indexOf(deps, version.type, parseStored(version.text))
  return matches(rows, { id: version.id, updated: version.updated, indexed: index() })
}
