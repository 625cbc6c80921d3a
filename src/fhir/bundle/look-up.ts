// Conditional references (R4 http.html#trules): resolved last, so that they find what the transaction itself stores, and nothing that it
// deletes or changes into something else.
import { parseParameters } from '../../http/parameters.ts'
import { ALL } from '../../store/criterion.ts'
import type { Indexed } from '../../store/entries.ts'
import { matches } from '../../store/matches.ts'
import type { Call } from '../call.ts'
import { conditionOf } from '../conditional.ts'
import { indexOf } from '../indexed.ts'
import { FhirError } from '../outcome.ts'
import type { FhirRequest, FhirResponse } from '../request.ts'
import { isRecord, isResource, parseStored, type Resource } from '../resource.ts'

/** What the transaction makes of the store, by `Type/id`; undefined: it is deleted. */
export type Changed = ReadonlyMap<string, Resource | undefined>

const requestOf = ({ fhir }: Call, type: string, query: string): FhirRequest => ({
  ...fhir,
  segments: [type],
  entry: { resource: undefined },
  request: {
    ...fhir.request,
    method: 'GET',
    path: `${fhir.request.path.replace(/\/$/, '')}/${type}`,
    query: parseParameters(query),
    queryString: query,
    headers: new Map(),
  },
})

/** The names of what a searchset holds. */
const namesIn = (body: FhirResponse['body']): readonly string[] => {
  const { entry } = typeof body === 'string' ? parseStored(body) : {}
  return (Array.isArray(entry) ? entry : []).flatMap((one: unknown) => {
    const resource = isRecord(one) ? one.resource : undefined
    return isResource(resource) ? [`${String(resource.resourceType)}/${String(resource.id)}`] : []
  })
}

/** What the transaction stores of a type, by name, indexed once however many references there are. */
type Index = (type: string) => Promise<ReadonlyMap<string, Indexed>>

const indexed = ({ deps }: Call, changed: Changed): Index => {
  const types = new Map<string, Promise<ReadonlyMap<string, Indexed>>>()
  const make = async (type: string): Promise<ReadonlyMap<string, Indexed>> => {
    const entries = new Map<string, Indexed>()
    for (const [name, resource] of changed) {
      if (resource && name.startsWith(`${type}/`)) entries.set(name, (await indexOf(deps, type, resource))())
    }
    return entries
  }
  return (type) => {
    const known = types.get(type) ?? make(type)
    types.set(type, known)
    return known
  }
}

/** Of what the transaction stores, those that the condition describes. */
const matching = async (call: Call, type: string, query: string, index: Index): Promise<readonly string[]> => {
  const own = await index(type)
  if (own.size === 0) return []
  const condition = conditionOf({ ...call, route: { ...call.route, type } }, query)
  const where = condition.where({ permit: true, rows: () => ALL, confined: false })
  const updated = call.deps.clock.now()
  return [...own].flatMap(([name, entries]) =>
    matches(where, { id: name.slice(type.length + 1), updated, indexed: entries }) ? [name] : [],
  )
}

/**
 * How a conditional reference is resolved to what it is to: by a search of its own, which must find exactly one.
 * The answer rejects with FhirError 412, and 400 for what is no condition.
 */
export const lookUpIn = (
  call: Call,
  changed: Changed,
  serve: (request: FhirRequest) => Promise<FhirResponse>,
): ((reference: string) => Promise<string>) => {
  const index = indexed(call, changed)
  return async (reference) => {
    const [type = '', query = ''] = reference.split(/\?(.*)/s)
    const stored = namesIn((await serve(requestOf(call, type, query))).body).filter((name) => !changed.has(name))
    const [name, ...others] = [...stored, ...(await matching(call, type, query, index))]
    if (name !== undefined && others.length === 0) return name
    const code = others.length > 0 ? 'multiple-matches' : 'processing'
    throw new FhirError(code, `the conditional reference ${reference} does not find exactly one resource`, { status: 412 })
  }
}
