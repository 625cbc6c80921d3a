// A search by POST (R4 http.html#search): what its form says and what its url says are one query, for whatever reads the query.
import { parametersOf, parseParameters } from '../http/parameters.ts'
import { FhirError } from './outcome.ts'
import type { FhirRequest } from './request.ts'

/** Is this a search by POST? */
export const isForm = ({ request, segments }: FhirRequest): boolean => request.method === 'POST' && segments.at(-1) === '_search'

/** The request with its form in its query. A POST's body is a form and nothing else: throws FhirError 415. */
export const withForm = async (fhir: FhirRequest): Promise<FhirRequest> => {
  const { request } = fhir
  const bytes = await request.body()
  const contentType = request.headers.get('content-type') ?? ''
  if (bytes.length > 0 && !/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    throw new FhirError('not-supported', 'the body of _search is application/x-www-form-urlencoded', { status: 415 })
  }
  const form = parseParameters(new TextDecoder('utf-8', { fatal: false }).decode(bytes))
  return { ...fhir, request: { ...request, query: parametersOf([...request.query.entries, ...form.entries]) } }
}
