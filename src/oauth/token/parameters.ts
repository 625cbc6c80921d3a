// Phase 1 of the token endpoint: its parameters, each at most once, from a form, JSON or YAML body and never from the query
// (RFC 6749 §3.2, security-requirements O-04, O-18).
import { MalformedBody, parseJson } from '../../http/json.ts'
import { MalformedParameters, parseParameters } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { parseYaml } from '../../http/yaml.ts'
import { OAuthError } from '../errors.ts'

export type OAuthParameters = ReadonlyMap<string, string>

const form = (text: string): OAuthParameters => {
  const parameters = parseParameters(text)
  const repeated = parameters.repeated()
  if (repeated !== undefined) throw new OAuthError('invalid_request', `the parameter ${repeated} stands more than once`)
  return new Map(parameters.entries)
}

const members = (body: unknown): OAuthParameters => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new OAuthError('invalid_request', 'the body must be an object')
  const entries = Object.entries(body)
  const wrong = entries.find(([, value]) => typeof value !== 'string')
  if (wrong) throw new OAuthError('invalid_request', `the parameter ${wrong[0]} must be a string`)
  return new Map(entries)
}

const READERS: ReadonlyMap<string, (text: string) => OAuthParameters | Promise<OAuthParameters>> = new Map<
  string,
  (text: string) => OAuthParameters | Promise<OAuthParameters>
>([
  ['application/x-www-form-urlencoded', form],
  ['application/json', (text) => members(parseJson(text))],
  ['text/yaml', async (text) => members(await parseYaml(text))],
  ['application/yaml', async (text) => members(await parseYaml(text))],
])

const readerOf = (contentType: string) => {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='))
  const reader = READERS.get(type.trim())
  if (!reader || (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))) {
    throw new OAuthError('invalid_request', 'the body must be a form, JSON or YAML in UTF-8', { status: 415 })
  }
  return reader
}

const decodeUtf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

/** The parameters; those sent without a value are as good as absent (RFC 6749 §3.1). */
export const readParameters = async (request: CanonicalRequest): Promise<OAuthParameters> => {
  if (request.queryString !== '') throw new OAuthError('invalid_request', 'parameters belong in the body')
  const read = readerOf(request.headers.get('content-type') ?? '')
  const bytes = await request.body()
  try {
    return new Map([...(await read(decodeUtf8(bytes)))].filter(([, value]) => value !== ''))
  } catch (error) {
    if (error instanceof OAuthError) throw error
    const reason = error instanceof MalformedParameters || error instanceof MalformedBody ? error.message : 'the body cannot be read'
    throw new OAuthError('invalid_request', reason, { cause: error })
  }
}

/** A parameter that must be there. */
export const required = (parameters: OAuthParameters, name: string): string => {
  const value = parameters.get(name)
  if (value === undefined) throw new OAuthError('invalid_request', `the parameter ${name} is missing`)
  return value
}

/** The scopes asked, each once, in order; undefined where none is asked. */
export const askedScope = (parameters: OAuthParameters): readonly string[] | undefined => {
  const text = parameters.get('scope')
  if (text === undefined) return undefined
  if (text.length > 4_096) throw new OAuthError('invalid_scope', 'the scope is too long')
  return [...new Set(text.split(' ').filter((scope) => scope !== ''))]
}
