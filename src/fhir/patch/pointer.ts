// JSON Pointer (RFC 6901) into values that are never changed: an edit answers a copy of what it touches.
import { FORBIDDEN_NAMES, type JsonValue } from '../../http/json.ts'
import { FhirError } from '../outcome.ts'
import { isRecord } from '../resource.ts'

export type Pointer = readonly string[]

const unresolved = (): FhirError => new FhirError('processing', 'a path of the patch leads nowhere')

/** Throws FhirError 400. */
export const parsePointer = (text: unknown): Pointer => {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/')) || /~(?![01])/.test(text)) {
    throw new FhirError('invalid', 'a path of the patch is not a JSON Pointer')
  }
  const tokens = text.split('/').slice(1)
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The position in an array that exists; `end`: also the one after its last. */
const indexOf = (array: readonly JsonValue[], token: string, end: boolean): number => {
  if (end && token === '-') return array.length
  const index = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : -1
  if (index < 0 || index >= array.length + (end ? 1 : 0)) throw unresolved()
  return index
}

/** The value at a pointer. Throws FhirError 422 where there is none. */
export const valueAt = (value: JsonValue, pointer: Pointer): JsonValue => {
  let found = value
  for (const token of pointer) {
    if (Array.isArray(found)) found = found[indexOf(found, token, false)] ?? null
    else if (isRecord(found) && Object.hasOwn(found, token)) found = found[token] ?? null
    else throw unresolved()
  }
  return found
}

/** How the container of what a pointer names is changed. */
type Edit = (container: JsonValue[] | { [name: string]: JsonValue }, token: string) => JsonValue

const edit = (value: JsonValue, pointer: Pointer, change: Edit): JsonValue => {
  const [token = '', ...rest] = pointer
  if (FORBIDDEN_NAMES.has(token)) throw new FhirError('invalid', 'this member name is not allowed')
  if (!Array.isArray(value) && !isRecord(value)) throw unresolved()
  if (rest.length === 0) return change(Array.isArray(value) ? [...value] : { ...value }, token)
  const inner = edit(valueAt(value, [token]), rest, change)
  return Array.isArray(value) ? value.with(indexOf(value, token, false), inner) : { ...value, [token]: inner }
}

/** With `added` at the pointer: inserted into an array, set in an object (RFC 6902 §4.1). */
export const add = (value: JsonValue, pointer: Pointer, added: JsonValue): JsonValue => {
  if (pointer.length === 0) return added
  return edit(value, pointer, (container, token) => {
    if (!Array.isArray(container)) return { ...container, [token]: added }
    return container.toSpliced(indexOf(container, token, true), 0, added)
  })
}

/** Without what the pointer names. Throws FhirError 400 for the whole. */
export const remove = (value: JsonValue, pointer: Pointer): JsonValue => {
  if (pointer.length === 0) throw new FhirError('invalid', 'a patch cannot remove the whole resource')
  valueAt(value, pointer)
  return edit(value, pointer, (container, token) => {
    if (Array.isArray(container)) return container.toSpliced(indexOf(container, token, false), 1)
    const { [token]: _gone, ...rest } = container
    return rest
  })
}

/** With another value at the pointer. */
export const replace = (value: JsonValue, pointer: Pointer, replaced: JsonValue): JsonValue => {
  valueAt(value, pointer)
  if (pointer.length === 0) return replaced
  return edit(value, pointer, (container, token) =>
    Array.isArray(container) ? container.with(indexOf(container, token, false), replaced) : { ...container, [token]: replaced },
  )
}
