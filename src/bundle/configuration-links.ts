// Links between configuration resources stay whole over REST too (design, "Diagnostics"; aidbox-behaviour §2.4).
import type { ConfigurationChange, ConfigurationIssue } from '../fhir/configuration.ts'
import { targetOf } from './index-configuration.ts'
import { BUILT_IN_OPERATIONS } from './link.ts'

type Fields = Readonly<Record<string, unknown>>
type Resources = ReadonlyMap<string, Fields>

/** `Type/id`. */
export const keyOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}/${id}`

const linksOf = (policy: Fields): readonly string[] =>
  (Array.isArray(policy.link) ? policy.link : []).flatMap((link: unknown) => {
    const target = targetOf(link)
    return target ? [keyOf(target)] : []
  })

/** Deleting what others link to is refused, naming them; a change that deletes them too is fine. */
export const referrersOf = async (
  deleted: readonly ConfigurationChange[],
  next: Resources,
  referrers: (type: string, id: string) => Promise<readonly string[]>,
): Promise<readonly ConfigurationIssue[]> => {
  const gone = new Set(deleted.map(keyOf))
  const policies = [...next].filter(([key]) => key.startsWith('AccessPolicy/'))
  const issues: ConfigurationIssue[] = []
  for (const { type, id } of deleted) {
    if (!['Client', 'User', 'Operation'].includes(type)) continue
    const key = keyOf({ type, id })
    const linked = policies.filter(([, policy]) => linksOf(policy).includes(key)).map(([name]) => name)
    const rows = (await referrers(type, id)).filter((name) => !gone.has(name))
    if (linked.length + rows.length > 0)
      issues.push({ code: 'conflict', message: `${key} is still linked to by ${[...linked, ...rows].join(', ')}` })
  }
  return issues
}

/** A policy that links to nothing would start to grant when somebody takes the name. */
export const unresolved = async (
  changes: readonly ConfigurationChange[],
  exists: (type: string, id: string) => Promise<boolean>,
): Promise<readonly ConfigurationIssue[]> => {
  const submitted = new Set(changes.filter(({ resource }) => resource).map(keyOf))
  const issues: ConfigurationIssue[] = []
  for (const { type, resource } of changes) {
    if (type !== 'AccessPolicy' || !resource) continue
    for (const link of linksOf(resource)) {
      const [target = '', id = ''] = link.split('/')
      if (submitted.has(link) || (target === 'Operation' && BUILT_IN_OPERATIONS.has(id)) || (await exists(target, id))) continue
      issues.push({ code: 'not-found', message: `${link}, which the policy links to, does not exist`, expression: 'AccessPolicy.link' })
    }
  }
  return issues
}
