// matcho as its table says (aidbox-behaviour §3.5 and the design's decisions on it), read off line by line and as slowly as that. It shares
// nothing with src/: it is what the compiled engine is held against.

type Members = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)

/** "Empty values `[] {} "" null` are stripped before evaluation." What is left of a value; undefined where nothing is. */
export const stripped = (value: unknown): unknown => {
  if (value === null || value === undefined || value === '') return undefined
  if (Array.isArray(value)) {
    const items = value.map(stripped)
    return items.every((item) => item === undefined) ? undefined : items
  }
  if (!isMap(value)) return value
  const left = Object.keys(value)
    .sort()
    .map((key) => [key, stripped(value[key])] as const)
    .filter(([, item]) => item !== undefined)
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

export const isPresent = (value: unknown): boolean => stripped(value) !== undefined

/** "equals": of what is there, the same JSON. */
const equals = (one: unknown, other: unknown): boolean =>
  isPresent(one) && isPresent(other) && JSON.stringify(stripped(one)) === JSON.stringify(stripped(other))

const own = (value: unknown, key: string): unknown => {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** "value at path from request root; segments split on `.`" */
export const valueAt = (request: unknown, path: string): unknown => path.split('.').reduce(own, request)

const found = (source: string, text: string): boolean => {
  const [, flags = '', rest = source] = /^\^?\(\?([ism]+)\)(.*)$/s.exec(source) ?? []
  return new RegExp((flags !== '' && source.startsWith('^') ? '^' : '') + rest, flags).test(text)
}

const matchesText = (value: unknown, pattern: string, request: unknown): boolean => {
  if (pattern === 'present?') return isPresent(value)
  if (pattern === 'nil?') return !isPresent(value)
  if (pattern === 'not-blank?') return typeof value === 'string' && value.trim() !== ''
  if (pattern.startsWith('#')) return typeof value === 'string' && value !== '' && found(pattern.slice(1), value)
  if (pattern.startsWith('.')) return equals(value, valueAt(request, pattern.slice(1)))
  return pattern !== '' && value === pattern
}

const REFERENCE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/

const matchesReference = (value: unknown, pattern: unknown, request: unknown): boolean => {
  const text = isMap(value) ? own(value, 'reference') : value
  const [, resourceType, id] = (typeof text === 'string' ? REFERENCE.exec(text) : null) ?? []
  return id !== undefined && matches({ resourceType, id }, pattern, request)
}

/** One `$key` with its argument. */
const matchesSpecial = (value: unknown, key: string, argument: unknown, request: unknown): boolean => {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const of: readonly unknown[] = Array.isArray(argument) ? argument : []
  if ((key === '$one-of' || key === '$enum') && typeof argument === 'string') {
    const candidates = valueAt(request, argument.slice(1))
    return Array.isArray(candidates) && candidates.some((one: unknown) => equals(value, one))
  }
  switch (key) {
    case '$one-of':
      return of.some((one) => matches(value, one, request))
    case '$enum':
      return of.some((one) => (one === null ? !isPresent(value) : isPresent(value) && value === one))
    case '$contains':
      return list.some((item) => matches(item, argument, request))
    case '$every':
      return isPresent(value) && Array.isArray(value) && list.every((item) => matches(item, argument, request))
    case '$not':
      return !matches(value, argument, request)
    case '$reference':
      return matchesReference(value, argument, request)
    case '$present-all':
      return Array.isArray(value) && of.every((one) => list.some((item) => matches(item, one, request)))
    case '$length':
      return Array.isArray(value) && value.length === argument
    default:
      throw new Error(`no such key: ${key}`)
  }
}

const matchesMap = (value: unknown, pattern: Members, request: unknown): boolean => {
  const special = Object.keys(pattern).filter((key) => key.startsWith('$'))
  const plain = Object.keys(pattern).filter((key) => !key.startsWith('$'))
  if (plain.length > 0 && !isMap(value)) return false
  return (
    plain.every((key) => matches(own(value, key), pattern[key], request)) &&
    special.every((key) => matchesSpecial(value, key, pattern[key], request))
  )
}

/** Does a value match a pattern, where this is the request. */
export const matches = (value: unknown, pattern: unknown, request: unknown): boolean => {
  if (pattern === null) return !isPresent(value)
  if (typeof pattern === 'string') return matchesText(value, pattern, request)
  if (Array.isArray(pattern)) return Array.isArray(value) && pattern.every((one, at) => matches(value[at], one, request))
  return isMap(pattern) ? matchesMap(value, pattern, request) : value === pattern
}
