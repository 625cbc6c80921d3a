// Whom a User of the configuration is, is not deleted under them (design, "Diagnostics"): they would be signed in as nobody's record.
import { ALL } from '../store/criterion.ts'
import { authorizeRead } from '../store/plan.ts'
import type { FhirDependencies } from './call.ts'
import { FhirError, type Issue } from './outcome.ts'
import type { Write } from './write.ts'

/** Throws a 409 that names the Users. What the caller may not see is not there, whoever is linked to it. */
export const refuseLinked = async ({ configuration, store }: FhirDependencies, writes: readonly Write[]): Promise<void> => {
  const written = new Set(writes.map(({ type, id }) => `${type}/${id}`))
  const issues: Issue[] = []
  for (const { type, id, resource, stored } of writes) {
    if (resource || !configuration.isPerson(type)) continue
    const linked = (await configuration.personsOf(type, id)).filter((name) => !written.has(name))
    if (linked.length === 0) continue
    const found = await store.read(authorizeRead({ type, id, where: ALL }, stored))
    if (found?.text === undefined) continue
    issues.push({ severity: 'error', code: 'conflict', diagnostics: `${type}/${id} is still linked to by ${linked.join(', ')}` })
  }
  if (issues.length > 0) throw new FhirError('conflict', 'it is still linked to', { issues })
}
