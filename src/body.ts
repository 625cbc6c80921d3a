// Bodies of the routes that are neither OAuth's nor FHIR's: JSON or YAML in, the same out.
import { HttpError } from './http/errors.ts'
import { type JsonValue, MalformedBody, parseJson, stringifyJson } from './http/json.ts'
import type { CanonicalRequest } from './http/request.ts'
import { parseYaml, stringifyYaml } from './http/yaml.ts'

const isYaml = (header: string | undefined): boolean => /\b(?:text|application)\/(?:x-)?yaml\b/.test(header ?? '')

/** The body's value. Throws HttpError 400. */
export const readBody = async (request: CanonicalRequest): Promise<JsonValue> => {
  const bytes = await request.body()
  try {
    return isYaml(request.headers.get('content-type')) ? await parseYaml(bytes) : parseJson(bytes)
  } catch (error) {
    if (error instanceof MalformedBody) throw new HttpError(400, error.message)
    throw error
  }
}

/** The value in the form that `accept` asks for. */
export const valueResponse = async (request: CanonicalRequest, status: number, value: unknown): Promise<Response> => {
  const yaml = isYaml(request.headers.get('accept'))
  return new Response(yaml ? await stringifyYaml(value) : stringifyJson(value), {
    status,
    headers: { 'content-type': yaml ? 'text/yaml; charset=utf-8' : 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  })
}
