// YAML 1.2 bodies (Aidbox's `text/yaml`), held to the same limits as JSON: no duplicate names, few aliases, no warnings.
import { decodeBody, type JsonValue, MalformedBody, parseJson } from './json.ts'

const MAX_ALIASES = 16

/** Loaded with the first YAML: most processes never see any, and idle memory is theirs. */
const yaml = () => import('yaml')

/** Reads one YAML document. Rejects with MalformedBody. */
export const parseYaml = async (input: string | Uint8Array): Promise<JsonValue> => {
  const text = decodeBody(input)
  const { parseDocument } = await yaml()
  const document = parseDocument(text, { uniqueKeys: true, prettyErrors: true })
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw new MalformedBody(problem.message.split('\n')[0] ?? 'the YAML is malformed')
  let plain: unknown
  try {
    plain = document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch {
    throw new MalformedBody('the YAML refers to its anchors too often, or to none')
  }
  // One set of rules: names, depth and finite numbers are judged by the JSON reader.
  return parseJson(
    JSON.stringify(plain, (_name, value) => (typeof value === 'number' && !Number.isFinite(value) ? refuse() : value)) ?? 'null',
  )
}

const refuse = (): never => {
  throw new MalformedBody('the YAML holds a number that is not finite')
}

/** YAML text of a JSON value. */
export const stringifyYaml = async (value: unknown): Promise<string> => (await yaml()).stringify(value)
