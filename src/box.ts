// A box: one tenant, with its store, its keys and its tables. `createBox` reads bundles, applies them, and answers requests.
import { toAidbox, toFhir } from './aidbox/format.ts'
import { basesOf } from './bases.ts'
import { openBoxKeys } from './box-keys.ts'
import { applySteps } from './bundle/apply.ts'
import { type Diagnostic, formatDiagnostic } from './bundle/diagnostic.ts'
import { configurationParameters } from './bundle/index-configuration.ts'
import { type Loaded, type LoadOptions, loadBundles } from './bundle/load.ts'
import { createSubmit } from './bundle/submit.ts'
import { bundleValidation, loadModes, restValidation, type ValidationModes } from './bundle-validation.ts'
import { capabilityFacts } from './capability-facts.ts'
import type { ExplainAs } from './explain-as.ts'
import { createFhirApi } from './fhir/api.ts'
import { openCanonicals } from './fhir/canonical-store.ts'
import { type Definitions, loadDefinitions } from './fhir/definitions/definitions.ts'
import { withSearchParameters } from './fhir/definitions/extend.ts'
import { extractOf, indexOf } from './fhir/indexed.ts'
import { newId } from './fhir/resource.ts'
import { criterionOf } from './fhir/search/parse.ts'
import { type AskedRequest, createGeneration, type ExplainedAs, type Generation, type Ground } from './generation.ts'
import type { Wire } from './http/canonical.ts'
import { createEgress } from './http/egress.ts'
import type { Clock, Fetch, Log, Random } from './http/runtime.ts'
import { keepLastLoad, lastLoadOf, recall } from './last-load.ts'
import { compilerOf, servedConfiguration, startConfiguration, storedConfiguration, tablesOf } from './live-configuration.ts'
import type { Keys } from './oauth/keys.ts'
import { createUsers } from './oauth/users.ts'
import { createPackages, installedIn } from './packages.ts'
import { createDecisionLog } from './policy/decision-log.ts'
import { systemRandom } from './random.ts'
import { registrationsOf } from './registrations.ts'
import { requestIds } from './request-ids.ts'
import { openSearchIndex, type SearchIndexOptions } from './search-index.ts'
import { seedEntries } from './seeds.ts'
import { openStore } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'
import { VERSION } from './version.ts'

export interface BoxOptions extends ValidationModes {
  /** Files, directories, `file://` and `https://` URLs, in their order. */
  readonly bundles: readonly string[]
  /** Absolute, without a trailing slash: issuer and links come from it, never from a request. */
  readonly baseUrl: string
  /** A file, or `:memory:` (default). The keys live beside the file. */
  readonly data?: string
  readonly clock?: Clock
  readonly random?: Random
  /** Outbound requests; the default refuses private addresses but for `allowEgress`. */
  readonly fetch?: Fetch
  readonly allowEgress?: readonly string[]
  readonly keys?: Keys
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
  readonly privatePem?: string | undefined
  readonly publicPem?: string | undefined
  readonly secret?: string | undefined
  readonly rootClientSecret?: string | undefined
  readonly adminPassword?: string | undefined
  /** Explains decisions to whoever asks on loopback (`BOX_SECURITY_DEV_MODE`). */
  readonly devMode?: boolean
  readonly corsEnabled?: boolean
  readonly corsOrigins?: readonly string[]
  /** Bytes of a request's body. */
  readonly maxBody?: number
}

export interface Box {
  readonly baseUrl: string
  /** Warnings of the bundles. */
  readonly diagnostics: readonly Diagnostic[]
  /** Entries of the bundles, as they were applied or skipped at this start. */
  readonly applied: { readonly applied: number; readonly skipped: number }
  /** What Users say in `data.hint` of how to sign in, for demonstrations. */
  signInHints(): Promise<readonly string[]>
  /** Resources per type. */
  counts(): Promise<ReadonlyMap<string, number>>
  /** Answers a request; `path` is below the base URL. */
  request(path: string | Request, init?: RequestInit): Promise<Response>
  /** Answers a request from the wire, where the request target is known as it was sent. */
  fetch(request: Request, wire?: Wire): Promise<Response>
  /** Every decision that a request would come to, made by whom `as` names, and why; the request itself is not made. */
  explain(as: ExplainAs, request: AskedRequest): Promise<ExplainedAs>
  close(): Promise<void>
}

