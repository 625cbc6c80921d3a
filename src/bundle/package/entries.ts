// Packages of bundles to entries: archives given as bundles themselves, and those that a bundle names, each once.
import { createHash } from 'node:crypto'
import type { Fetch } from '../../http/runtime.ts'
import type { Position } from '../diagnostic.ts'
import type { Entry } from '../entries.ts'
import { type ArchiveSource, isRemote } from '../read.ts'
import type { Reporter } from '../values.ts'
import { archiveAt, locationOf, type PackageReference } from './locate.ts'
import { packageId, packageResources } from './resources.ts'
import { type IgPackage, PackageError, unpackPackage } from './unpack.ts'

/** A package that a bundle names is not among the sources: what it was, for the next start to compare. */
export interface NamedPackage {
  readonly location: string
  /** SHA-256. */
  readonly digest: string
}

export interface Packages {
  readonly named: readonly NamedPackage[]
  /** The entries of an archive; none where the same package has been read already. */
  entries(source: ArchiveSource, place?: Position, reference?: PackageReference): Promise<readonly Entry[]>
  /** The archive that a bundle names; undefined where it cannot be had, which is reported. */
  archive(place: Position, reference: PackageReference): Promise<ArchiveSource | undefined>
}

export const digestOf = (archive: Uint8Array): string => createHash('sha256').update(archive).digest('base64url')

/** A package's resources, to be applied together. */
export const entriesOfPackage = (ig: IgPackage, file: string): readonly Entry[] => {
  const position: Position = { file, line: 1, col: 1 }
  return packageResources(ig).map((resource) => ({
    position,
    mode: 'list',
    source: file,
    method: 'PUT',
    type: String(resource.resourceType),
    id: String(resource.id),
    resource,
    optional: true,
    locate: () => position,
  }))
}

/** Reads packages and reports what is wrong with them. */
export const createPackages = (fetch: Fetch, { report }: Pick<Reporter, 'report'>): Packages => {
  const seen = new Map<string, string>()
  const named: NamedPackage[] = []
  const reported = async <Value>(
    place: Position,
    { spec, optional }: PackageReference,
    run: () => Promise<Value>,
  ): Promise<Value | undefined> => {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof PackageError)) throw error
      report(place, optional ? 'warning' : 'error', 'package', `the package ${spec}: ${error.message}${optional ? ' (skipped)' : ''}`)
      return undefined
    }
  }
  return {
    named,
    archive: (place, reference) =>
      reported(place, reference, async () => {
        const file = isRemote(place.file) ? undefined : place.file
        const location = locationOf(reference, { file })
        const archive = await archiveAt(location, fetch)
        named.push({ location, digest: digestOf(archive) })
        return { file: location, lines: false, archive }
      }),
    entries: async ({ file, archive }, place = { file, line: 1, col: 1 }, reference = { spec: file }) => {
      const ig = await reported(place, reference, () => unpackPackage(archive))
      if (!ig) return []
      const earlier = seen.get(packageId(ig))
      seen.set(packageId(ig), file)
      if (earlier !== undefined) {
        report(place, 'warning', 'package', `${packageId(ig)} is ${earlier} already; this one is left out`)
        return []
      }
      return entriesOfPackage(ig, file)
    },
  }
}
