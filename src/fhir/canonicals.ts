// The definitional resources that the store holds, by canonical URL: what is small of each in memory, the rest read when it is asked for.

import { ALL } from '../store/criterion.ts'
import { authorizeRead } from '../store/plan.ts'
import type { Store } from '../store/store.ts'
import { compareVersions, splitCanonical } from './canonical.ts'
import { parseStored, type Resource } from './resource.ts'
import { readStructures } from './stored-structures.ts'
import { terminologyResource } from './terminology/resources.ts'
import { baseTerminology, type Terminology } from './terminology/terminology.ts'
import type { Structures } from './validation/structures.ts'

/** What the server itself reads of what is stored. */
export const CANONICAL_TYPES: ReadonlySet<string> = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'CapabilityStatement',
  'ImplementationGuide',
])

export interface Canonical {
  readonly type: string
  readonly id: string
  readonly url: string
  readonly version?: string
  /** The resource type that a StructureDefinition constrains. */
  readonly profileOf?: string
  /** The package that an ImplementationGuide is. */
  readonly packageId?: string
  /** A CapabilityStatement that says what a server must do. */
  readonly serverRequirements?: boolean
}

export interface Canonicals {
  list(type: string): readonly Canonical[]
  /** Without a version `prefer`, where there is one of it, else the latest. */
  find(type: string, canonical: string, prefer?: string): Canonical | undefined
  /** The resource as it is stored. */
  resolve(type: string, canonical: string, prefer?: string): Promise<Resource | undefined>
  /** R4's terminology, and every stored CodeSystem and ValueSet. */
  terminology(): Promise<Terminology>
  /** R4's structures, and every stored StructureDefinition that has a snapshot. */
  structures(): Promise<Structures>
  /** Counts the changes of a type: what was made of its resources at another count is stale. */
  changes(type: string): number
  /** Called when something changes that a CapabilityStatement says: profiles, requirements, guides. */
  whenChanged(changed: () => void): void
}

type Fields = Readonly<Record<string, unknown>>

const isServer = (rest: unknown): boolean => Array.isArray(rest) && rest.some((one: Fields) => one?.mode === 'server')

/** What is kept in memory; undefined for a resource without a url. */
export const canonicalOf = ({
  resourceType,
  id,
  url,
  version,
  type,
  kind,
  derivation,
  rest,
  packageId,
}: Resource): Canonical | undefined => {
  if (typeof url !== 'string' || typeof id !== 'string') return undefined
  const isProfile = resourceType === 'StructureDefinition' && kind === 'resource' && derivation === 'constraint'
  return {
    type: String(resourceType),
    id,
    url,
    ...(typeof version === 'string' && { version }),
    ...(resourceType === 'ImplementationGuide' && typeof packageId === 'string' && { packageId }),
    ...(isProfile && typeof type === 'string' && { profileOf: type }),
    ...(resourceType === 'CapabilityStatement' && kind === 'requirements' && isServer(rest) && { serverRequirements: true }),
  }
}

/** The registry of what is stored; canonical-store.ts tells it of each write. */
export class CanonicalRegistry implements Canonicals {
  private readonly byType = new Map<string, Map<string, Canonical>>()
  private readonly counts = new Map<string, number>()
  private byUrl = new Map<string, readonly Canonical[]>()
  private known: Promise<Terminology> | undefined
  private structured: Promise<Structures> | undefined
  private readonly store: Store
  private changed: () => void = () => undefined

  constructor(store: Store, stored: Iterable<Canonical>) {
    this.store = store
    for (const one of stored) this.put(one.type, one.id, one)
  }

  whenChanged(changed: () => void): void {
    this.changed = changed
  }

  get(type: string, id: string): Canonical | undefined {
    return this.byType.get(type)?.get(id)
  }

  put(type: string, id: string, canonical: Canonical | undefined): void {
    const ids = this.byType.get(type) ?? new Map<string, Canonical>()
    this.byType.set(type, ids)
    if (canonical) ids.set(id, canonical)
    else ids.delete(id)
    this.byUrl = new Map()
    this.counts.set(type, this.changes(type) + 1)
    if (type === 'ValueSet' || type === 'CodeSystem') this.known = undefined
    else this.changed()
    if (type === 'StructureDefinition') this.structured = undefined
  }

  list(type: string): readonly Canonical[] {
    return [...(this.byType.get(type)?.values() ?? [])]
  }

  changes(type: string): number {
    return this.counts.get(type) ?? 0
  }

  find(type: string, canonical: string, prefer?: string): Canonical | undefined {
    const [url, version] = splitCanonical(canonical)
    const versions = this.versionsOf(type, url)
    if (version !== undefined) return versions.find((one) => one.version === version)
    return versions.find((one) => prefer !== undefined && one.version === prefer) ?? versions[0]
  }

  async resolve(type: string, canonical: string, prefer?: string): Promise<Resource | undefined> {
    const found = this.find(type, canonical, prefer)
    if (!found) return undefined
    const stored = await this.store.read(authorizeRead({ type, id: found.id, where: ALL }, ALL))
    const resource = stored?.text === undefined ? undefined : parseStored(stored.text)
    return resource?.url === found.url ? resource : undefined
  }

  terminology(): Promise<Terminology> {
    this.known ??= this.readTerminology()
    return this.known
  }

  structures(): Promise<Structures> {
    const count = this.changes('StructureDefinition')
    const current = () => this.changes('StructureDefinition') === count
    this.structured ??= readStructures(this.store, this.list('StructureDefinition'), current)
    return this.structured
  }

  private async readTerminology(): Promise<Terminology> {
    const stored = await Promise.all(['CodeSystem', 'ValueSet'].map((type) => this.store.all(type)))
    return baseTerminology().with(stored.flat().flatMap(({ text = '{}' }) => terminologyResource(JSON.parse(text)) ?? []))
  }

  /** Latest first. */
  private versionsOf(type: string, url: string): readonly Canonical[] {
    if (this.byUrl.size === 0) {
      for (const one of [...this.byType.values()].flatMap((ids) => [...ids.values()])) {
        const key = `${one.type} ${one.url}`
        this.byUrl.set(key, [...(this.byUrl.get(key) ?? []), one])
      }
      for (const [key, versions] of this.byUrl)
        this.byUrl.set(
          key,
          versions.toSorted((a, b) => compareVersions(b.version, a.version)),
        )
    }
    return this.byUrl.get(`${type} ${url}`) ?? []
  }
}
