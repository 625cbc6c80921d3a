// Bodies in, stored text out: a resource is composed once, at write, and sent as stored afterwards (R4 resource.html#Meta).
import { type JsonValue, MalformedBody, parseJson, stringifyJson } from '../http/json.ts'
import type { CanonicalRequest } from '../http/request.ts'
import { parseYaml } from '../http/yaml.ts'
import { FhirError } from './outcome.ts'

export type Resource = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The body as a resource of `type`. Throws FhirError 400. */
export const readResource = async (request: CanonicalRequest, type: string): Promise<Resource> => {
  const bytes = await request.body()
  const yaml = /^(?:text|application)\/(?:x-)?yaml\b/.test(request.headers.get('content-type') ?? '')
  let value: JsonValue
  try {
    value = yaml ? parseYaml(bytes) : parseJson(bytes)
  } catch (error) {
    if (error instanceof MalformedBody) throw new FhirError('structure', error.message)
    throw error
  }
  if (!isRecord(value)) throw new FhirError('structure', 'the body is not a resource')
  if (value.resourceType !== type) throw new FhirError('structure', `the body's resourceType is not ${type}`)
  if (value.meta !== undefined && !isRecord(value.meta)) throw new FhirError('structure', 'meta is not an object')
  return value
}

/** The text of a version, with its id and meta. */
export const composeText = (resource: Resource, id: string, version: number, updated: number): string => {
  const { resourceType, id: _id, meta, ...rest } = resource
  const own = isRecord(meta) ? meta : {}
  const stamped = { ...own, versionId: String(version), lastUpdated: new Date(updated).toISOString() }
  return stringifyJson({ resourceType, id, meta: stamped, ...rest })
}
