// Checks of matcho patterns (aidbox-behaviour §3.9; security-requirements P-04, P-05): what loads, and yet may not be what was meant.
import type { Site } from '../diagnostics.ts'
import { isAnchored } from '../matcho/regex.ts'
import { isLiteral } from '../matcho/scalar.ts'
import { isMap, type Json } from '../matcho/value.ts'

/** What a check knows of the policy around the pattern. */
export interface Around {
  /** Paths (`user.id`) of which some condition requires a value, in this pattern or beside it. */
  readonly required: ReadonlySet<string>
  /** Members of the request that the policy's links and role make sure of. */
  readonly given: ReadonlySet<string>
}

type Check = (pattern: Json, site: Site, around: Around) => void

const unanchoredUri: Check = ({ uri }, site) => {
  if (typeof uri !== 'string' || !uri.startsWith('#') || uri === '#' || isAnchored(uri.slice(1))) return
  site.in('uri').warning(`"${uri}" is found anywhere in a path, under other bases too; begin it with #^`, 'unanchored-uri')
}

const methodsIn = (pattern: unknown): readonly (readonly [path: readonly string[], word: string])[] => {
  if (typeof pattern === 'string') return [[[], pattern]]
  const key = isMap(pattern) ? ['$enum', '$one-of'].find((one) => Array.isArray(pattern[one])) : undefined
  const list: unknown = isMap(pattern) && key !== undefined ? pattern[key] : undefined
  if (!Array.isArray(list) || key === undefined) return []
  return list.flatMap((word: unknown, at) => (typeof word === 'string' ? [[[key, String(at)], word] as const] : []))
}

const upperCaseMethod: Check = (pattern, site) => {
  for (const [path, word] of methodsIn(pattern['request-method'])) {
    if (!/^[A-Z]+$/.test(word)) continue
    site
      .in('request-method', ...path)
      .warning(`methods are lower case here: "${word}" never matches, "${word.toLowerCase()}" does`, 'upper-case-method')
  }
}

/** `.a.b` with where it stands. */
const pathsIn = (pattern: unknown, at: readonly string[] = []): readonly (readonly [at: readonly string[], path: string])[] => {
  if (typeof pattern === 'string') return pattern.startsWith('.') ? [[at, pattern.slice(1)]] : []
  if (Array.isArray(pattern)) return pattern.flatMap((one, index) => pathsIn(one, [...at, String(index)]))
  return isMap(pattern) ? Object.entries(pattern).flatMap(([key, one]) => pathsIn(one, [...at, key])) : []
}

const unguardedPath: Check = (pattern, site, { required }) => {
  for (const [at, path] of pathsIn(pattern)) {
    if (required.has(path) || required.has(at.join('.'))) continue
    site
      .in(...at)
      .warning(
        `.${path} grants in Aidbox where both sides are missing, and never here; say that ${path} is present? to mean the same in both`,
        'unguarded-path',
      )
  }
}

const PEOPLE = ['user', 'client', 'session', 'role', 'jwt', 'token'] as const

const unguardedNot: Check = (pattern, site, { required, given }) => {
  for (const member of PEOPLE) {
    const one = pattern[member]
    if (!isMap(one) || !Object.hasOwn(one, '$not') || given.has(member) || [...required].some((path) => path.split('.')[0] === member))
      continue
    site
      .in(member, '$not')
      .warning(`this is true where there is no ${member} at all: link the policy, or require ${member} beside it`, 'unguarded-not')
  }
}

/** Of its own route, which a request cannot make up. */
const ROUTE: ReadonlySet<string> = new Set(['resource/type', 'resource/id', 'resource/vid', 'compartment/type', 'id', '_m'])
const INCLUDES = ['_include', '_revinclude'] as const

const openIncludes: Check = (pattern, site, { required }) => {
  const { params } = pattern
  const method = pattern['request-method']
  if (!isMap(params) || required.has('params.resource/id') || (isLiteral(method) && method !== 'get' && method !== 'post')) return
  if (Object.keys(params).every((key) => ROUTE.has(key) || key.startsWith('$'))) return
  const open = INCLUDES.filter((name) => params[name] === undefined)
  if (open.length === 0) return
  site
    .in('params')
    .warning(
      `${open.join(' and ')} may bring rows that these parameters do not bound; pin ${open.length > 1 ? 'them' : 'it'} with nil?`,
      'open-includes',
    )
}

export const PATTERN_CHECKS: readonly Check[] = [unanchoredUri, upperCaseMethod, unguardedPath, unguardedNot, openIncludes]

/** Paths of which a pattern requires a value: what must be present, equal a literal or match an expression. */
export const requiredIn = (pattern: unknown, at: readonly string[] = []): readonly string[] => {
  if (typeof pattern === 'string') {
    return pattern === 'present?' || pattern === 'not-blank?' || pattern.startsWith('#') || isLiteral(pattern) ? [at.join('.')] : []
  }
  if (typeof pattern === 'number' || typeof pattern === 'boolean') return [at.join('.')]
  if (!isMap(pattern)) return []
  if (Object.hasOwn(pattern, '$enum') || Object.hasOwn(pattern, '$contains') || Object.hasOwn(pattern, '$reference')) return [at.join('.')]
  return Object.entries(pattern).flatMap(([key, one]) => (key.startsWith('$') ? [] : requiredIn(one, [...at, key])))
}
