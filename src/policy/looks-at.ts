// Which members of the request a policy looks at, read off its words: a policy that looks only at who asks says the same of every request.
import { isMap, type Json } from './matcho/value.ts'

const WHO: ReadonlySet<string> = new Set(['user', 'client', 'session', 'role', 'jwt', 'token', 'request-method'])

const isOfWho = (path: string): boolean => WHO.has(path.split('.')[0] ?? '')

/** Paths of a matcho pattern: each `.path`, wherever it stands. */
const pathsIn = (pattern: unknown): readonly string[] => {
  if (typeof pattern === 'string') return pattern.startsWith('.') ? [pattern.slice(1)] : []
  if (Array.isArray(pattern)) return pattern.flatMap(pathsIn)
  return isMap(pattern) ? Object.values(pattern).flatMap(pathsIn) : []
}

const matchoLooksAtWho = (pattern: Json): boolean => {
  const alternatives: unknown = pattern['$one-of']
  const plain = Object.keys(pattern).filter((key) => key !== '$one-of')
  if (plain.some((key) => key.startsWith('$')) || !plain.every(isOfWho) || !pathsIn(pattern).every(isOfWho)) return false
  if (alternatives === undefined) return true
  return Array.isArray(alternatives) && alternatives.every((one: unknown) => isMap(one) && matchoLooksAtWho(one))
}

const searchesLookAtWho = (searches: unknown): boolean =>
  [...JSON.stringify(searches ?? '').matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].every(
    ([, path = '']) => isOfWho(path) && !path.startsWith('request'),
  )

/** Does the policy, or the item of a complex one, look at nothing but who asks, and how. */
export const looksAtWho = (policy: unknown): boolean => {
  if (!isMap(policy)) return false
  const items: unknown = policy.and ?? policy.or
  switch (policy.engine) {
    case 'allow':
      return true
    case 'matcho':
      return isMap(policy.matcho) && matchoLooksAtWho(policy.matcho)
    case 'search':
      return searchesLookAtWho(policy.search)
    case 'complex':
      return Array.isArray(items) && items.every(looksAtWho)
    default:
      return false
  }
}
