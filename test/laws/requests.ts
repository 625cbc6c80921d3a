// Random requests of one patient's app: everything it can ask, of its own records, of the other's and of what never was.
import type { Draw } from './draw.ts'
import { idOf, PATIENTS, queryOf, TYPES } from './queries.ts'

export interface Asked {
  readonly method: string
  /** Below the FHIR base. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const JSON_TYPE = { 'content-type': 'application/fhir+json' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const get = (path: string, headers: Readonly<Record<string, string>> = {}): Asked => ({ method: 'GET', path, headers })
const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`)
/** A query as a URL holds it; the generator's are written for people. */
const escaped = (query: string): string => query.replace(/[ |$]/g, (one) => encodeURIComponent(one))

const observation = (draw: Draw, id?: string): string =>
  JSON.stringify({
    resourceType: 'Observation',
    ...(id !== undefined && { id }),
    status: draw.pick(['final', 'preliminary']),
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: draw.pick(['laboratory', 'survey']) }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: draw.pick(['8867-4', '718-7']) }] },
    subject: { reference: `Patient/${draw.pick(['p1', 'p1', 'p10', 'p100'])}` },
    effectiveDateTime: '2024-01-05',
    ...(draw.chance(0.3) && { encounter: { reference: `Encounter/${idOf(draw, 'Encounter')}` } }),
    ...(draw.chance(0.3) && { hasMember: [{ reference: `Observation/${idOf(draw, 'Observation')}` }] }),
    ...(draw.chance(0.3) && {
      focus: [{ reference: draw.pick(['Patient/p10', 'Patient/p1', 'Device/p10-Device-1', 'Group/group-p1-p10']) }],
    }),
    ...(draw.chance(0.3) && { performer: [{ reference: draw.pick(['Practitioner/d1', 'Practitioner/d9', 'Patient/p10']) }] }),
    ...(draw.chance(0.2) && { identifier: [{ system: 'urn:mr', value: `p1-written-${draw.below(50)}` }] }),
  })

const READS: ReadonlyArray<(draw: Draw) => Asked> = [
  (draw) => {
    const type = draw.pick(TYPES)
    const query = draw.chance(0.2)
      ? draw.pick(['_summary=true', '_elements=status', '_format=yaml', '_pretty=true', 'patient=Patient/p1'])
      : ''
    const headers = draw.chance(0.1)
      ? { 'if-none-match': 'W/"1"' }
      : draw.chance(0.05)
        ? { 'if-modified-since': 'Fri, 05 Jan 2029 00:00:00 GMT' }
        : {}
    return { ...get(withQuery(`${type}/${idOf(draw, type)}`, query), headers), method: draw.chance(0.1) ? 'HEAD' : 'GET' }
  },
  (draw) => {
    const type = draw.pick(TYPES)
    return get(`${type}/${idOf(draw, type)}/_history/${1 + draw.below(3)}`)
  },
  (draw) => {
    const type = draw.pick(TYPES)
    const query = draw.pick(['', '_count=2', '_count=1', '_since=2024-01-05', '_at=2024-01-05'])
    return get(withQuery(draw.pick([`${type}/${idOf(draw, type)}/_history`, `${type}/_history`, '_history']), query))
  },
]

const SEARCHES: ReadonlyArray<(draw: Draw) => Asked> = [
  (draw) => {
    const type = draw.pick(TYPES)
    return get(withQuery(type, escaped(queryOf(draw, type))))
  },
  (draw) => {
    const type = draw.pick(TYPES)
    return { method: 'POST', path: `${type}/_search`, headers: FORM, body: escaped(queryOf(draw, type)) }
  },
  (draw) => {
    const type = draw.pick(TYPES)
    return get(
      withQuery(`Patient/${draw.pick(PATIENTS)}/${draw.chance(0.3) ? '*' : type}`, draw.chance(0.5) ? '_count=3&_total=accurate' : ''),
    )
  },
  (draw) =>
    get(
      `?_type=${draw.pick(TYPES)},${draw.pick(TYPES)}&_total=accurate&_count=${1 + draw.below(5)}${draw.pick(['', '&_id=p1,p10', '&_sort=_lastUpdated'])}`,
    ),
]

