// Bundles to checked entries (design, "A bundle"): the sources are read; where they are those of the last start, that is all.
import { readFileSync } from 'node:fs'
import type { Fetch } from '../http/runtime.ts'
import type { TableCompilation } from './compile.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Entry } from './entries.ts'
import type { NamedPackage } from './package/entries.ts'
import { type LineSource, readSources, type Source } from './read.ts'
import type { BundleValidation } from './validity.ts'
import type { Reporter } from './values.ts'

export interface LoadOptions {
  /** Files, directories, file:// and https:// URLs, in their order. */
  readonly paths: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: Fetch
  /** The FHIR types that are served. */
  readonly knownTypes: ReadonlySet<string>
  readonly compile: (resources: Iterable<Record<string, unknown>>) => TableCompilation
  /** Without it resources are not validated. */
  readonly validation?: BundleValidation
  /** Is this resource in the store already? */
  existing(type: string, id: string): boolean
  /** Asked with the sources before anything is made of them: what it answers is the result (a load that changes nothing). */
  known?(sources: readonly Source[], outside: Reporter['sources']): Promise<readonly Diagnostic[] | undefined>
}

/** What is applied together with what: the entries of texts, or the lines of one NDJSON source. */
export type Step = { readonly entries: readonly Entry[] } | { readonly lines: LineSource; skips(type: string): boolean }

export interface Loaded {
  /** The entries of all steps, configuration among lines included; to be used only where no diagnostic is an error. */
  readonly entries: readonly Entry[]
  /** What to apply, in the order of the sources. */
  readonly steps: readonly Step[]
  /** Lines that steps import. */
  readonly lines: number
  /** Do the lines declare this resource. */
  declares(type: string, id: string): boolean
  readonly diagnostics: readonly Diagnostic[]
  /** Packages that the sources name. */
  readonly packages: readonly NamedPackage[]
}

const readFile = (path: string): string => readFileSync(path, 'utf8')

/** Reads and checks everything that the paths name. Rejects never for what a bundle says: that is a diagnostic. */
export const loadBundles = async (options: LoadOptions): Promise<Loaded> => {
  const read = await readSources(options.paths, options.fetch)
  const variables = Object.entries(options.env).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  const outside: Reporter['sources'] = { env: new Map(variables), readFile }
  const settled = read.diagnostics.length === 0 ? await options.known?.(read.sources, outside) : undefined
  if (settled) return { entries: [], steps: [], lines: 0, declares: () => false, diagnostics: settled, packages: [] }
  // The parser, the schemas and what reads them are loaded only now: most starts do not get here.
  const { checkSources } = await import('./check-sources.ts')
  return checkSources(read, outside, options)
}
