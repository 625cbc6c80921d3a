// The reads of a transaction (R4 http.html#trules): they come last, and one that fails is a failure of the whole. So what cannot be read
// afterwards is refused before anything is written.
import { failureOf } from '../failure.ts'
import { FhirError } from '../outcome.ts'
import type { FhirRequest, FhirResponse } from '../request.ts'
import type { Write } from '../write.ts'
import type { BundleEntry } from './entries.ts'
import { placed } from './place.ts'

type Serve = (request: FhirRequest) => Promise<FhirResponse>

export const isRead = ({ method }: BundleEntry): boolean => method === 'GET' || method === 'HEAD'

const isAbsence = (error: unknown): boolean => error instanceof FhirError && (error.status === 404 || error.status === 410)

/** Throws what a read will say once the writes are done, save that it cannot know what it will find of what they store. */
const checkRead = async ({ request }: BundleEntry, writes: ReadonlyMap<string, Write>, serve: Serve): Promise<void> => {
  const write = writes.get(request.segments.slice(0, 2).join('/'))
  try {
    await serve(request)
  } catch (error) {
    if (!isAbsence(error) || write?.resource === undefined) throw error
  }
  const isGone = write !== undefined && write.resource === undefined && request.segments.length === 2
  if (isGone) throw new FhirError('deleted', 'the transaction deletes what it reads')
}

/** Refuses the transaction for what it may not or cannot read. Throws the first failure, at its entry. */
export const checkReads = async (bundle: readonly BundleEntry[], writes: readonly Write[], serve: Serve): Promise<void> => {
  const named = new Map(writes.map((write) => [`${write.type}/${write.id}`, write]))
  for (const entry of bundle.filter(isRead)) {
    try {
      await checkRead(entry, named, serve)
    } catch (error) {
      throw placed(bundle, entry, error)
    }
  }
}

/** The answer once everything is written: a failure is the entry's own then, since what was done is done. */
export const answerRead = async ({ request }: BundleEntry, serve: Serve): Promise<FhirResponse> => {
  try {
    return await serve(request)
  } catch (error) {
    const failure = failureOf(error)
    if (!failure) throw error
    return failure
  }
}
