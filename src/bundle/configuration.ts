// Configuration under change (fhir/configuration.ts): a write compiles beside the running tables and is swapped in once it is stored.
import type { Configuration, ConfigurationChange, ConfigurationIssue } from '../fhir/configuration.ts'
import { TABLE_TYPES, type TableProblem } from './compile.ts'
import { keyOf, referrersOf, unresolved } from './configuration-links.ts'
import { indexConfiguration, PEOPLE, targetOf } from './index-configuration.ts'
import { type Hashing, hashSecrets, redact } from './secrets.ts'

type Fields = Readonly<Record<string, unknown>>
type Resources = ReadonlyMap<string, Fields>
type Refusal = { readonly ok: false; readonly status: 409 | 422; readonly issues: readonly ConfigurationIssue[] }

/** Ours: those in the tables but for FHIR's own, and those whose stored rows act at once. */
const OWNED: ReadonlySet<string> = new Set(
  [...TABLE_TYPES, 'User', 'Role', 'Session', 'Grant', 'PolicyTest'].filter((type) => type !== 'SearchParameter'),
)

export interface ConfigurationDependencies<Tables> extends Hashing {
  /** What is stored of the types in the tables. */
  readonly initial: Iterable<Fields>
  readonly compile: (
    resources: Iterable<Record<string, unknown>>,
  ) => { readonly ok: true; readonly tables: Tables } | { readonly ok: false; readonly problems: readonly TableProblem[] }
  readonly checkResource: (resource: Fields) => Promise<readonly ConfigurationIssue[]>
  /** Is it stored, or about to be: at start, also what the bundle declares. */
  readonly exists: (type: string, id: string) => Promise<boolean>
  /** The stored rows (`Type/id`) outside the tables that hold on to a resource: the roles of a user. */
  readonly referrers: (type: string, id: string) => Promise<readonly string[]>
  /** The Users (`User/id`) whose `fhirUser` is the resource. */
  readonly personsOf: (type: string, id: string) => Promise<readonly string[]>
  /** A person's consent is taken back: what it bought ends, before the Grant is gone (security-requirements O-13). */
  readonly revoke: (grant: string) => Promise<void>
  /** Resolves when what the tables need is there. */
  readonly swap: (tables: Tables) => Promise<void>
}

const refuse = (status: 409 | 422, issues: readonly ConfigurationIssue[]): Refusal => ({ ok: false, status, issues })

/** Links in one form, `[{reference}]`; one that cannot be read stays for the compiler to refuse. */
const normalise = (resource: Fields): Fields => {
  if (resource.resourceType !== 'AccessPolicy' || resource.link === undefined) return resource
  const links: readonly unknown[] = Array.isArray(resource.link) ? resource.link : [resource.link]
  const one = (link: unknown): unknown => {
    const target = targetOf(link)
    return target ? { reference: keyOf(target) } : link
  }
  return { ...resource, link: links.map(one) }
}

const after = (before: Resources, changes: readonly ConfigurationChange[]): Resources => {
  const next = new Map(before)
  for (const { type, id, resource } of changes) {
    if (!TABLE_TYPES.has(type)) continue
    if (resource) next.set(keyOf({ type, id }), resource)
    else next.delete(keyOf({ type, id }))
  }
  return next
}

/** One turn at a time: resolves to what ends the turn. Ending it twice does no harm. */
const createMutex = (): (() => Promise<() => void>) => {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const before = last
    let end: () => void = () => {}
    last = new Promise((resolve) => {
      end = resolve
    })
    await before
    return end
  }
}

const normaliseChange = ({ type, id, resource }: ConfigurationChange): ConfigurationChange => ({
  type,
  id,
  resource: resource && normalise({ ...resource, resourceType: type, id }),
})

const hashChange = async ({ type, id, resource }: ConfigurationChange, hashing: Hashing): Promise<ConfigurationChange> => ({
  type,
  id,
  resource: resource && (await hashSecrets(type, resource, hashing)),
})

const problemIssue = ({ type, id, path, message }: TableProblem): ConfigurationIssue => ({
  code: 'invalid',
  message: `${type}/${id}: ${message}`,
  expression: [type, ...path].join('.'),
})

/** The configuration port over the tables that `compile` makes and `swap` puts to work. */
export const createConfiguration = <Tables>(deps: ConfigurationDependencies<Tables>): Configuration => {
  const lock = createMutex()
  let current: Resources = new Map([...deps.initial].map((one) => [`${one.resourceType}/${one.id}`, normalise(one)]))

  const refusal = async (changes: readonly ConfigurationChange[]): Promise<Refusal | undefined> => {
    const malformed: ConfigurationIssue[] = []
    for (const { type, resource } of changes) if (resource && OWNED.has(type)) malformed.push(...(await deps.checkResource(resource)))
    if (malformed.length > 0) return refuse(422, malformed)
    const deleted = changes.filter(({ resource }) => !resource)
    const held = await referrersOf(deleted, after(current, changes), deps.referrers)
    if (held.length > 0) return refuse(409, held)
    const dangling = await unresolved(changes, deps.exists)
    return dangling.length > 0 ? refuse(422, dangling) : undefined
  }

  const prepareAlone = async (given: readonly ConfigurationChange[], release: () => void): ReturnType<Configuration['prepare']> => {
    const changes = given.map(normaliseChange)
    const refused = await refusal(changes)
    if (refused) return refused
    const stored: ConfigurationChange[] = []
    for (const change of changes) stored.push(await hashChange(change, deps))
    const next = after(current, stored)
    const compiled = changes.some(({ type }) => TABLE_TYPES.has(type)) ? deps.compile(next.values()) : undefined
    if (compiled && !compiled.ok) return refuse(422, compiled.problems.filter(({ severity }) => severity === 'error').map(problemIssue))
    for (const { type, id, resource } of changes) if (type === 'Grant' && !resource) await deps.revoke(id)
    const commit = () => {
      current = next
      const ready = compiled ? deps.swap(compiled.tables) : Promise.resolve()
      release()
      return ready
    }
    return { ok: true, resources: stored.map(({ resource }) => resource), commit, abandon: release }
  }

  const prepare: Configuration['prepare'] = async (changes) => {
    const release = await lock()
    try {
      const prepared = await prepareAlone(changes, release)
      if (!prepared.ok) release()
      return prepared
    } catch (error) {
      release()
      throw error
    }
  }

  const compiles = (type: string): boolean => OWNED.has(type) || TABLE_TYPES.has(type)
  return {
    owns: (type) => OWNED.has(type),
    isPerson: (type) => PEOPLE.includes(type),
    personsOf: deps.personsOf,
    compiles,
    prepare,
    redact,
    index: indexConfiguration,
  }
}
