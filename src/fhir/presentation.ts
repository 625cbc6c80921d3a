// How an answer is written: JSON, YAML or Aidbox's spelling; whole or in part (R4 http.html#mime-type, search.html#elements, #summary).
import { MAX_DEPTH, parseJson } from '../http/json.ts'
import { prettyJson } from '../http/pretty.ts'
import { remembering } from '../http/remember.ts'
import type { CanonicalRequest } from '../http/request.ts'
import { stringifyYaml } from '../http/yaml.ts'
import type { Formats } from './call.ts'
import { FhirError } from './outcome.ts'
import type { FhirResponse, Format } from './request.ts'
import { isResource } from './resource.ts'

export interface Presentation {
  readonly syntax: 'json' | 'yaml'
  readonly contentType: string
  readonly pretty: boolean
}

const FHIR_JSON = 'application/fhir+json; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'
const YAML_TYPE = 'text/yaml; charset=utf-8'

/** Media types and `_format`'s short names, to what is written. */
const SYNTAXES: ReadonlyMap<string, Pick<Presentation, 'syntax' | 'contentType'>> = new Map<
  string,
  Pick<Presentation, 'syntax' | 'contentType'>
>([
  ['application/fhir+json', { syntax: 'json', contentType: FHIR_JSON }],
  ['*/*', { syntax: 'json', contentType: FHIR_JSON }],
  ['application/*', { syntax: 'json', contentType: FHIR_JSON }],
  ['json', { syntax: 'json', contentType: FHIR_JSON }],
  ['application/json+fhir', { syntax: 'json', contentType: FHIR_JSON }],
  ['application/json', { syntax: 'json', contentType: JSON_TYPE }],
  ['text/json', { syntax: 'json', contentType: JSON_TYPE }],
  ['yaml', { syntax: 'yaml', contentType: YAML_TYPE }],
  ['text/yaml', { syntax: 'yaml', contentType: YAML_TYPE }],
  ['application/yaml', { syntax: 'yaml', contentType: YAML_TYPE }],
  ['application/x-yaml', { syntax: 'yaml', contentType: YAML_TYPE }],
  ['application/fhir+yaml', { syntax: 'yaml', contentType: YAML_TYPE }],
])

/** A client sends the same header with every request. */
const REMEMBERED = 200

/** The media types of an Accept header, the most wanted first; those with `q=0` are left out (RFC 9110 §12.5.1). */
export const acceptedTypes = remembering(REMEMBERED, (accept): readonly string[] =>
  accept
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
      const quality = parameters.find((part) => part.startsWith('q='))
      return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) }
    })
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ type }) => type),
)

const refused = (what: string): FhirError =>
  new FhirError('not-supported', `${what} is not served: ask for application/fhir+json or text/yaml`, { status: 406 })

/** What was asked for, by `_format` or else by Accept. Throws FhirError 406. */
export const presentationOf = ({ query, headers }: CanonicalRequest, format: Format): Presentation => {
  const pretty = query.get('_pretty') === 'true'
  const asked = query.get('_format')
  if (asked !== undefined && asked !== '') {
    // A plus sign that was not escaped has become a space.
    const [type = ''] = asked.toLowerCase().split(';')
    const known = SYNTAXES.get(type.trim().replace(' ', '+'))
    if (!known) throw refused(/xml/i.test(asked) ? 'XML' : 'this _format')
    return { syntax: known.syntax, contentType: known.contentType, pretty }
  }
  const fallback = { syntax: 'json', contentType: format === 'fhir' ? FHIR_JSON : JSON_TYPE, pretty } as const
  const accept = headers.get('accept')
  if (accept === undefined || accept === '') return fallback
  const wanted = acceptedTypes(accept)
  const first = wanted.find((type) => SYNTAXES.has(type))
  if (first === undefined) throw refused(wanted.every((type) => /xml/.test(type)) ? 'XML' : 'none of the accepted media types')
  const { syntax, contentType } = first.includes('*') ? fallback : (SYNTAXES.get(first) ?? fallback)
  return { syntax, contentType, pretty }
}

/** Plain JSON, for answers to requests whose wishes could not be read. */
export const plain = (format: Format): Presentation => ({
  syntax: 'json',
  contentType: format === 'fhir' ? FHIR_JSON : JSON_TYPE,
  pretty: false,
})

/** A Bundle is deeper than what it holds. */
const DEPTH = { maxDepth: MAX_DEPTH + 16 }

const written = async (text: string, { syntax, pretty }: Presentation, format: Format, formats: Formats | undefined): Promise<string> => {
  if (syntax === 'json' && !pretty && (format === 'fhir' || !formats)) return text
  const value = parseJson(text, DEPTH)
  const spelt = format === 'aidbox' && formats && isResource(value) ? formats.toAidbox(value) : value
  return syntax === 'yaml' ? stringifyYaml(spelt) : prettyJson(spelt, pretty)
}

const COMMON = { 'cache-control': 'private, no-store', vary: 'Authorization, Accept' }

/** The answer as it was asked for; stored text that is wanted as JSON passes through untouched. */
export const present = async (
  response: FhirResponse,
  presentation: Presentation,
  format: Format,
  formats: Formats | undefined,
): Promise<FhirResponse> => {
  const { status, headers, body } = response
  if (typeof body !== 'string') return { ...response, headers: Object.assign({}, COMMON, headers) }
  const all = Object.assign({ 'content-type': presentation.contentType }, COMMON, headers)
  return { status, headers: all, body: await written(body, presentation, format, formats) }
}
