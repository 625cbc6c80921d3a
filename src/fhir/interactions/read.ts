// FHIR read (R4 http.html#read). What the principal may not see is not here; what was deleted is gone for who may see it.
import { etag } from '../../http/preconditions.ts'
import type { StoredResource } from '../../store/store.ts'
import { binaryAnswer } from '../binary.ts'
import type { Call, Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { permitOf } from '../permit.ts'
import { shown, versionHeaders } from '../shown.ts'
import { known } from './visible.ts'

/** Does the client have this version already (RFC 9110 §13.1.2, §13.1.3: If-None-Match wins over If-Modified-Since). */
const isKnown = ({ fhir }: Call, { version, updated }: StoredResource): boolean => {
  const { headers } = fhir.request
  const tags = headers.get('if-none-match')
  if (tags !== undefined) return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag(version))
  const since = Date.parse(headers.get('if-modified-since') ?? '')
  return !Number.isNaN(since) && Math.floor(updated / 1000) * 1000 <= since
}

export const notHere = (): FhirError => new FhirError('not-found', 'the resource is not here')

export const read: Handler = async (call) => {
  const { type = '', id = '' } = call.route
  const permit = await permitOf(call, { parameters: onlyParameters(call) })
  const found = await known(call.deps, type, id, permit.rows(type, 'r'))
  if (!found) throw notHere()
  if (found.text === undefined) throw new FhirError('deleted', 'the resource was deleted')
  if (isKnown(call, found)) return { status: 304, headers: versionHeaders(found) }
  return binaryAnswer(call, found) ?? shown(call, 200, found)
}
