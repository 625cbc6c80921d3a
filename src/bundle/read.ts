// Bundle paths to texts and archives: files, directories in name order, file:// and https:// (design, "Accepted as bundle input").
import { createReadStream, type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip, gunzipSync } from 'node:zlib'
import { decodeBody } from '../http/json.ts'
import type { Fetch } from '../http/runtime.ts'
import type { Diagnostic } from './diagnostic.ts'

export interface TextSource {
  /** Path or URL, as diagnostics name it. */
  readonly file: string
  readonly lines: false
  readonly text: string
}

/** One JSON document per line. It may be larger than memory, so it is read anew by whoever needs it. */
export interface LineSource {
  readonly file: string
  readonly lines: true
  /** The unpacked bytes. */
  bytes(): AsyncIterable<Uint8Array>
}

/** An IG package. */
export interface ArchiveSource {
  readonly file: string
  readonly lines: false
  readonly archive: Uint8Array
}

export type Source = TextSource | LineSource | ArchiveSource

export interface Reading {
  readonly sources: readonly Source[]
  readonly diagnostics: readonly Diagnostic[]
}

interface Collector {
  readonly sources: Source[]
  readonly diagnostics: Diagnostic[]
}

const READ = /\.(?:ya?ml|json|ndjson|ndjson\.gz|tgz|tar\.gz)$/
const ARCHIVES = /\.(?:tgz|tar\.gz)$/
const LINES = /\.ndjson(?:\.gz)?$/

/** A package is larger than what else is fetched. */
export const MAX_ARCHIVE = 128 * 1_048_576
export const ARCHIVE_TIMEOUT_MS = 60_000

/** What comes over the network. */
export const isRemote = (path: string): boolean => /^https?:/.test(path)

const problem = (file: string, severity: Diagnostic['severity'], code: string, message: string): Diagnostic => ({
  file,
  line: 1,
  col: 1,
  severity,
  code,
  message,
})

const unpack = (file: string, bytes: Uint8Array): string => decodeBody(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)

/** Of a file of the disk, in pieces. */
const streamed = (path: string): LineSource => ({
  file: path,
  lines: true,
  // What fails destroys the last stream, and so reaches its reader.
  bytes: () => (path.endsWith('.gz') ? pipeline(createReadStream(path), createGunzip(), () => undefined) : createReadStream(path)),
})

/** Of what came over the network, which is in memory already. */
const received = (file: string, bytes: Uint8Array): LineSource => ({
  file,
  lines: true,
  async *bytes() {
    yield file.endsWith('.gz') ? gunzipSync(bytes) : bytes
  },
})

const add = (file: string, bytes: Uint8Array, into: Collector): void => {
  if (ARCHIVES.test(file)) {
    into.sources.push({ file, lines: false, archive: bytes })
    return
  }
  try {
    into.sources.push(LINES.test(file) ? received(file, bytes) : { file, text: unpack(file, bytes), lines: false })
  } catch {
    into.diagnostics.push(problem(file, 'error', 'unreadable', 'this is not UTF-8 text without a byte order mark, or not gzip'))
  }
}

const addFile = (path: string, into: Collector): void => {
  if (LINES.test(path)) into.sources.push(streamed(path))
  else add(path, readFileSync(path), into)
}

const readDirectory = (path: string, top: boolean, into: Collector): void => {
  const byName = (one: Dirent, other: Dirent) => (one.name < other.name ? -1 : 1)
  for (const { name } of readdirSync(path, { withFileTypes: true }).sort(byName)) {
    if (name.startsWith('.')) continue
    const inner = join(path, name)
    if (statSync(inner).isDirectory()) {
      if (top && name === 'tenants') into.diagnostics.push(problem(inner, 'error', 'tenants', 'tenants are not served yet'))
      else readDirectory(inner, false, into)
    } else if (READ.test(name)) addFile(inner, into)
  }
}

const readPath = (given: string, into: Collector): void => {
  let path = given
  try {
    if (given.startsWith('file:')) path = fileURLToPath(given)
    if (statSync(path).isDirectory()) readDirectory(path, true, into)
    else addFile(path, into)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    into.diagnostics.push(problem(path, 'error', 'unreadable', missing ? 'there is no such file or directory' : 'this cannot be read'))
  }
}

const readUrl = async (url: string, fetch: Fetch, into: Collector): Promise<void> => {
  try {
    const response = await fetch(url, ARCHIVES.test(url) ? { maxBytes: MAX_ARCHIVE, timeoutMs: ARCHIVE_TIMEOUT_MS } : {})
    if (response.ok) add(url, new Uint8Array(await response.arrayBuffer()), into)
    else into.diagnostics.push(problem(url, 'error', 'unreachable', `the server answers ${response.status}`))
  } catch (error) {
    into.diagnostics.push(problem(url, 'error', 'unreachable', error instanceof Error ? error.message : 'the request failed'))
  }
}

/** Reads everything that the paths and URLs name, in their order. */
export const readSources = async (paths: readonly string[], fetch: Fetch): Promise<Reading> => {
  const into: Collector = { sources: [], diagnostics: [] }
  for (const path of paths) {
    if (isRemote(path)) await readUrl(path, fetch, into)
    else readPath(path, into)
  }
  return into
}
