// YAML 1.2 bodies (Aidbox's `text/yaml`), held to the same limits as JSON: no duplicate names, few aliases, no warnings.
import { HttpError } from './errors.ts'
import { decodeBody, type JsonValue, MalformedBody, parseJson, stringifyJson } from './json.ts'

const MAX_ALIASES = 16
/** Bytes. YAML is read thirty times as slowly as JSON, and anybody may send it. */
const MAX_YAML = 262_144

/** Loaded with the first YAML: most processes never see any, and idle memory is theirs. */
const documents = () => import('./yaml-documents.ts')

const placeOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n')
  return `(${before.length}:${(before.at(-1) ?? '').length + 1})`
}

const documentOf = async (text: string) => {
  const { composeDocuments, exactNumbers, GivenUp } = await documents()
  try {
    const [document, second] = composeDocuments(text, { prettyErrors: false, logLevel: 'silent' })
    if (second) throw new MalformedBody('the YAML holds more than one document')
    return { document, isExact: document !== undefined && exactNumbers(document) }
  } catch (error) {
    if (error instanceof GivenUp) throw new MalformedBody(`${error.message} ${placeOf(text, error.offset)}`)
    throw error
  }
}

const isEndless = (value: unknown): boolean => typeof value === 'number' && !Number.isFinite(value)

const refuse = (): never => {
  throw new MalformedBody('the YAML holds a number that is not finite')
}

/** Reads one YAML document. Rejects with MalformedBody, or an HttpError 413. */
export const parseYaml = async (input: string | Uint8Array): Promise<JsonValue> => {
  if (input.length > MAX_YAML) throw new HttpError(413, `a body in YAML is at most ${MAX_YAML} bytes long: send JSON`)
  const text = decodeBody(input)
  const { document, isExact } = await documentOf(text)
  const problem = document?.errors[0] ?? document?.warnings[0]
  if (problem) throw new MalformedBody(`${problem.message} ${placeOf(text, problem.pos[0])}`)
  let json: string
  try {
    const plain: unknown = document?.toJS({ maxAliasCount: MAX_ALIASES })
    json = JSON.stringify(plain, (_name, value) => (isEndless(value) ? refuse() : value)) ?? 'null'
    // That holds no circle, so it can be walked.
    if (isExact) json = stringifyJson((await documents()).withExactNumbers(plain))
  } catch (error) {
    // A value within itself (`&a [*a]`) is nothing that JSON can hold.
    throw error instanceof MalformedBody ? error : new MalformedBody('the YAML refers to its anchors too often, in a circle, or to none')
  }
  // One set of rules: names, depth and finite numbers are judged by the JSON reader.
  return parseJson(json)
}

/** YAML text of a JSON value. */
export const stringifyYaml = async (value: unknown): Promise<string> => (await documents()).yamlText(value)
