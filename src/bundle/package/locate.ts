// Where a package is (aidbox: `name@version` of a registry, https://, file://): its bytes, through the guarded egress or from this machine.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Fetch } from '../../http/runtime.ts'
import { ARCHIVE_TIMEOUT_MS, MAX_ARCHIVE } from '../read.ts'
import { PackageError } from './unpack.ts'

export interface PackageReference {
  /** `name@version`, a URL, or a path relative to what names it. */
  readonly spec: string
  readonly registry?: string | undefined
  /** Where it cannot be had, the rest is served all the same (an entry of a batch). */
  readonly optional?: boolean
}

export interface Surroundings {
  readonly fetch: Fetch
  /** The file that names it; undefined: what came over the network, which names no files of this machine. */
  readonly file: string | undefined
}

const NAMED = /^([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+)[@#](\d[\w.-]*)$/

/** A package of a registry that nobody named: nothing is fetched from a registry of our choice. */
export const isUnlocated = ({ spec, registry }: PackageReference): boolean => registry === undefined && NAMED.test(spec)

/** Its URL or path, as it is named in diagnostics too. Throws PackageError. */
export const locationOf = ({ spec, registry }: PackageReference, { file }: Pick<Surroundings, 'file'>): string => {
  const [, name, version] = NAMED.exec(spec) ?? []
  if (name !== undefined) {
    if (registry === undefined) throw new PackageError(`${spec} is of a registry, and which one is not said`)
    return `${registry.replace(/\/+$/, '')}/${name}/${version}`
  }
  if (/^https?:/.test(spec)) return spec
  if (file === undefined) throw new PackageError('what comes over the network names no files')
  if (spec.startsWith('file:')) return fileURLToPath(spec)
  return resolve(dirname(file.startsWith('file:') ? fileURLToPath(file) : file), spec)
}

const read = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch {
    throw new PackageError('it cannot be read')
  }
}

const fetched = async (url: string, fetch: Fetch): Promise<Uint8Array> => {
  let response: Response
  try {
    response = await fetch(url, { maxBytes: MAX_ARCHIVE, timeoutMs: ARCHIVE_TIMEOUT_MS })
  } catch (error) {
    throw new PackageError(error instanceof Error ? error.message : 'it cannot be reached')
  }
  if (!response.ok) throw new PackageError(`the server answers ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** The archive at a location. Throws PackageError. */
export const archiveAt = async (location: string, fetch: Fetch): Promise<Uint8Array> =>
  /^https?:/.test(location) ? fetched(location, fetch) : read(location)
