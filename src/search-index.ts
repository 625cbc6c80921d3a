// The index and the search parameters it is made of (design, Storage): what it lacks is made up for, at start before anything is answered, and
// later beside the traffic, during which a parameter that is not complete answers nothing.
import { createHash } from 'node:crypto'
import type { Definitions, SearchParameter } from './fhir/definitions/definitions.ts'
import { withSearchParameters } from './fhir/definitions/extend.ts'
import type { Written } from './fhir/indexed.ts'
import { parseStored, type Resource } from './fhir/resource.ts'
import { createExtractor, EXTRACTION } from './fhir/search/extract.ts'
import type { Log } from './http/runtime.ts'
import type { Indexed } from './store/entries.ts'
import type { Store } from './store/store.ts'

export interface SearchIndexOptions {
  readonly store: Store
  /** R4's own. */
  readonly definitions: Definitions
  /** Our own absolute FHIR base: references under it are local. */
  readonly base: string
  readonly log: Log
  /** What is indexed of a resource by now, as `indexOf` (fhir/indexed.ts). */
  readonly indexOf: (type: string, resource: Resource, written?: Written) => Promise<() => Indexed>
  /** The definitions are others: what was made of the earlier ones is out of date. */
  readonly changed: () => void
}

export interface SearchIndex {
  /** R4's parameters and the tables', those that are not complete marked as pending. */
  definitions(): Definitions
  /** By the parameters of now. */
  extract(...state: Parameters<ReturnType<typeof createExtractor>>): Indexed
  /** From now on these are indexed; what is stored is so once `complete` has resolved. */
  put(parameters: readonly SearchParameter[]): Promise<void>
  /** Makes the whole index anew where it was made in another way: to be called before anything is asked of the store. */
  remake(): Promise<void>
  /** Indexes what is missing; a failure is logged, and its parameters stay unanswered. */
  complete(): Promise<void>
}

const SETTINGS = 'search-index/'
const R4 = `${SETTINGS}r4`
const COMPLETE = 'complete'
/** Resources that are indexed anew in one unit: others' writes wait for no more. */
const BATCH = 100

const keyOf = ({ digest }: SearchParameter): string => `${SETTINGS}${digest}`

/** Of everything that decides what is indexed, save the parameters of SearchParameter resources. */
const digestOf = ({ definitions, base }: SearchIndexOptions): string =>
  createHash('sha256')
    .update(JSON.stringify([EXTRACTION, definitions.digest, base]))
    .digest('hex')

const reindexType = async ({ store, indexOf }: SearchIndexOptions, type: string): Promise<void> => {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await store.page(type, after, BATCH)
    const rows: Array<Parameters<Store['reindex']>[0][number]> = []
    for (const { id, version, text = '' } of page) rows.push({ type, id, version, index: await indexOf(type, parseStored(text)) })
    if (rows.length > 0) await store.reindex(rows)
    after = page.length < BATCH ? undefined : page.at(-1)?.id
  }
}

/** Opens the index of a store with the parameters that its SearchParameters compile to. */
export const openSearchIndex = async (options: SearchIndexOptions, initial: readonly SearchParameter[]): Promise<SearchIndex> => {
  const { store, definitions: r4, base, log } = options
  const settings = await store.settings(SETTINGS)
  const complete = new Set([...settings].filter(([, value]) => value === COMPLETE).map(([key]) => key))
  let parameters = initial
  let extract = createExtractor(r4, { base })
  let definitions = r4
  let work: Promise<void> = Promise.resolve()
  /** Taken away since the work began: what was written since does not hold them, even if they have come back. */
  const dropped = new Set<string>()

  const mark = async (keys: readonly string[], value: string): Promise<void> => {
    for (const key of keys) {
      if (value === COMPLETE) complete.add(key)
      else complete.delete(key)
    }
    if (keys.length > 0) await store.putSettings(new Map(keys.map((key) => [key, value])))
  }
  const isMissing = (parameter: SearchParameter): boolean => !complete.has(keyOf(parameter))
  const refresh = (): void => {
    definitions = withSearchParameters(
      r4,
      parameters.map((parameter) => (isMissing(parameter) ? { ...parameter, pending: true } : parameter)),
    )
    options.changed()
  }
  const take = (next: readonly SearchParameter[]): void => {
    parameters = next
    extract = createExtractor(withSearchParameters(r4, next), { base })
    refresh()
  }

  const make = async (): Promise<void> => {
    const missing = parameters.filter(isMissing)
    if (missing.length === 0) return
    dropped.clear()
    for (const type of new Set(missing.flatMap((parameter) => parameter.base))) await reindexType(options, type)
    await mark(
      missing.map(keyOf).filter((key) => !dropped.has(key)),
      COMPLETE,
    )
    refresh()
  }

  const remake = async (): Promise<void> => {
    const digest = digestOf(options)
    if (settings.get(R4) === digest) return
    const counts = await store.counts()
    if (counts.size > 0) log.info({ resources: [...counts.values()].reduce((sum, count) => sum + count, 0) }, 'the index is made anew')
    for (const type of counts.keys()) await reindexType(options, type)
    await mark(parameters.map(keyOf), COMPLETE)
    await store.putSettings(new Map([[R4, digest]]))
    refresh()
  }

  take(initial)
  const known = new Set(initial.map(keyOf))
  await mark(
    [...complete].filter((key) => !known.has(key)),
    '',
  )
  return {
    definitions: () => definitions,
    extract: (...state) => extract(...state),
    async put(next) {
      if (next.map(keyOf).join() === parameters.map(keyOf).join()) return
      const kept = new Set(next.map(keyOf))
      const gone = parameters.map(keyOf).filter((key) => !kept.has(key))
      for (const key of gone) dropped.add(key)
      const unmarked = mark(gone, '')
      take(next)
      await unmarked
    },
    remake,
    complete() {
      work = work.then(make).catch((error: unknown) => log.error({ error: String(error) }, 'the index could not be completed'))
      return work
    },
  }
}
