// References that are renamed throughout a resource: `urn:uuid` of a Bundle to `Type/id` (R4 http.html#trules).
import { ExactNumber } from '../http/json.ts'

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)

/** A copy in which every `reference` that `names` knows has its new name. */
export const renamed = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const target = name === 'reference' && typeof inner === 'string' ? names.get(inner) : undefined
      return [name, target ?? renamed(inner, names)]
    }),
  )
}
