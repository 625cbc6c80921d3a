// The visible table (R4 http.html): method and shape of the segments, to the interaction and what it needs.
import type { Method } from '../http/request.ts'
import type { Permission } from './access.ts'
import { FhirError } from './outcome.ts'
import type { Format } from './request.ts'

export type Interaction = 'read' | 'update' | 'delete' | 'create'

export interface Route {
  readonly interaction: Interaction
  readonly operation: string
  readonly permissions: readonly Permission[]
  readonly type: string
  readonly id: string | undefined
}

type Row = readonly [method: Method, shape: 'type' | 'instance', Interaction, operation: string, permissions: readonly Permission[]]

const TABLE: readonly Row[] = [
  ['POST', 'type', 'create', 'Create', ['c']],
  ['GET', 'instance', 'read', 'Read', ['r']],
  ['PUT', 'instance', 'update', 'Update', ['u', 'c']],
  ['DELETE', 'instance', 'delete', 'Delete', ['d']],
]

/** The route of a request, or FhirError 400, 404 or 405; Aidbox's format names operations without `Fhir`. */
export const routeOf = (method: Method, segments: readonly string[], format: Format, serves: (type: string) => boolean): Route => {
  const [type, id] = segments
  if (type === undefined || segments.length > 2 || !/^[A-Za-z]+$/.test(type) || !serves(type)) {
    throw new FhirError('not-found', 'there is nothing of this name here')
  }
  if (id !== undefined && !/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw new FhirError('value', 'the id is not valid')
  const shape = id === undefined ? 'type' : 'instance'
  const asked = method === 'HEAD' ? 'GET' : method
  const row = TABLE.find((one) => one[0] === asked && one[1] === shape)
  if (!row) {
    const allow = TABLE.filter((one) => one[1] === shape).map((one) => one[0])
    throw new FhirError('not-supported', 'this method is not supported here', { headers: { allow: allow.join(', ') } })
  }
  return { interaction: row[2], operation: format === 'fhir' ? `Fhir${row[3]}` : row[3], permissions: row[4], type, id }
}
