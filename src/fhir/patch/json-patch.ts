// JSON Patch (RFC 6902), strictly: one operation that fails, and nothing is changed.
import { ExactNumber, type JsonValue } from '../../http/json.ts'
import { FhirError } from '../outcome.ts'
import { isRecord } from '../resource.ts'
import { inOrder } from './in-order.ts'
import { add, type Pointer, parsePointer, remove, replace, valueAt } from './pointer.ts'

type Fields = { readonly [name: string]: JsonValue }
type Operation = (document: JsonValue, path: Pointer, operation: Fields) => JsonValue

const isNumber = (value: JsonValue): value is number | ExactNumber => typeof value === 'number' || value instanceof ExactNumber

/** Equality of RFC 6902 §4.6: numbers by value, objects whatever their order. */
const equal = (one: JsonValue, other: JsonValue): boolean => {
  if (isNumber(one) && isNumber(other)) return Number(one) === Number(other)
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => equal(item, other[at] ?? null))
  }
  if (!isRecord(one) || !isRecord(other)) return one === other
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && equal(one[name] ?? null, other[name] ?? null))
  )
}

const operand = ({ value }: Fields): JsonValue => {
  if (value === undefined) throw new FhirError('invalid', 'an operation of the patch needs a value')
  return value
}

const OPERATIONS: ReadonlyMap<JsonValue | undefined, Operation> = new Map<JsonValue | undefined, Operation>([
  ['add', (document, path, operation) => add(document, path, operand(operation))],
  ['remove', (document, path) => remove(document, path)],
  ['replace', (document, path, operation) => replace(document, path, operand(operation))],
  [
    'move',
    (document, path, { from }) => {
      const source = parsePointer(from)
      if (source.length < path.length && source.every((token, at) => token === path[at])) {
        throw new FhirError('invalid', 'a value cannot be moved into itself')
      }
      return add(remove(document, source), path, valueAt(document, source))
    },
  ],
  ['copy', (document, path, { from }) => add(document, path, valueAt(document, parsePointer(from)))],
  [
    'test',
    (document, path, operation) => {
      if (!equal(valueAt(document, path), operand(operation))) throw new FhirError('processing', 'a test of the patch failed')
      return document
    },
  ],
])

/** The document after every operation, in order. Throws FhirError 400 for what is no patch, 422 for one that cannot be applied. */
export const jsonPatch = (document: JsonValue, patch: JsonValue): JsonValue => {
  if (!Array.isArray(patch)) throw new FhirError('invalid', 'a JSON Patch is a list of operations')
  return inOrder(document, patch, (current, operation) => {
    const apply = isRecord(operation) ? OPERATIONS.get(operation.op) : undefined
    if (!apply || !isRecord(operation)) throw new FhirError('invalid', 'an operation of the patch is not one of RFC 6902')
    return apply(current, parsePointer(operation.path), operation)
  })
}
