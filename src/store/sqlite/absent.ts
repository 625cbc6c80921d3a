// Targets of references that are not there: one statement for however many.
import { keyOf, type Target } from '../target.ts'
import type { Compiler } from './filter.ts'
import { sql } from './fragment.ts'

/** Those that are only referred to, deleted or unknown; each once, in the order given. */
export const absent = ({ db, names }: Compiler, targets: readonly Target[]): readonly Target[] => {
  if (targets.length === 0) return []
  const distinct = [...new Map(targets.map((target) => [keyOf(target), target])).values()]
  const list = JSON.stringify(distinct.map(({ type, id }) => [names.find('type', type) ?? -1, id]))
  const missing = db.rows<{ at: number }>(sql`
    SELECT wanted.key AS at FROM json_each(${list}) AS wanted
    LEFT JOIN res ON res.type = wanted.value ->> 0 AND res.id = wanted.value ->> 1
    WHERE res.body IS NULL ORDER BY wanted.key`)
  return missing.flatMap(({ at }) => distinct[at] ?? [])
}
