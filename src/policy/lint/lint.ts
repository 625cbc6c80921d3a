// What is said of policies that load (issue 6, "Linted at load"): warnings, each once, with advice. Errors are the compilers' to say.
import type { Site } from '../diagnostics.ts'
import { isMap, type Json } from '../matcho/value.ts'
import { type Around, PATTERN_CHECKS, requiredIn } from './patterns.ts'

const MEMBERS_OF_LINKS: ReadonlyMap<string, string> = new Map([
  ['Client', 'client'],
  ['User', 'user'],
])

const linkText = (link: unknown): string => {
  if (!isMap(link)) return ''
  return typeof link.reference === 'string' ? link.reference.replace(/^\//, '') : `${String(link.resourceType)}/`
}

/** What the request must have for the policy to be asked at all: with several links, what each of them makes sure of. */
const givenBy = ({ link, roleName }: Json): ReadonlySet<string> => {
  const links: readonly unknown[] = Array.isArray(link) ? link : link === undefined ? [] : [link]
  const members = new Set(links.map((one) => MEMBERS_OF_LINKS.get(linkText(one).split('/')[0] ?? '')))
  const [only] = members
  const role = roleName === undefined ? [] : ['user', 'role', 'session']
  return new Set([...role, ...(members.size === 1 && only !== undefined ? [only] : [])])
}

const requiredBy = (policy: unknown): readonly string[] => {
  if (!isMap(policy)) return []
  if (policy.engine === 'matcho') return requiredIn(policy.matcho)
  const { and } = policy
  return policy.engine === 'complex' && Array.isArray(and) ? and.flatMap(requiredBy) : []
}

const lintPattern = (pattern: unknown, site: Site, around: Around): void => {
  if (!isMap(pattern)) return
  for (const check of PATTERN_CHECKS) check(pattern, site, around)
}

const lintItem = (policy: unknown, site: Site, around: Around): void => {
  if (!isMap(policy)) return
  const within = { ...around, required: new Set([...around.required, ...requiredBy(policy)]) }
  if (policy.engine === 'matcho') lintPattern(policy.matcho, site.in('matcho'), within)
  if (policy.engine === 'matcho-rpc' && isMap(policy.rpc)) {
    for (const [method, pattern] of Object.entries(policy.rpc)) {
      lintPattern(pattern, site.in('rpc', method), { ...within, required: new Set([...within.required, ...requiredIn(pattern)]) })
    }
  }
  if (policy.engine !== 'complex') return
  for (const key of ['and', 'or']) {
    const items: unknown = policy[key]
    if (Array.isArray(items)) for (const [index, item] of items.entries()) lintItem(item, site.in(key, String(index)), within)
  }
}

/** Says what may not be meant of one policy. */
export const lintPolicy = (policy: Json, site: Site): void => {
  if (policy.engine === 'allow' && policy.link === undefined && policy.roleName === undefined) {
    site.warning('this policy allows everything to everyone; link it', 'global-allow')
  }
  lintItem(policy, site, { required: new Set(), given: givenBy(policy) })
}
