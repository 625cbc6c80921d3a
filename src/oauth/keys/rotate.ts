// Rotation of the key file (security-requirements J-09): a new key of each algorithm is published before it signs, and the one before
// it stays published until its last token has expired, so that whoever verifies our tokens always finds their key.
import type { Clock } from '../../http/runtime.ts'
import { type KeyEntry, readKeyFile, replaceKeyFile, supersededAt } from './file.ts'
import { ALGORITHMS, generateJwk, publicPart } from './jwk.ts'

/** Longer than a verifier keeps our JWK Set (`max-age=60`; common libraries: 10 minutes), and than a running server takes to notice. */
const LEAD_MS = 15 * 60_000
/** No token lives as long. */
const FORGOTTEN_MS = 400 * 24 * 3_600_000

export interface Rotated {
  /** When the new keys begin to sign, in milliseconds. */
  readonly from: number
  readonly kept: number
  readonly dropped: number
}

/** The keys that were, without those that nobody asks for any more, and without the private half of those that never sign again. */
const retired = (keys: readonly KeyEntry[], now: number): readonly KeyEntry[] =>
  keys.flatMap((entry, at) => {
    const since = supersededAt(keys, at) ?? Number.POSITIVE_INFINITY
    if (since + FORGOTTEN_MS <= now) return []
    return since <= now ? [{ ...entry, jwk: publicPart(entry.jwk) }] : [entry]
  })

/**
 * Puts new keys into the file. `discard`: they sign at once and all others are gone, with every JWT that those signed; opaque tokens
 * and refresh tokens stand. Rejects where there is no file.
 */
export const rotateKeyFile = async (
  file: string,
  { clock, discard }: { readonly clock: Clock; readonly discard: boolean },
): Promise<Rotated> => {
  const material = await readKeyFile(file)
  if (!material) throw new Error(`there is no key file ${file}`)
  const now = clock.now()
  const from = discard ? now : now + LEAD_MS
  const fresh = await Promise.all(ALGORITHMS.map(async (alg) => ({ alg, jwk: await generateJwk(alg), from })))
  const kept = discard ? [] : retired(material.keys, now)
  await replaceKeyFile(file, { ...material, keys: [...fresh, ...kept] })
  return { from, kept: kept.length, dropped: material.keys.length - kept.length }
}
