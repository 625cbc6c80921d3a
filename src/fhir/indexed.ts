// The index entries of a resource. A Provenance is in the compartments of its targets (design, Who may), which are looked up first.
import { ALL } from '../store/criterion.ts'
import type { Indexed } from '../store/entries.ts'
import { authorizeRead } from '../store/plan.ts'
import type { FhirDependencies } from './call.ts'
import { parseStored, type Resource } from './resource.ts'

export type IndexDependencies = Pick<FhirDependencies, 'definitions' | 'store' | 'configuration' | 'extract'>

/** Resources that are written in the same unit, by `Type/id`: they are as good as stored. */
export type Written = Pick<ReadonlyMap<string, Resource>, 'get'>

const TARGET = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/

const targetsOf = ({ target }: Resource): readonly string[] =>
  (Array.isArray(target) ? target : []).flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'reference' in one && typeof one.reference === 'string' ? [one.reference] : [],
  )

/** Nobody sees what is read here: only the compartments that it is in are kept. */
const compartmentsOf = async (deps: IndexDependencies, reference: string, written: Written): Promise<readonly string[] | undefined> => {
  const [, type = '', id = ''] = TARGET.exec(reference) ?? []
  const pending = written.get(reference)
  if (pending) return deps.extract(pending).compartments
  if (!deps.definitions.types.has(type)) return undefined
  const stored = await deps.store.read(authorizeRead({ type, id, where: ALL }, ALL))
  return stored?.text === undefined ? undefined : deps.extract(parseStored(stored.text)).compartments
}

/** How a type is indexed that is FHIR's and whose resources are indexed by themselves; undefined for another. */
export const extractOf = ({ configuration, extract }: Pick<IndexDependencies, 'configuration' | 'extract'>, type: string) =>
  configuration.owns(type) || type === 'Provenance' ? undefined : (resource: Resource): Indexed => extract(resource)

/** What the store indexes of this state, as a function: the search parameters are those of when it is called. */
export const indexOf = async (
  deps: IndexDependencies,
  type: string,
  resource: Resource,
  written: Written = new Map(),
): Promise<() => Indexed> => {
  if (deps.configuration.owns(type)) return () => deps.configuration.index(resource)
  if (type !== 'Provenance') return () => deps.extract(resource)
  const known = new Map<string, readonly string[] | undefined>()
  for (const reference of targetsOf(resource)) known.set(reference, await compartmentsOf(deps, reference, written))
  return () => deps.extract(resource, (target, id) => known.get(`${target}/${id}`))
}
