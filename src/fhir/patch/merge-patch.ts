// JSON Merge Patch (RFC 7396): objects merge, null removes, everything else replaces.
import type { JsonValue } from '../../http/json.ts'
import { isRecord } from '../resource.ts'

/** The document with the patch merged in. */
export const mergePatch = (document: JsonValue | undefined, patch: JsonValue): JsonValue => {
  if (!isRecord(patch)) return patch
  const merged: { [name: string]: JsonValue } = isRecord(document) ? { ...document } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = mergePatch(merged[name], value)
  }
  return merged
}
