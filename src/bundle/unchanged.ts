// Were these very sources, with what they take from outside, checked and applied already? Then a start need not read them again.
import { createHmac } from 'node:crypto'
import type { Source, TextSource } from './read.ts'
import type { Reporter } from './values.ts'

const SUBSTITUTION = /\$\{(env|file):([^}:]*)/g

/** What a source takes from outside its text: a changed secret is a changed bundle. */
const takenFrom = ({ text }: TextSource, sources: Reporter['sources']): readonly string[] =>
  [...text.matchAll(SUBSTITUTION)].map(([whole, kind, name = '']) => {
    if (kind === 'env') return `${whole}=${sources.env.get(name) ?? ''}`
    try {
      return `${whole}=${sources.readFile(name)}`
    } catch {
      return whole
    }
  })

/** A keyed digest of everything that a load depends on: the program's version, the base, how is validated, the sources in order. Rejects where one cannot be read. */
export const loadDigest = async (
  given: { readonly key: Uint8Array; readonly version: string; readonly base: string; readonly modes: object },
  read: readonly Source[],
  sources: Reporter['sources'],
): Promise<string> => {
  const hmac = createHmac('sha256', given.key).update(JSON.stringify([given.version, given.base, given.modes]))
  for (const source of read) {
    hmac.update(JSON.stringify('text' in source ? [source.file, source.text, takenFrom(source, sources)] : [source.file]))
    if ('archive' in source) hmac.update(source.archive)
    if (source.lines) for await (const bytes of source.bytes()) hmac.update(bytes)
  }
  return hmac.digest('base64url')
}
