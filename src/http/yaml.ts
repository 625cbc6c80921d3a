// YAML 1.2 bodies (Aidbox's `text/yaml`), held to the same limits as JSON: no duplicate names, few aliases, no warnings.
import { parseDocument, stringify } from 'yaml'
import { decodeBody, type JsonValue, MalformedBody, parseJson } from './json.ts'

const MAX_ALIASES = 16

/** Reads one YAML document. Throws MalformedBody. */
export const parseYaml = (input: string | Uint8Array): JsonValue => {
  const document = parseDocument(decodeBody(input), { uniqueKeys: true, prettyErrors: true })
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
export const stringifyYaml = (value: unknown): string => stringify(value)
