// An IG package (.tgz, FHIR NPM package specification): its manifest and its resources, read in memory; nothing of it is written to disk.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type JsonValue, parseJson } from '../../http/json.ts'

type Fields = { readonly [name: string]: JsonValue }

export interface IgPackage {
  /** `hl7.fhir.us.core`. */
  readonly name: string
  readonly version: string
  readonly title: string
  readonly canonical: string | undefined
  readonly fhirVersions: readonly string[]
  /** Name to version. */
  readonly dependencies: ReadonlyMap<string, string>
  readonly resources: readonly Fields[]
}

/** It is no package, or one that is not read. The message is fit for the outside. */
export class PackageError extends Error {}

/** The largest published package unpacks to about 400 MB with its examples; these are what one may cost here. */
const MAX_UNPACKED = 512 * 1_048_576
const MAX_FILES = 20_000
const MAX_FILE = 64 * 1_048_576
const MAX_NAME = 200

const unzip = promisify(gunzip)

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The files that hold definitions: those directly in `package/`, without the index; examples are in folders of their own. */
const FILE = /^(?:\.\/)?package\/([A-Za-z0-9][^/]*\.json)$/

const unpacked = async (archive: Uint8Array): Promise<Uint8Array> => {
  try {
    return await unzip(archive, { maxOutputLength: MAX_UNPACKED })
  } catch {
    throw new PackageError('it is not gzip, or larger than 512 MB')
  }
}

const filesOf = async (archive: Uint8Array): Promise<ReadonlyMap<string, string>> => {
  const { default: tar } = await import('tar-stream')
  const extract = tar.extract()
  const found = new Map<string, string>()
  let count = 0
  extract.end(Buffer.from(await unpacked(archive)))
  for await (const entry of extract) {
    const { name, type, size = 0 } = entry.header
    const file = type === 'file' ? FILE.exec(name)?.[1] : undefined
    if (++count > MAX_FILES) throw new PackageError(`it has more than ${MAX_FILES} files`)
    if (file === undefined) {
      entry.resume()
      continue
    }
    if (size > MAX_FILE) throw new PackageError(`${file} is larger than 64 MB`)
    if (found.has(file)) throw new PackageError(`${file} is in it twice`)
    const chunks: Uint8Array[] = []
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk)
    found.set(file, new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  }
  return found
}

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const parsed = (file: string, text: string): Fields => {
  try {
    const value = parseJson(text)
    if (isFields(value)) return value
  } catch {
    throw new PackageError(`${file} is not JSON`)
  }
  throw new PackageError(`${file} is not an object`)
}

const manifestOf = (text: string | undefined): Omit<IgPackage, 'resources'> => {
  if (text === undefined) throw new PackageError('it has no package/package.json')
  const { name, version, title, canonical, dependencies, fhirVersions, 'fhir-version-list': list } = parsed('package.json', text)
  const [id, number] = [textOf(name), textOf(version)]
  if (id === undefined || number === undefined || id.length > MAX_NAME) throw new PackageError('its package.json has no name or version')
  const versions = Array.isArray(fhirVersions) ? fhirVersions : Array.isArray(list) ? list : []
  return {
    name: id,
    version: number,
    title: textOf(title) ?? id,
    canonical: textOf(canonical),
    fhirVersions: versions.map(String),
    dependencies: new Map(Object.entries(isFields(dependencies) ? dependencies : {}).map(([key, value]) => [key, String(value)])),
  }
}

/** Reads the archive. Throws PackageError. */
export const unpackPackage = async (archive: Uint8Array): Promise<IgPackage> => {
  let files: ReadonlyMap<string, string>
  try {
    files = await filesOf(archive)
  } catch (error) {
    throw error instanceof PackageError ? error : new PackageError('it is not a tar archive of UTF-8 texts')
  }
  const manifest = manifestOf(files.get('package.json'))
  if (manifest.fhirVersions.length > 0 && !manifest.fhirVersions.some((one) => one.startsWith('4.0'))) {
    throw new PackageError(`it is for FHIR ${manifest.fhirVersions.join(', ')}, and this server speaks 4.0.1`)
  }
  const resources = [...files].filter(([file]) => file !== 'package.json').map(([file, text]) => parsed(file, text))
  return { ...manifest, resources: resources.filter(({ resourceType }) => typeof resourceType === 'string') }
}
