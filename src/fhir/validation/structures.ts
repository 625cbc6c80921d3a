// The definitions that are at hand, by canonical URL: R4's types, profiles and extensions, and those of packages.
import type { Definition } from './definition.ts'

export interface Structures {
  /** A base type by its name: `Patient`, `HumanName`, `string`. */
  type(name: string): Definition | undefined
  /**
   * By `url` or `url|version`. Without a version: that of the package which asks, or else the latest
   * (R4 references.html#canonical).
   */
  resolve(canonical: string, from?: string): Definition | undefined
  /** Every version of a `url`, the latest first; of `url|version` that one. */
  versions(canonical: string): readonly Definition[]
  /** Every base type. */
  types(): Iterable<Definition>
  /** Every definition that constrains. */
  profiles(): Iterable<Definition>
  /** With further definitions; those of the same url and version replace. */
  with(definitions: readonly Definition[]): Structures
}

const numbersOf = (version: string): readonly number[] => version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0)

const older = (a: Definition, b: Definition): number => {
  const [left, right] = [numbersOf(a.version ?? ''), numbersOf(b.version ?? '')]
  const at = left.findIndex((part, index) => part !== (right[index] ?? 0))
  return at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? 0)
}

const group = (definitions: readonly Definition[]): ReadonlyMap<string, readonly Definition[]> => {
  const byUrl = new Map<string, Definition[]>()
  for (const one of definitions) {
    const others = byUrl.get(one.url)?.filter(({ version }) => version !== one.version) ?? []
    byUrl.set(one.url, [...others, one])
  }
  for (const versions of byUrl.values()) versions.sort((a, b) => older(b, a))
  return byUrl
}

/** R4's own definitions are all of one version, which the artefact does not repeat. */
const R4 = '4.0.1'

/** Structures over definitions that are read when they are first asked for. */
export const createStructures = (read: () => readonly Definition[]): Structures => {
  let grouped: ReadonlyMap<string, readonly Definition[]> | undefined
  let types: ReadonlyMap<string, Definition> | undefined
  const byUrl = () => {
    grouped ??= group(read())
    return grouped
  }
  const byName = () => {
    types ??= new Map(read().flatMap((one) => (one.constraint ? [] : [[one.type, one] as const])))
    return types
  }
  const versions = (canonical: string): readonly Definition[] => {
    const bar = canonical.indexOf('|')
    const found = byUrl().get(bar < 0 ? canonical : canonical.slice(0, bar)) ?? []
    return bar < 0 ? found : found.filter(({ version = R4 }) => version === canonical.slice(bar + 1))
  }
  return {
    type: (name) => byName().get(name),
    types: () => byName().values(),
    versions,
    resolve(canonical, from) {
      const found = versions(canonical)
      return (from === undefined ? undefined : found.find((one) => one.package === from)) ?? found[0]
    },
    *profiles() {
      for (const all of byUrl().values()) for (const one of all) if (one.constraint) yield one
    },
    with: (more) => (more.length === 0 ? createStructures(read) : createStructures(() => [...read(), ...more])),
  }
}
