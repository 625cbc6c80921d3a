// Transactions (R4 http.html#trules): every entry is authorized by itself and prepared; then all writes are one unit of the store.
import type { ChangeOutcome } from '../../store/store.ts'
import type { Call } from '../call.ts'
import { FhirError } from '../outcome.ts'
import type { Permit } from '../permit.ts'
import type { FhirRequest, FhirResponse } from '../request.ts'
import { bodyId, isRecord, isResource, newId, parseStored, type Resource } from '../resource.ts'
import { commit, type Write } from '../write.ts'
import type { BundleEntry } from './entries.ts'
import { type Changed, lookUpIn } from './look-up.ts'
import { placed } from './place.ts'
import { answerRead, checkReads, isRead } from './reads.ts'
import { conditionalReferences, resolve } from './references.ts'

/** What the transaction needs of the interactions: an entry as a write, or as its answer. */
export interface Interactions {
  prepare(request: FhirRequest): Promise<Write | FhirResponse>
  serve(request: FhirRequest): Promise<FhirResponse>
}

/** R4's order of processing; Aidbox's format keeps the order given. */
const ORDER = ['DELETE', 'POST', 'PUT', 'PATCH', 'GET', 'HEAD']

const processed = (call: Call, entries: readonly BundleEntry[]): readonly BundleEntry[] =>
  call.fhir.format === 'aidbox' ? entries : [...entries].sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method))

const isConditional = ({ method, request }: BundleEntry): boolean =>
  request.request.headers.has('if-none-exist') || (method === 'PUT' && request.segments.length === 1)

const withEntry = (entry: BundleEntry, resource: BundleEntry['resource'], id: string | undefined): BundleEntry => ({
  ...entry,
  resource,
  request: { ...entry.request, entry: { resource, ...(id !== undefined && { id }) } },
})

/** What the resource of an entry will be called: known before it is written, since others refer to it. */
const identify = async (call: Call, permit: Permit, entry: BundleEntry, interactions: Interactions): Promise<string | undefined> => {
  const [type = '', id] = entry.request.segments
  if (isConditional(entry)) {
    const prepared = await interactions.prepare(entry.request)
    if (!('status' in prepared)) return `${prepared.type}/${prepared.id}`
    const found = typeof prepared.body === 'string' ? parseStored(prepared.body) : undefined
    if (found?.resourceType === type) return `${type}/${String(found.id)}`
    return prepared.headers.location?.slice(call.fhir.base.length + 1).replace(/\/_history\/.*$/, '')
  }
  if (entry.method === 'PUT') return `${type}/${id}`
  if (entry.method !== 'POST' || id !== undefined) return undefined
  const given =
    permit.confined || !isResource(entry.resource) ? undefined : bodyId(entry.resource, { ...call, route: { ...call.route, type } })
  return `${type}/${given ?? newId(call.deps.random)}`
}

/** What a put or post will have stored, and what a delete will have taken away. What a condition found already stays as it is. */
const changedBy = (entries: readonly BundleEntry[], ids: ReadonlyMap<BundleEntry, string>): Changed => {
  const changed = new Map<string, Resource | undefined>()
  for (const entry of entries) {
    const [type = '', given] = entry.request.segments
    const id = ids.get(entry) ?? given
    if (id === undefined || entry.method === 'PATCH' || entry.request.request.headers.has('if-none-exist')) continue
    changed.set(`${type}/${id}`, entry.method !== 'DELETE' && isResource(entry.resource) ? { ...entry.resource, id } : undefined)
  }
  return changed
}