const OPERATIONS: ReadonlyArray<(draw: Draw) => Asked> = [
  (draw) =>
    get(withQuery(`Patient/${draw.pick(PATIENTS)}/$everything`, draw.pick(['', '_count=5', '_since=2024-01-01', '_type=Observation']))),
  (draw) => get(`Encounter/${idOf(draw, 'Encounter')}/$everything`),
  (draw) => {
    const type = draw.pick(TYPES)
    return get(`${type}/${idOf(draw, type)}/$meta`)
  },
]

const WRITES: ReadonlyArray<(draw: Draw) => Asked> = [
  (draw) => {
    const condition = draw.chance(0.4)
      ? {
          'if-none-exist': draw.pick([
            `identifier=urn:mr|p1-written-${draw.below(50)}`,
            `identifier=urn:mr|${idOf(draw, 'Observation').replace(/-(\d)$/, '-mr-$1')}`,
          ]),
        }
      : {}
    return {
      method: 'POST',
      path: 'Observation',
      headers: { ...JSON_TYPE, ...condition },
      body: observation(draw, draw.chance(0.3) ? idOf(draw, 'Observation') : undefined),
    }
  },
  (draw) => {
    const id = idOf(draw, 'Observation')
    const ifMatch = draw.chance(0.2) ? { 'if-match': `W/"${1 + draw.below(3)}"` } : {}
    return { method: 'PUT', path: `Observation/${id}`, headers: { ...JSON_TYPE, ...ifMatch }, body: observation(draw, id) }
  },
  (draw) => ({
    method: 'PATCH',
    path: `Observation/${idOf(draw, 'Observation')}`,
    headers: { 'content-type': 'application/json-patch+json' },
    body: JSON.stringify([
      draw.pick([
        { op: 'replace', path: '/status', value: 'amended' },
        { op: 'test', path: '/status', value: 'final' },
        { op: 'replace', path: '/subject/reference', value: 'Patient/p10' },
      ]),
    ]),
  }),
  (draw) => ({
    method: 'DELETE',
    path: draw.chance(0.7) ? `Procedure/${idOf(draw, 'Procedure')}` : `Procedure?_id=${idOf(draw, 'Procedure')}`,
    headers: {},
  }),
  (draw) => {
    const query = escaped(`identifier=urn:mr|p1-written-${draw.below(50)}`)
    return { method: 'PUT', path: `Observation?${query}`, headers: JSON_TYPE, body: observation(draw) }
  },
]

const ASSORTMENT = [...READS, ...READS, ...SEARCHES, ...SEARCHES, ...SEARCHES, ...OPERATIONS]

const single = (draw: Draw): Asked => draw.pick(draw.chance(0.08) ? WRITES : ASSORTMENT)(draw)

const entryOf = ({ method, path, headers = {}, body }: Asked): object => {
  const condition = { ifMatch: headers['if-match'], ifNoneExist: headers['if-none-exist'], ifNoneMatch: headers['if-none-match'] }
  return {
    request: { method: method === 'HEAD' ? 'GET' : method, url: path, ...condition },
    ...(body !== undefined && method !== 'PATCH' && { resource: JSON.parse(body) }),
  }
}

const bundle = (draw: Draw): Asked => {
  const entries = Array.from({ length: 1 + draw.below(4) }, () => single(draw)).filter(
    ({ path, method }) => !path.includes('_search') && method !== 'PATCH',
  )
  const body = JSON.stringify({ resourceType: 'Bundle', type: draw.pick(['batch', 'batch', 'transaction']), entry: entries.map(entryOf) })
  return { method: 'POST', path: '', headers: JSON_TYPE, body }
}

/** One request; `next` are page links that earlier answers gave. */
export const requestOf = (draw: Draw, next: readonly string[]): Asked => {
  if (next.length > 0 && draw.chance(0.1)) return get(draw.pick(next))
  return draw.chance(0.04) ? bundle(draw) : single(draw)
}
