// Links between configuration resources stay whole over REST too (design, "Diagnostics"; aidbox-behaviour §2.4).
import type { ConfigurationChange, ConfigurationIssue } from '../fhir/configuration.ts'
import { targetOf } from './index-configuration.ts'
import { BUILT_IN_OPERATIONS, TARGETS } from './link.ts'

type Fields = Readonly<Record<string, unknown>>
type Resources = ReadonlyMap<string, Fields>

/** `Type/id`. */
export const keyOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}/${id}`

/** Of one link or a list of them. */
const linksOf = (links: unknown): readonly string[] =>
  (Array.isArray(links) ? links : [links]).flatMap((link: unknown) => {
    const target = targetOf(link)
    return target ? [keyOf(target)] : []
  })

const OURS: ReadonlySet<string> = new Set(['Client', 'User', 'Operation'])

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
    if (!OURS.has(type)) continue
    const key = keyOf({ type, id })
    const linked = policies.filter(([, policy]) => linksOf(policy.link).includes(key)).map(([name]) => name)
    const rows = (await referrers(type, id)).filter((name) => !gone.has(name))
    if (linked.length + rows.length > 0)
      issues.push({ code: 'conflict', message: `${key} is still linked to by ${[...linked, ...rows].join(', ')}` })
  }
  return issues
}

/** A policy or a role that links to nothing would start to grant when somebody takes the name; whom a User is may come later. */
export const unresolved = async (
  changes: readonly ConfigurationChange[],
  exists: (type: string, id: string) => Promise<boolean>,
): Promise<readonly ConfigurationIssue[]> => {
  const submitted = new Set(changes.filter(({ resource }) => resource).map(keyOf))
  const isThere = async (key: string): Promise<boolean> => {
    const [type = '', id = ''] = key.split('/')
    return submitted.has(key) || (type === 'Operation' && BUILT_IN_OPERATIONS.has(id)) || exists(type, id)
  }
  const issues: ConfigurationIssue[] = []
  for (const { type, resource } of changes) {
    for (const [field, types] of TARGETS.get(type) ?? []) {
      if (types.some((one) => !OURS.has(one))) continue
      for (const key of linksOf(resource?.[field])) {
        if (await isThere(key)) continue
        issues.push({
          code: 'not-found',
          message: `${key}, which ${type}.${field} links to, does not exist`,
          expression: `${type}.${field}`,
        })
      }
    }
  }
  return issues
}
