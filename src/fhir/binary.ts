// Binary (R4 binary.html#rest): raw bytes in and out, which no browser may take for a page of ours (security-requirements S-26).
import type { StoredResource } from '../store/store.ts'
import type { Call } from './call.ts'
import { FhirError } from './outcome.ts'
import { acceptedTypes } from './presentation.ts'
import type { FhirResponse } from './request.ts'
import { parseStored, type Resource } from './resource.ts'
import { versionHeaders } from './shown.ts'

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(?:\s*;\s*[\w.-]+=[\w."+-]+)*$/
const FHIR_TYPES = /^(?:application\/fhir\+json|application\/json|application\/json\+fhir|text\/json|[a-z]+\/(?:x-)?(?:fhir\+)?yaml)$/

/** The bytes, where the client accepts something else than FHIR; undefined: answer as any resource. */
export const binaryAnswer = ({ fhir }: Call, found: StoredResource): FhirResponse | undefined => {
  const { headers, query } = fhir.request
  if (found.type !== 'Binary' || query.has('_format')) return undefined
  const [first = '*/*', ...others] = acceptedTypes(headers.get('accept') ?? '')
  if (FHIR_TYPES.test(first) || headers.get('accept') === undefined) return undefined
  const { contentType, data } = parseStored(found.text ?? '')
  const type = typeof contentType === 'string' && MEDIA_TYPE.test(contentType) ? contentType : 'application/octet-stream'
  const [media = ''] = type.toLowerCase().split(';')
  const wanted = [first, ...others].some((range) => range === '*/*' || range === media.trim() || range === `${media.split('/')[0]}/*`)
  if (!wanted && /fhir\+xml|xml\+fhir/.test(first)) throw new FhirError('not-supported', 'XML is not served', { status: 406 })
  if (!wanted) return undefined
  return {
    status: 200,
    headers: {
      ...versionHeaders(found),
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'content-disposition': 'attachment',
    },
    body: new Uint8Array(Buffer.from(typeof data === 'string' ? data : '', 'base64')),
  }
}

/** A body that is not FHIR, as a Binary; undefined where the content type is one of FHIR's. */
export const binaryBody = async ({ fhir, route }: Call): Promise<Resource | undefined> => {
  const contentType = fhir.request.headers.get('content-type') ?? ''
  const [media = ''] = contentType.toLowerCase().split(';')
  if (route.type !== 'Binary' || fhir.entry || media === '' || FHIR_TYPES.test(media.trim())) return undefined
  if (!MEDIA_TYPE.test(contentType)) throw new FhirError('value', 'the content type is not valid')
  const security = fhir.request.headers.get('x-security-context')
  const bytes = await fhir.request.body()
  return {
    resourceType: 'Binary',
    contentType,
    ...(security !== undefined && { securityContext: { reference: security } }),
    // Of no bytes there is no base64 (R4 datatypes.html#base64Binary).
    ...(bytes.length > 0 && { data: Buffer.from(bytes).toString('base64') }),
  }
}
