// What the last load of bundles left behind, so that a start on unchanged sources need not read them again (design, "A bundle").
import { readFileSync } from 'node:fs'
import type { Diagnostic } from './bundle/diagnostic.ts'
import type { LoadOptions } from './bundle/load.ts'
import { digestOf, type NamedPackage } from './bundle/package/entries.ts'
import { isRemote } from './bundle/read.ts'
import { loadDigest } from './bundle/unchanged.ts'
import type { Store } from './store/store.ts'

const LAST_LOAD = 'last-load'

/** Of a load that was applied whole. */
export interface LastLoad {
  readonly digest: string
  readonly entries: number
  readonly warnings: readonly Diagnostic[]
  /** Packages that the sources name, as they were then. */
  readonly packages?: readonly NamedPackage[]
}

/** undefined where nothing was loaded yet. */
export const lastLoadOf = async (store: Store): Promise<LastLoad | undefined> => {
  const text = (await store.settings(LAST_LOAD)).get(LAST_LOAD)
  return text === undefined ? undefined : JSON.parse(text)
}

export const keepLastLoad = (store: Store, load: LastLoad): Promise<void> => store.putSettings(new Map([[LAST_LOAD, JSON.stringify(load)]]))

/** A package at a URL is what it was when it was installed. */
const isUnchanged = ({ location, digest }: NamedPackage): boolean => {
  if (isRemote(location)) return true
  try {
    return digestOf(readFileSync(location)) === digest
  } catch {
    return false
  }
}

interface Given {
  /** At the first start keys are still being made, which takes long: a load does not wait for them. */
  readonly key: () => Promise<Uint8Array>
  readonly version: string
  readonly base: string
  /** How the bundles are validated: what was only reported is looked at again by who enforces. */
  readonly modes: object
}

/** The `known` of a load: answers the last one's warnings where nothing has changed since; remembers the digest of this one. */
export const recall = ({ key, ...given }: Given, last: LastLoad | undefined) => {
  const seen: { digest: Promise<string | undefined>; unchanged: boolean } = { digest: Promise.resolve(undefined), unchanged: false }
  const known: LoadOptions['known'] = async (sources, outside) => {
    // What cannot be read is not what was applied; the load says why.
    seen.digest = key()
      .then((bytes) => loadDigest({ ...given, key: bytes }, sources, outside))
      .catch(() => undefined)
    if (!last) return undefined
    seen.unchanged = (await seen.digest) === last.digest && (last.packages ?? []).every(isUnchanged)
    return seen.unchanged ? last.warnings : undefined
  }
  return { known, seen }
}