/** The bundles cannot be served. `message` has every diagnostic, one per line. */
export class BundleError extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.diagnostics = diagnostics
  }
}

/** Purging what has expired, and following the key file. */
const CHORES_EVERY_MS = 60_000
const MAX_BODY = 20_971_520
const SYSTEM_CLOCK: Clock = { now: () => Date.now() }
const SYSTEM_RANDOM = systemRandom()
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'

const bundleEnv = ({ env = process.env, baseUrl }: BoxOptions): Readonly<Record<string, string | undefined>> => ({
  ...env,
  EMBERBOX_BASE_URL: baseUrl,
})

const load = (
  options: BoxOptions,
  definitions: Definitions,
  fetch: Fetch,
  { stored, ...more }: Pick<LoadOptions, 'existing' | 'known'> & { readonly stored?: Parameters<typeof bundleValidation>[2] },
) =>
  loadBundles({
    validation: bundleValidation(options, options.baseUrl, stored),
    paths: options.bundles,
    env: bundleEnv(options),
    fetch,
    knownTypes: definitions.types,
    compile: compilerOf(definitions),
    ...more,
  })

const hintsOf = async (store: Store): Promise<readonly string[]> =>
  (await store.all('User')).flatMap(({ id, text = '{}' }) => {
    const { userName, data }: { userName?: unknown; data?: { hint?: unknown } } = JSON.parse(text)
    return typeof data?.hint === 'string' ? [`${userName ?? id}: ${data.hint}`] : []
  })

/** Reads and checks bundles without serving them: the entries, and every problem, warnings included. */
export const readBundles = async (options: BoxOptions): Promise<Loaded> => {
  const fetch = options.fetch ?? createEgress(options.allowEgress ?? [])
  const seeds = new Set(seedEntries(options).map(({ type, id }) => `${type}/${id}`))
  return load(options, loadDefinitions(), fetch, { existing: (type, id) => seeds.has(`${type}/${id}`) })
}

