// The terminology that a search asks (`code:in=…`): R4's own is everyone's, what is stored is for those who may read it.
import type { Parameters } from '../../http/parameters.ts'
import { ALL } from '../../store/criterion.ts'
import { authorizeRead } from '../../store/plan.ts'
import type { Call } from '../call.ts'
import type { Permit } from '../permit.ts'
import { asksTerminology, type SearchedCodes } from '../search/codes.ts'
import { split, withoutEscapes } from '../search/value.ts'

/** Of `:in` the value sets' urls, of `:below` and `:above` the systems'. */
export const canonicalsAsked = (parameters: Parameters): readonly string[] =>
  parameters.entries
    .filter(([name, value]) => asksTerminology(name, value))
    .flatMap(([, value]) => split(value, ','))
    .map((one) => withoutEscapes(split(one, '|')[0] ?? ''))

const isReadable = async ({ deps }: Call, url: string, permit: Permit | undefined): Promise<boolean> => {
  for (const type of ['ValueSet', 'CodeSystem']) {
    const stored = deps.canonicals.find(type, url)
    if (!stored || !permit) continue
    const found = await deps.store.read(authorizeRead({ type, id: stored.id, where: ALL }, permit.rows(type, 'r')))
    if (found?.text === undefined) return false
  }
  return true
}

/** undefined where nothing is asked. Without a permit only the question is checked, and nothing answered. */
export const searchedCodes = async (
  call: Call,
  asked: readonly string[],
  permit: Permit | undefined,
): Promise<SearchedCodes | undefined> => {
  if (asked.length === 0) return undefined
  const readable = new Set<string>()
  for (const url of asked) if (await isReadable(call, url, permit)) readable.add(url)
  const terminology = await call.deps.canonicals.terminology()
  return { terminology, allows: (canonical) => readable.has(canonical.replace(/\|.*$/, '')) }
}
