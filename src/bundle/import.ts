// NDJSON to the store in large batches (design, "A bundle"): what a crash leaves undone the next start does. A line that is as it was
// when last imported is skipped, so that what was changed over REST since then stays.
import { createHmac } from 'node:crypto'
import type { Applied, ApplyDependencies } from './apply.ts'
import { CONFIGURATION_TYPES } from './configuration-types.ts'
import type { Diagnostic } from './diagnostic.ts'
import { checkedLine, type Entry } from './entries.ts'
import { linesOf } from './lines.ts'
import type { LineSource } from './read.ts'
import type { Reporter } from './values.ts'

/** store-layout.md, Settings: transactions of 5,000. */
const BATCH = 5_000
/** Of a keyed hash: enough to tell a million lines apart. */
const DIGEST_BYTES = 9

const CHECKED: Reporter = {
  sources: { env: new Map(), readFile: () => '' },
  secrets: new Set(),
  report: () => undefined,
  needs: () => undefined,
}

const digestOf = (line: string, key: Uint8Array): string =>
  createHmac('sha256', key).update(line).digest().toString('base64url', 0, DIGEST_BYTES)

const DIGEST_LENGTH = Buffer.alloc(DIGEST_BYTES).toString('base64url').length

const split = (digests: string): string[] =>
  Array.from({ length: digests.length / DIGEST_LENGTH }, (_, at) => digests.slice(at * DIGEST_LENGTH, (at + 1) * DIGEST_LENGTH))

/** Imports the lines, which have been checked. Stops at the first batch that fails; the batches before it stay. */
export const importLines = (
  source: LineSource,
  skips: (type: string) => boolean,
  { digestKey, store, submit }: ApplyDependencies,
): Promise<Applied> =>
  store.importing(async () => {
    const prefix = `imported/${source.file}#`
    const before = await store.settings(prefix)
    const known = new Set([...before.values()].flatMap(split))
    let batch: { readonly entry: Entry; readonly digest: string }[] = []
    const kept: string[] = []
    let [applied, skipped, number] = [0, 0, 0]

    const flush = async (): Promise<readonly Diagnostic[]> => {
      const fresh = batch.filter(({ digest }) => !known.has(digest))
      const results =
        fresh.length === 0
          ? []
          : await submit(
              fresh.map(({ entry }) => entry),
              'transaction',
            )
      const failed = results.flatMap((result, at): Diagnostic[] => {
        const { position, method, type, id } = fresh[at]?.entry ?? {}
        const message = `${method} ${type}/${id}: ${result.message ?? 'it was not applied'}`
        return result.ok || !position ? [] : [{ ...position, severity: 'error', code: 'not-applied', message }]
      })
      if (failed.length > 0) return failed
      const key = `${prefix}${number++}`
      const digests = batch.map(({ digest }) => digest).join('')
      kept.push(key)
      if (before.get(key) !== digests) await store.putSettings(new Map([[key, digests]]))
      applied += fresh.length
      skipped += batch.length - fresh.length
      batch = []
      return []
    }

    for await (const line of linesOf(source)) {
      const entry = checkedLine(source.file, line.number, line.text, CHECKED)
      if (!entry || skips(entry.type) || CONFIGURATION_TYPES.has(entry.type)) continue
      batch.push({ entry, digest: digestOf(line.text, digestKey) })
      const failed = batch.length < BATCH ? [] : await flush()
      if (failed.length > 0) return { applied, skipped, warnings: [], failed }
    }
    const failed = batch.length === 0 ? [] : await flush()
    // What the file no longer says is as good as never said.
    const stale = [...before.keys()].filter((key) => !kept.includes(key))
    if (failed.length === 0 && stale.length > 0) await store.putSettings(new Map(stale.map((key) => [key, ''])))
    return { applied, skipped, warnings: [], failed }
  })
