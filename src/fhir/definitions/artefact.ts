// The generated files (.build/definitions.ts), which lie beside this one, or beside the bundled one in dist/: what a start needs of R4, and
// two that are read when they are first asked for, since a server that has not been asked anything needs neither in memory.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { SearchParameter } from './definitions.ts'

export interface Core {
  readonly types: readonly string[]
  readonly compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** SHA-256 of the other two. */
  readonly digest: string
}

export interface Searched {
  readonly searchParameters: readonly SearchParameter[]
  readonly impliedSystems: Readonly<Record<string, readonly string[]>>
}

export interface Elements {
  readonly elements: Readonly<Record<string, string>>
  readonly lists: readonly string[]
  readonly choices: readonly string[]
  readonly mandatory: Readonly<Record<string, readonly string[]>>
  readonly summary: Readonly<Record<string, readonly string[]>>
}

const read = (name: string): string => gunzipSync(readFileSync(new URL(name, import.meta.url))).toString('utf8')

export const readCore = (): Core => JSON.parse(read('./r4.json.gz'))
export const readSearched = (): Searched => JSON.parse(read('./r4-search.json.gz'))
export const readElements = (): Elements => JSON.parse(read('./r4-elements.json.gz'))
