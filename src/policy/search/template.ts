// `{{path}}` in the value of a search parameter: bound as a value, never as syntax. What a value holds of FHIR's separators is escaped
// (R4 search.html#escaping), it brings no comparison prefix of its own, and where it is missing the whole policy is false.
import { at, isMissing } from '../matcho/value.ts'
import { isRequestMember, type RequestObject } from '../request-object.ts'

export interface Template {
  /** The texts between the parameters: one more than there are parameters. */
  readonly texts: readonly string[]
  readonly paths: ReadonlyArray<readonly string[]>
}

const PARAMETER = /\{\{\s*([^{}]*?)\s*\}\}/g

/** Members that say who asks; the others say what is asked. */
const WHO: ReadonlySet<string> = new Set(['user', 'client', 'session', 'role', 'jwt', 'token'])

/** Is the path one of the request itself. */
const isOfRequest = ([first = '']: readonly string[]): boolean => !WHO.has(first)

/** Reads a value; a text: what is wrong with it. */
export const templateOf = (value: string): Template | string => {
  const texts: string[] = []
  const paths: string[][] = []
  let end = 0
  for (const match of value.matchAll(PARAMETER)) {
    const path = (match[1] ?? '').split('.')
    if (path.includes('')) return `${match[0]} names no member of the request, as {{user.id}} does`
    if (!isRequestMember(path[0] ?? '')) return `${match[0]}: the request has no member "${path[0]}"`
    texts.push(value.slice(end, match.index))
    paths.push(path)
    end = match.index + match[0].length
  }
  texts.push(value.slice(end))
  if (texts.some((text) => text.includes('{{') || text.includes('}}'))) return 'a parameter is written {{path}}'
  if (paths.length > 1 && texts.slice(1, -1).includes(''))
    return 'parameters that touch cannot be told apart; write a separator between them'
  return { texts, paths }
}

/** The value that the template has where each parameter is this text. */
export const fill = ({ texts }: Template, parameter: string): string => texts.join(parameter)

const escaped = (value: string): string => value.replace(/[\\,|$]/g, '\\$&')

const scalar = (value: unknown): string | undefined => {
  if (typeof value === 'string') return escaped(value)
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? String(value) : undefined
}

const NOT_MISSING = (value: unknown): boolean => !isMissing(value)

/** The alternatives of one parameter. A list is one of who asks: of what is asked, its sender could make it as wide as they like. */
const valuesAt = (path: readonly string[], request: RequestObject): readonly string[] | undefined => {
  const value = at(request, path)
  if (isMissing(value)) return undefined
  const list: readonly unknown[] = Array.isArray(value) && !isOfRequest(path) ? value.filter(NOT_MISSING) : [value]
  const texts = list.map(scalar).filter((text) => text !== undefined)
  return texts.length === list.length ? texts : undefined
}

/** The value with its parameters bound; undefined where one is missing or nothing that could stand in a search. */
export const bind = ({ texts, paths }: Template, request: RequestObject): readonly string[] | undefined => {
  let alternatives: readonly string[] = [texts[0] ?? '']
  for (const [index, path] of paths.entries()) {
    const values = valuesAt(path, request)
    if (!values || alternatives.length * values.length > 1000) return undefined
    const after = texts[index + 1] ?? ''
    alternatives = alternatives.flatMap((before) => values.map((value) => before + value + after))
  }
  return alternatives
}
