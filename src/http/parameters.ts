// Request parameters as an ordered multimap: nothing is lost, nothing is merged, and the reader says which repetition it accepts.
// `URLSearchParams` would replace malformed escapes silently; a value that policies and search see must be the value that was sent.

/** A request's parameters in the order in which they were sent. */
export interface Parameters {
  readonly entries: ReadonlyArray<readonly [name: string, value: string]>
  /** The first value, or undefined. */
  get(name: string): string | undefined
  getAll(name: string): readonly string[]
  has(name: string): boolean
  /** The distinct names, in order of first appearance. */
  names(): readonly string[]
  /** The first name that stands more than once. */
  repeated(): string | undefined
}

/** The parameters could not be read: a malformed percent-escape, invalid UTF-8 or a NUL. The message is fit for the outside. */
export class MalformedParameters extends Error {}

const decode = (text: string): string => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new MalformedParameters('a parameter holds a malformed percent-escape')
  }
}

/** Reads `application/x-www-form-urlencoded` text (a query string without its `?`, or a form body). Throws MalformedParameters. */
export const parseParameters = (text: string): Parameters => {
  if (text === '') return NONE
  const entries: [string, string][] = []
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
    if (name.includes('\0') || value.includes('\0')) throw new MalformedParameters('a parameter holds a NUL')
    entries.push([name, value])
  }
  return parametersOf(entries)
}

/** Parameters from pairs that are already decoded. */
export const parametersOf = (entries: ReadonlyArray<readonly [string, string]>): Parameters => ({
  entries,
  get: (name) => entries.find(([key]) => key === name)?.[1],
  getAll: (name) => entries.filter(([key]) => key === name).map(([, value]) => value),
  has: (name) => entries.some(([key]) => key === name),
  names: () => [...new Set(entries.map(([key]) => key))],
  repeated: () => {
    const seen = new Set<string>()
    return entries.find(([key]) => seen.size === seen.add(key).size)?.[0]
  },
})

/** No parameters at all, as most reads have. */
const NONE: Parameters = parametersOf([])

/** `application/x-www-form-urlencoded` text of the parameters, in order. */
export const formatParameters = (entries: ReadonlyArray<readonly [string, string]>): string =>
  entries.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
