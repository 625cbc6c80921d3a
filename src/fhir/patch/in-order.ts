// A patch's operations one after the other; the one that fails is named, since a patch may have many.
import type { JsonValue } from '../../http/json.ts'
import { FhirError } from '../outcome.ts'

/** The document after every operation. Throws FhirError with the number of the operation, from 0, as its client counts them. */
export const inOrder = (
  document: JsonValue,
  operations: readonly JsonValue[],
  apply: (document: JsonValue, operation: JsonValue) => JsonValue,
  placeOf?: (at: number) => string,
): JsonValue =>
  operations.reduce<JsonValue>((current, operation, at) => {
    try {
      return apply(current, operation)
    } catch (error) {
      if (!(error instanceof FhirError)) throw error
      const place = placeOf && { expression: placeOf(at) }
      throw new FhirError(error.code, `operation ${at}: ${error.message}`, { status: error.status, ...place })
    }
  }, document)
