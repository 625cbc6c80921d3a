// Packages over REST: located, unpacked, checked and submitted as a bundle's are (bundle/package/).
import type { TableCompilation } from './bundle/compile.ts'
import type { Entry } from './bundle/entries.ts'
import { entriesOfPackage } from './bundle/package/entries.ts'
import { archiveAt, locationOf } from './bundle/package/locate.ts'
import { type IgPackage, PackageError, unpackPackage } from './bundle/package/unpack.ts'
import type { Canonicals } from './fhir/canonicals.ts'
import { type InstalledPackage, PackageRefused, type Packages } from './fhir/packages.ts'
import type { Fetch } from './http/runtime.ts'

interface PackageDependencies {
  readonly fetch: Fetch
  readonly compile: (resources: Iterable<Record<string, unknown>>) => TableCompilation
  /** `name#version` of what is installed. */
  readonly installed: () => ReadonlySet<string>
  readonly submit: (entries: readonly Entry[]) => Promise<ReadonlyArray<{ readonly ok: boolean; readonly message?: string }>>
}

/** The packages of a store. */
export const installedIn = (canonicals: Canonicals): ReadonlySet<string> =>
  new Set(
    canonicals
      .list('ImplementationGuide')
      .flatMap(({ packageId, version }) => (packageId === undefined ? [] : [`${packageId}#${version}`])),
  )

const read = async (
  spec: string,
  registry: string | undefined,
  fetch: Fetch,
): Promise<{ readonly location: string; readonly ig: IgPackage }> => {
  try {
    // Names of files are absolute here: there is no bundle that they could be relative to.
    const location = locationOf({ spec, registry }, { file: spec.startsWith('file:') ? '/' : undefined })
    return { location, ig: await unpackPackage(await archiveAt(location, fetch)) }
  } catch (error) {
    throw error instanceof PackageError ? new PackageRefused(error.message) : error
  }
}

/** Search parameters that do not compile are left out, as a bundle's package leaves them out. */
const usable = (entries: readonly Entry[], compile: PackageDependencies['compile']) => {
  const parameters = entries.filter(({ type }) => type === 'SearchParameter').map(({ resource }) => resource)
  const compilation = compile(parameters)
  const problems = compilation.ok ? [] : compilation.problems
  const failed = new Set(problems.map(({ id }) => id))
  const kept = entries.filter(({ type, id = '' }) => type !== 'SearchParameter' || !failed.has(id))
  return { kept, skipped: problems.map(({ id, message }) => `SearchParameter/${id}: ${message}`) }
}

/** The port of the FHIR API. */
export const createPackages = ({ fetch, compile, installed, submit }: PackageDependencies): Packages => ({
  async install(spec, registry): Promise<InstalledPackage> {
    const { location, ig } = await read(spec, registry, fetch)
    const { kept, skipped } = usable(entriesOfPackage(ig, location), compile)
    const results = await submit(kept)
    const failed = results.find(({ ok }) => !ok)
    if (failed) throw new PackageRefused(failed.message ?? 'it was not stored')
    const known = installed()
    const missing = [...ig.dependencies].filter(([name, version]) => name !== 'hl7.fhir.r4.core' && !known.has(`${name}#${version}`))
    return {
      name: `${ig.name}@${ig.version}`,
      canonicals: kept.length - 1,
      source: !/^https?:/.test(location) ? 'file' : spec === location ? 'url' : 'npm',
      dependencies: missing.map(([name, version]) => `${name}@${version}`),
      skipped,
    }
  },
})
