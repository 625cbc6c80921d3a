// FHIR history (R4 http.html#history) of an instance, a type or the system. Each version is judged by itself before it is shown.
import { formatParameters, type Parameters, parametersOf } from '../../http/parameters.ts'
import { etag } from '../../http/preconditions.ts'
import { authorizeHistory } from '../../store/plan.ts'
import type { HistoryPlan, StoredResource } from '../../store/store.ts'
import type { Call, Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters, presentationParameters } from '../parameters.ts'
import { type Permit, permitOf } from '../permit.ts'
import { openCursor, sealCursor } from '../search/cursor.ts'
import { intervalOf } from '../search/date.ts'
import { countOf } from '../search/result.ts'
import { shownText } from '../shown.ts'
import { notHere } from './read.ts'
import { isVisible, known } from './visible.ts'

const KNOWN: ReadonlySet<string> = new Set(['_since', '_at', '_count', '_sort', '_cursor'])
const DEFAULT_COUNT = 100
const MAX_COUNT = 1000
/** A principal who sees next to nothing of a long history is refused before the walk takes for ever. */
const MAX_WALKED = 50_000

const timeOf = (parameters: Parameters, name: string) => {
  const value = parameters.get(name)
  if (value === undefined) return undefined
  const interval = intervalOf(value)
  if (!interval) throw new FhirError('value', `${name} is a date or an instant`)
  return interval
}

/** `_sort=_lastUpdated` is oldest first (R5 http.html#history; R4 has newest first only). */
const isAscending = (parameters: Parameters): boolean => {
  const sort = parameters.get('_sort') ?? '-_lastUpdated'
  if (sort !== '_lastUpdated' && sort !== '-_lastUpdated')
    throw new FhirError('value', '_sort of a history is _lastUpdated or -_lastUpdated')
  if (sort === '_lastUpdated' && parameters.has('_at')) throw new FhirError('invalid', '_at is answered newest first')
  return sort === '_lastUpdated'
}

interface Walk {
  readonly call: Call
  readonly permit: Permit
  readonly plan: HistoryPlan
  /** `_at`: versions that were current at some time within it. */
  readonly at: { readonly from: number; readonly to: number } | undefined
}

/** Versions come newest first, so the one that follows a version has been met before it. */
const wasCurrent = (version: StoredResource, { at }: Walk, followed: Map<string, number>): boolean => {
  const key = `${version.type}/${version.id}`
  const until = followed.get(key)
  followed.set(key, version.updated)
  return !at || (version.updated < at.to && (until === undefined || until > at.from) && version.text !== undefined)
}

interface Page {
  readonly versions: readonly StoredResource[]
  /** Is there another version that may be seen. */
  readonly more: boolean
}

/**
 * Goes on until one more than the page holds is found: a next link may not tell that there is something that may not be seen (I4).
 * `_at` is answered in one page: which version follows is not known of the first ones of a later page.
 */
const walk = async (input: Walk): Promise<Page> => {
  const { call, permit, plan, at } = input
  const { store } = call.deps
  const followed = new Map<string, number>()
  const versions: StoredResource[] = []
  let after = plan.after
  for (let walked = 0; walked < MAX_WALKED; ) {
    const wanted = at ? MAX_COUNT : plan.count + 1 - versions.length
    const page = await store.history(authorizeHistory({ ...plan, count: wanted, ...(after && { after }) }))
    for (const version of page.versions) {
      if (!wasCurrent(version, input, followed)) continue
      if (await isVisible(call.deps, version, permit.rows(version.type, 'r'))) versions.push(version)
    }
    if (!at && versions.length > plan.count) return { versions: versions.slice(0, plan.count), more: true }
    if (!page.more) return { versions, more: false }
    after = page.versions.at(-1)
    walked += page.versions.length
  }
  throw new FhirError('too-costly', 'the history is too long to look through: ask for a type or an instance, or with _since')
}

const positionText = ({ type, id, version }: StoredResource): string => `${type}/${id}/${version}`

/** A page starts after this version; only this server writes what is read here. */
const positionOf = (text: string): NonNullable<HistoryPlan['after']> => {
  const [type = '', id = '', version] = text.split('/')
  return { type, id, version: Number(version) }
}

const METHODS = { create: 'POST', update: 'PUT', delete: 'DELETE' } as const
const STATUSES = { create: '201', update: '200', delete: '204' } as const

const entryText = (
  call: Call,
  { type, id, version, updated, method, text }: StoredResource,
  show: (type: string, text: string) => string,
) => {
  const resource = text === undefined ? '' : `,"resource":${show(type, text)}`
  const request = { method: METHODS[method], url: method === 'create' ? type : `${type}/${id}` }
  const response = { status: STATUSES[method], etag: etag(version), lastModified: new Date(updated).toISOString() }
  const fullUrl = JSON.stringify(`${call.fhir.base}/${type}/${id}`)
  return `{"fullUrl":${fullUrl}${resource},"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`
}

const bundle = (call: Call, parameters: Parameters, { versions, more }: Page, binding: string): string => {
  const { fhir, deps } = call
  const path = fhir.segments.join('/')
  const link = (relation: string, entries: Parameters['entries']) => {
    const query = formatParameters(entries)
    return { relation, url: `${fhir.base}/${path}${query && '?'}${query}` }
  }
  const own = parameters.entries.filter(([name]) => name !== '_cursor')
  const links = [link('self', parameters.entries)]
  const last = versions.at(-1)
  if (more && last) links.push(link('next', [...own, ['_cursor', sealCursor(deps.cursorKey, positionText(last), binding)]]))
  const show = shownText(call)
  const total = !more && !parameters.has('_cursor') ? `,"total":${versions.length}` : ''
  const entries = versions.map((version) => entryText(call, version, show))
  const entry = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`
  return `{"resourceType":"Bundle","type":"history"${total},"link":${JSON.stringify(links)}${entry}}`
}

/** An instance must be visible as it is now; a foreign one answers as an absent one. */
const checkInstance = async ({ route, deps }: Call, permit: Permit): Promise<void> => {
  const { type, id } = route
  if (type === undefined || id === undefined) return
  if (!(await known(deps, type, id, permit.rows(type, 'r')))) throw notHere()
}

export const history: Handler = async (call) => {
  const { route, deps, fhir } = call
  const parameters = onlyParameters(call, KNOWN)
  const since = timeOf(parameters, '_since')
  const at = timeOf(parameters, '_at')
  const count = Math.max(1, countOf(parameters.get('_count') ?? String(DEFAULT_COUNT), MAX_COUNT))
  const ascending = isAscending(parameters)
  const binding = JSON.stringify([fhir.segments, parameters.get('_since') ?? '', at ? '_at' : '', ascending])
  const cursor = parameters.get('_cursor')
  const after = cursor === undefined ? undefined : positionOf(openCursor(deps.cursorKey, cursor, binding))
  const permit = await permitOf(call, { parameters })
  await checkInstance(call, permit)
  const page = await walk({
    call,
    permit,
    at,
    plan: {
      count,
      ascending,
      ...(route.type !== undefined && { type: route.type }),
      ...(route.id !== undefined && { id: route.id }),
      ...(since && { since: since.from }),
      ...(after !== undefined && { after }),
    },
  })
  const shownParameters = parametersOf([...parameters.entries.filter(([name]) => KNOWN.has(name)), ...presentationParameters(fhir.request)])
  return { status: 200, headers: {}, body: bundle(call, shownParameters, page, binding) }
}