const namesOf = async (
  call: Call,
  permit: Permit,
  bundle: readonly BundleEntry[],
  entries: readonly BundleEntry[],
  interactions: Interactions,
) => {
  const names = new Map<string, string>()
  const ids = new Map<BundleEntry, string>()
  for (const entry of entries) {
    const name = await identify(call, permit, entry, interactions)
    if (name === undefined) continue
    ids.set(entry, name.split('/')[1] ?? '')
    if (entry.fullUrl === undefined) continue
    // bdl-7: else a reference would lead to one of them, and nobody could say which.
    if ((names.get(entry.fullUrl) ?? name) !== name) throw placed(bundle, entry, new FhirError('invalid', 'another entry has this fullUrl'))
    if (entry.fullUrl !== `${call.fhir.base}/${name}`) names.set(entry.fullUrl, name)
  }
  const lookUp = lookUpIn(call, changedBy(entries, ids), interactions.serve)
  for (const entry of entries) {
    for (const reference of conditionalReferences(entry.resource)) {
      if (names.has(reference)) continue
      try {
        names.set(reference, await lookUp(reference))
      } catch (error) {
        throw placed(bundle, entry, error)
      }
    }
  }
  return { names, ids }
}

const checkIdentities = (call: Call, writes: readonly Write[]): void => {
  const seen = new Set<string>()
  for (const { type, id } of writes) {
    if (seen.has(`${type}/${id}`) && call.fhir.format === 'fhir') {
      throw new FhirError('invalid', 'a transaction changes a resource once: one stands in it twice')
    }
    seen.add(`${type}/${id}`)
  }
}

/** Several refusals as one: the first says what it is, all say where. */
const together = (refusals: readonly unknown[]): unknown => {
  const [first, ...others] = refusals
  if (!(first instanceof FhirError) || others.length === 0) return first
  const issues = refusals.flatMap((one) => (one instanceof FhirError ? one.issues : []))
  return new FhirError(first.code, first.message, { status: first.status, headers: first.headers, issues })
}

/** The answers of what was written; throws what was refused: one write, or every one whose references lead nowhere. */
const answersOf = (
  bundle: readonly BundleEntry[],
  writes: ReadonlyArray<{ readonly entry: BundleEntry; readonly write: Write }>,
  outcomes: readonly ChangeOutcome[],
): ReadonlyMap<BundleEntry, FhirResponse> => {
  const answers = new Map<BundleEntry, FhirResponse>()
  const refusals: unknown[] = []
  for (const [index, { entry, write }] of writes.entries()) {
    const outcome = outcomes[index]
    if (!outcome) break
    try {
      answers.set(entry, write.answer(outcome))
    } catch (error) {
      refusals.push(placed(bundle, entry, error))
    }
  }
  if (refusals.length > 0) throw together(refusals)
  return answers
}

/** All or nothing. Answers in the order of the Bundle; throws the first refusal. */
export const transaction = async (
  call: Call,
  permit: Permit,
  bundle: readonly BundleEntry[],
  interactions: Interactions,
): Promise<readonly FhirResponse[]> => {
  const ordered = processed(call, bundle).filter((entry) => !isRead(entry))
  const { names, ids } = await namesOf(call, permit, bundle, ordered, interactions)
  const prepared = new Map<BundleEntry, Write | FhirResponse>()
  for (const entry of ordered) {
    const resource =
      entry.resource === undefined || !isRecord(entry.resource) ? entry.resource : resolve(entry.resource, names, entry.fullUrl)
    try {
      prepared.set(entry, await interactions.prepare(withEntry(entry, resource, ids.get(entry)).request))
    } catch (error) {
      throw placed(bundle, entry, error)
    }
  }
  const writes = ordered.flatMap((entry) => {
    const write = prepared.get(entry)
    return write && !('status' in write) ? [{ entry, write }] : []
  })
  const all = writes.map(({ write }) => write)
  checkIdentities(call, all)
  await checkReads(bundle, all, interactions.serve)
  const outcomes = all.length === 0 ? [] : await commit(call.deps, all)
  const answers = answersOf(bundle, writes, outcomes)
  if (answers.size < writes.length) throw new FhirError('conflict', 'the transaction could not be applied: what it deletes is gone already')
  const responses: FhirResponse[] = []
  for (const entry of bundle) {
    const done = prepared.get(entry)
    const answer = answers.get(entry) ?? (done && 'status' in done ? done : undefined)
    responses.push(answer ?? (await answerRead(entry, interactions.serve)))
  }
  return responses
}
