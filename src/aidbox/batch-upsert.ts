// `PUT /` with a list of resources (aidbox-behaviour §8.2): each is a PUT Type/id of its own, decided by itself.
import { isMap, type Json } from '../policy/matcho/value.ts'

/** Answers one `PUT Type/id` through the FHIR function; `resource` is what the answer holds. */
export type Upsert = (type: string, id: string, resource: Json) => Promise<{ readonly status: number; readonly resource: unknown }>

export interface BatchUpsertAnswer {
  readonly status: number
  readonly body: unknown
}

const invalid = (index: number, why: string) => ({
  resourceType: 'OperationOutcome',
  id: 'invalid',
  text: { status: 'generated', div: 'Invalid' },
  issue: [{ severity: 'fatal', code: 'invalid', diagnostics: `item ${index} of the list ${why}` }],
})

const problem = (item: unknown): string | undefined => {
  if (!isMap(item)) return 'is not a resource'
  if (typeof item.resourceType !== 'string' || !/^[A-Za-z]+$/.test(item.resourceType)) return 'has no resourceType'
  return typeof item.id === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(item.id) ? undefined : 'has no valid id'
}

/** Nothing is written when an item is malformed; the first refusal ends the list and is the answer. */
export const batchUpsert = async (list: unknown, upsert: Upsert): Promise<BatchUpsertAnswer> => {
  if (!Array.isArray(list)) return { status: 400, body: invalid(0, 'is not there: the body is a list of resources') }
  for (const [index, item] of list.entries()) {
    const why = problem(item)
    if (why) return { status: 400, body: invalid(index, why) }
  }
  const stored: unknown[] = []
  for (const item of list) {
    const { status, resource } = await upsert(item.resourceType, item.id, item)
    if (status >= 400) return { status, body: resource }
    stored.push(resource)
  }
  return { status: 200, body: stored }
}
