// The extensions of primitives stand beside them, `_given` beside `given` (R4 json.html#primitive): they go where the element goes.
import type { JsonValue } from '../../http/json.ts'
import { type Pointer, remove, replace, valueAt } from './pointer.ts'

const isPosition = (token: string | undefined): boolean => token !== undefined && /^\d+$/.test(token)

const found = (document: JsonValue, pointer: Pointer): JsonValue | undefined => {
  try {
    return valueAt(document, pointer)
  } catch {
    return undefined
  }
}

const beside = (pointer: Pointer): Pointer => [...pointer.slice(0, -1), `_${pointer.at(-1)}`]

/** Without what stands beside the element at the pointer; a list that says nothing any more goes too. */
export const removeBeside = (document: JsonValue, pointer: Pointer): JsonValue => {
  if (pointer.length === 0) return document
  if (!isPosition(pointer.at(-1))) {
    const member = beside(pointer)
    return found(document, member) === undefined ? document : remove(document, member)
  }
  return spliceBeside(document, pointer.slice(0, -1), (items) => items.toSpliced(Number(pointer.at(-1)), 1))
}

/** The list beside the list at the pointer, changed as that was. */
export const spliceBeside = (document: JsonValue, list: Pointer, change: (items: JsonValue[]) => JsonValue[]): JsonValue => {
  const member = beside(list)
  const items = found(document, member)
  if (!Array.isArray(items)) return document
  const changed = change(items)
  return changed.every((item) => item === null) ? remove(document, member) : replace(document, member, changed)
}