/** Opens a box. Throws BundleError, with everything that is wrong; nothing of a transaction is applied then. */
export const createBox = async (options: BoxOptions): Promise<Box> => {
  const { baseUrl, data = ':memory:', clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM, log = SILENT } = options
  const fetch = options.fetch ?? createEgress(options.allowEgress ?? [])
  const definitions = withSearchParameters(loadDefinitions(), configurationParameters)
  const { store, canonicals } = await openCanonicals(await openStore({ file: data, clock }))
  try {
    // At the first start these are made, on another core, while the bundles are read; what is wrong with them is said after what is wrong there.
    const opening = openBoxKeys(options, { data, random, clock })
    opening.catch(() => undefined)
    const stored = servedConfiguration(await storedConfiguration(store), definitions, log)
    const seeds = seedEntries(options)
    const declared = new Set([...stored, ...seeds.map(({ resource }) => resource)].map(({ resourceType, id }) => `${resourceType}/${id}`))
    const last = await lastLoadOf(store)
    const digestKey = async () => (await opening).keys.secret('bundle-digest')
    const { known, seen } = recall({ key: digestKey, version: VERSION, base: baseUrl, modes: loadModes(options) }, last)
    const existing = (type: string, id: string): boolean => declared.has(`${type}/${id}`)
    const loaded = await load(options, definitions, fetch, { existing, known, stored: { canonicals, store } })
    if (loaded.diagnostics.some(isError)) throw new BundleError(loaded.diagnostics)
    const { rotated, ...opened } = await opening
    let { keys } = opened
    const entries = [...seeds, ...loaded.entries]
    for (const { type, id, method } of entries) if (id !== undefined && method !== 'DELETE') declared.add(`${type}/${id}`)
    let declares = (type: string, id: string): boolean => declared.has(`${type}/${id}`) || loaded.declares(type, id)

    let generation: Generation | undefined
    let started = false
    const first = tablesOf(stored, definitions)
    const live = startConfiguration(
      stored,
      (type, id) => declares(type, id),
      first,
      { store, random, definitions },
      async ({ searchParameters }) => {
        generation = undefined
        await index.put(searchParameters)
        if (started) await index.complete()
      },
    )
    const indexed: SearchIndexOptions['indexOf'] = (type, resource, written) =>
      indexOf({ definitions, store, configuration: live.configuration, extract: index.extract }, type, resource, written)
    const changed = () => {
      generation = undefined
    }
    canonicals.whenChanged(changed)
    const index = await openSearchIndex(
      { store, definitions, base: `${baseUrl}/fhir`, log, indexOf: indexed, changed },
      first.searchParameters,
    )
    await index.remake()
    const submit = createSubmit({
      store,
      configuration: live.configuration,
      index: indexed,
      extract: (type) => extractOf({ configuration: live.configuration, extract: index.extract }, type),
      criterionOf: (type, query) => criterionOf(index.definitions(), type, query, `${baseUrl}/fhir`),
      freshId: () => newId(random),
    })
    const packages = createPackages({ fetch, compile: compilerOf(definitions), installed: () => installedIn(canonicals), submit })
    const steps = [...(seeds.length > 0 ? [{ entries: seeds }] : []), ...loaded.steps]
    const applied = await applySteps(steps, { digestKey: keys.secret('bundle-digest'), store, submit })
    if (applied.failed.length > 0) throw new BundleError([...loaded.diagnostics, ...applied.failed])
    // From here on the store knows; a million names need not stay in memory.
    declares = () => false
    const diagnostics = [...loaded.diagnostics, ...applied.warnings]
    const unread = seen.unchanged ? (last?.entries ?? 0) : 0
    const digest = await seen.digest
    if (digest !== undefined && !seen.unchanged) {
      const { packages } = loaded
      await keepLastLoad(store, { digest, entries: loaded.entries.length + loaded.lines, warnings: diagnostics, packages })
    }

    await index.complete()
    started = true

    const validation = restValidation(options, canonicals, log)
    const requestId = requestIds(random)
    const decisions = createDecisionLog(clock)
    const registrations = registrationsOf(submit)
    const groundOf = (definitions: Definitions): Ground => ({
      issuer: baseUrl,
      store,
      users: createUsers(store),
      registrations,
      keys,
      definitions,
      clock,
      random,
      fetch,
      log,
      cors: { enabled: options.corsEnabled ?? true, origins: options.corsOrigins ?? ['*'] },
      maxBody: options.maxBody ?? MAX_BODY,
      fhir: createFhirApi({
        definitions,
        store,
        extract: index.extract,
        configuration: live.configuration,
        canonicals,
        packages,
        bases: basesOf(baseUrl, live.tables()),
        validation,
        random,
        clock,
        cursorKey: keys.secret('cursor'),
        capability: capabilityFacts({ issuer: baseUrl, version: VERSION, clock, tables: live.tables(), canonicals }),
        formats: { toFhir, toAidbox },
      }),
      requestId,
      devMode: options.devMode ?? false,
      decisions,
    })
    const current = (): Generation => {
      generation ??= createGeneration(groundOf(index.definitions()), live.tables())
      return generation
    }
    const answer = async (request: Request, wire?: Wire): Promise<Response> => current().fetch(request, wire ? { wire } : {})
    const followKeys = async (): Promise<void> => {
      try {
        const next = options.keys ? undefined : await rotated()
        if (!next) return
        keys = next
        generation = undefined
        log.info({ signing: keys.signing().kid }, 'the keys were rotated')
      } catch (error) {
        log.error({ reason: error instanceof Error ? error.message : 'unknown' }, 'the key file cannot be used; the keys stay')
      }
    }
    const chores = setInterval(() => {
      void store.records.purge(clock.now())
      void followKeys()
    }, CHORES_EVERY_MS)
    chores.unref()
    return {
      baseUrl,
      diagnostics,
      applied: { applied: applied.applied, skipped: applied.skipped + unread },
      signInHints: () => hintsOf(store),
      counts: () => store.counts(),
      request: (path, init) => answer(path instanceof Request ? path : new Request(`${baseUrl}${path}`, init)),
      fetch: answer,
      explain: (as, request) => current().explain(as, request),
      close: async () => {
        clearInterval(chores)
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
