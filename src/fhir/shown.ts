// A stored resource as an answer: without secrets, in the part that was asked for, with its version's headers.
import { stringifyJson } from '../http/json.ts'
import { etag, httpDate } from '../http/preconditions.ts'
import type { StoredResource } from '../store/store.ts'
import type { Call } from './call.ts'
import type { FhirResponse } from './request.ts'
import { parseStored } from './resource.ts'
import { subsetOf } from './subset.ts'

/** Does this request see the stored texts of a type as they are. */
export const isShownWhole = ({ deps, fhir }: Call, type: string): boolean =>
  !deps.configuration.owns(type) && subsetOf(fhir.request.query, deps.definitions) === undefined

/** How this request sees stored texts of a type. The hot path, a whole resource of FHIR's, is the text itself. */
export const shownText = (call: Call): ((type: string, text: string) => string) => {
  const { deps, fhir } = call
  const subset = subsetOf(fhir.request.query, deps.definitions)
  return (type, text) => {
    const owned = deps.configuration.owns(type)
    if (!owned && !subset) return text
    const resource = parseStored(text)
    const open = owned ? deps.configuration.redact(type, resource) : resource
    return stringifyJson(subset ? subset(open) : open)
  }
}

/** ETag and Last-Modified of a version. */
export const versionHeaders = ({ version, updated }: { readonly version: number; readonly updated: number }): Record<string, string> => ({
  etag: etag(version),
  'last-modified': httpDate(updated),
})

/** The resource as it is stored. */
export const shown = (call: Call, status: number, resource: StoredResource): FhirResponse => ({
  status,
  headers: versionHeaders(resource),
  body: shownText(call)(resource.type, resource.text ?? ''),
})
