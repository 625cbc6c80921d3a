// Bodies in, stored text out: a resource is composed once, at write, and sent as stored afterwards (R4 resource.html#Meta).
import { ExactNumber, type JsonValue, MalformedBody, parseJson, stringifyJson } from '../http/json.ts'
import type { Random } from '../http/runtime.ts'
import { parseYaml } from '../http/yaml.ts'
import type { Call } from './call.ts'
import { isId } from './ids.ts'
import { FhirError } from './outcome.ts'
import type { FhirRequest } from './request.ts'

export type Resource = Readonly<Record<string, unknown>>

/** Is this parsed value an object, with values as JSON has them? */
export const isRecord = (value: unknown): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)

/** Is this parsed value an object, as every resource is? */
export const isResource = (value: unknown): value is Resource => isRecord(value)

/** A stored text as a resource; it was checked when it was stored. */
export const parseStored = (text: string): Resource => {
  const value = parseJson(text)
  if (!isRecord(value)) throw new Error('a stored text is not a resource')
  return value
}

const YAML = /^(?:text|application)\/(?:x-|fhir\+)?yaml\b/i
const JSON_TYPES = /^(?:application\/(?:fhir\+json|json\+fhir|json|json-patch\+json|merge-patch\+json)|text\/json)\b/i

/** The body as a value: JSON, or YAML where the content type says so. Throws FhirError 400 or 415. */
export const readBody = async ({ request, entry }: FhirRequest): Promise<JsonValue> => {
  if (entry) return entry.resource ?? null
  const contentType = request.headers.get('content-type') ?? ''
  const yaml = YAML.test(contentType)
  if (contentType !== '' && !yaml && !JSON_TYPES.test(contentType)) {
    const what = /xml/i.test(contentType) ? 'XML' : 'this content type'
    throw new FhirError('not-supported', `${what} is not understood: send application/fhir+json or text/yaml`, { status: 415 })
  }
  const charset = /charset=("?)([\w-]+)\1/i.exec(contentType)?.[2]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw new FhirError('not-supported', 'bodies are UTF-8', { status: 415 })
  const bytes = await request.body()
  try {
    return yaml ? await parseYaml(bytes) : parseJson(bytes)
  } catch (error) {
    if (error instanceof MalformedBody) throw new FhirError('structure', error.message)
    throw error
  }
}

/** A value as a resource of `type`. Throws FhirError 400. */
export const asResource = (value: unknown, type: string): Resource => {
  if (!isRecord(value)) throw new FhirError('structure', 'the body is not a resource')
  if (value.resourceType !== type) throw new FhirError('structure', `the body's resourceType is not ${type}`)
  if (value.meta !== undefined && !isRecord(value.meta))
    throw new FhirError('structure', 'meta is not an object', { expression: `${type}.meta` })
  return value
}

/** The body as a resource of the route's type, in FHIR's form. Throws FhirError 400 or 415. */
export const readResource = async ({ fhir, route, deps }: Call): Promise<Resource> => {
  const value = await readBody(fhir)
  const { type = '' } = route
  // The Bundle around an entry was converted as a whole.
  if (fhir.format !== 'aidbox' || fhir.entry) return asResource(value, type)
  // Aidbox takes the type from the URL where the body has none.
  const typed = isRecord(value) && value.resourceType === undefined ? { resourceType: type, ...value } : value
  const resource = asResource(typed, type)
  return deps.formats ? deps.formats.toFhir(resource) : resource
}

/** The id that a body gives itself. Throws FhirError 400. */
export const bodyId = (resource: Resource, { deps }: Call): string | undefined => {
  const owned = deps.configuration.owns(String(resource.resourceType))
  if (resource.id === undefined) return undefined
  if (typeof resource.id !== 'string' || !isId(resource.id, owned))
    throw new FhirError('value', 'the id is not valid', { expression: `${String(resource.resourceType)}.id` })
  return resource.id
}

/** A new id: a random UUID (RFC 9562 §5.4). */
export const newId = (random: Random): string => {
  const bytes = random.bytes(16)
  const hex = Buffer.from(bytes.map((byte, at) => (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte))).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The text of a version, with its id and meta. */
export const composeText = (resource: Resource, id: string, version: number, updated: number): string => {
  const own = isRecord(resource.meta) ? resource.meta : {}
  const meta = Object.assign({}, own, { versionId: String(version), lastUpdated: new Date(updated).toISOString() })
  return stringifyJson(Object.assign({ resourceType: resource.resourceType, id, meta }, resource, { id, meta }))
}
